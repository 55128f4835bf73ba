use std::sync::Arc;

use super::{exchange::Exchange, google::Provider};
use crate::{rate_limit::RateLimiter, state::Services};

/// What the handlers of the dashboard share. The extractors of this domain exist for this state alone, so no handler
/// of the API can ask for one.
#[derive(Clone)]
pub struct DashboardState {
    /// The services.
    pub services: Services,
    /// The OpenID provider, when one is configured.
    pub provider: Option<Arc<Provider>>,
    /// Holds JWTs against their issuers, for owners who try one.
    pub exchange: Arc<Exchange>,
    /// The limits that hold for this door: by address, since nobody is anybody yet.
    pub limiter: Arc<RateLimiter>,
}

impl DashboardState {
    /// Reads nothing yet: the provider is asked at the first sign-in.
    #[must_use]
    pub fn new(services: Services, limiter: Arc<RateLimiter>) -> Self {
        let provider = Provider::new(&services.settings, &services.clock).map(Arc::new);
        let exchange = Arc::new(Exchange::new(&services));
        Self {
            services,
            provider,
            exchange,
            limiter,
        }
    }
}
