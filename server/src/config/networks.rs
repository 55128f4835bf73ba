//! Networks that are not public and may be asked all the same.

use std::net::IpAddr;

use ipnet::IpNet;

/// Private networks in which key sets of tenants' issuers may lie. None, unless the operator says so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PrivateNetworks(Vec<IpNet>);

impl PrivateNetworks {
    /// Reads networks as `10.1.0.0/16` or `fd00:1::/48`.
    ///
    /// # Errors
    /// The first that is none.
    pub fn parse<'a>(texts: impl IntoIterator<Item = &'a str>) -> Result<Self, String> {
        texts
            .into_iter()
            .map(|text| text.parse().map_err(|_| text.to_owned()))
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// Whether an address is in one of them.
    #[must_use]
    pub fn allow(&self, ip: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&ip))
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Them, separated by commas.
    #[must_use]
    pub fn describe(&self) -> String {
        let names: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        names.join(", ")
    }
}
