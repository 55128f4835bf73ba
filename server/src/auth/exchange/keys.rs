//! Issuers' keys: fetched from their addresses and kept for a while, or as they were uploaded.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use reqwest::Client;
use url::Url;

use crate::{
    auth::{
        fetch::FetchError,
        jwks::{Jwks, KeyError, KeySet, VerificationKey},
        jwt::Header,
        outbound::{check_url, guarded_client},
    },
    clock::SharedClock,
    config::PrivateNetworks,
    model::IssuerKeys,
};

/// Addresses whose keys are kept. Above this all are forgotten: they are fetched again in a moment.
const MOST: usize = 10_000;

pub(super) struct KeySources {
    client: Client,
    clock: SharedClock,
    networks: PrivateNetworks,
    /// By address, so that issuers and tenants who share one share its fetches.
    remote: Mutex<HashMap<Url, Arc<Jwks>>>,
}

impl KeySources {
    pub(super) fn new(networks: &PrivateNetworks, clock: &SharedClock) -> Self {
        Self {
            client: guarded_client(networks),
            clock: clock.clone(),
            networks: networks.clone(),
            remote: Mutex::default(),
        }
    }

    /// The key that a header names.
    pub(super) async fn find(
        &self,
        keys: &IssuerKeys,
        header: &Header,
    ) -> Result<VerificationKey, KeyError> {
        let (id, algorithm) = (header.key_id.as_deref(), header.algorithm);
        match keys {
            IssuerKeys::Url(url) => self.at(url)?.key(id, algorithm).await,
            IssuerKeys::Set(text) => {
                let set = KeySet::parse(text.as_bytes()).map_err(FetchError::Malformed)?;
                Arc::new(set).key(id, algorithm)
            }
        }
    }

    pub(super) async fn are_usable(&self, keys: &IssuerKeys) -> Result<bool, FetchError> {
        match keys {
            IssuerKeys::Url(url) => Ok(self.at(url)?.current().await?.is_usable()),
            IssuerKeys::Set(text) => KeySet::parse(text.as_bytes())
                .map(|set| set.is_usable())
                .map_err(FetchError::Malformed),
        }
    }

    /// Looked at again with every use: the operator may have taken a network away.
    fn at(&self, url: &str) -> Result<Arc<Jwks>, FetchError> {
        let url = check_url(url, &self.networks)
            .map_err(|problem| FetchError::Malformed(format!("the address {problem}")))?;
        // Nothing panics while it is locked.
        let mut remote = self.remote.lock().unwrap_or_else(PoisonError::into_inner);
        if remote.len() >= MOST && !remote.contains_key(&url) {
            remote.clear();
        }
        let jwks = remote
            .entry(url.clone())
            .or_insert_with(|| Arc::new(Jwks::new(self.client.clone(), url, self.clock.clone())));
        Ok(Arc::clone(jwks))
    }
}
