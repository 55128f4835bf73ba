//! Requests to addresses that tenants choose: to the public internet alone, so that nobody makes this server ask its own
//! network for him.

use std::{
    error::Error,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
};

use reqwest::{
    Client,
    dns::{Addrs, Name, Resolve, Resolving},
};
use url::{Host, Url};

use super::fetch;
use crate::config::PrivateNetworks;

/// A client whose own resolver refuses addresses: what is connected to is what was checked. It follows no redirect and uses
/// no proxy, either of which would lead elsewhere.
///
/// # Panics
/// When TLS cannot be set up, at start.
#[must_use]
pub fn guarded_client(networks: &PrivateNetworks) -> Client {
    fetch::builder()
        .dns_resolver(Arc::new(Guarded(networks.clone())))
        .build()
        .expect("a client with the built-in TLS")
}

/// Whether a tenant may have this address asked: https on port 443 of a DNS name, with nothing of a password in it.
/// On this very machine, where the operator allows that, also http and any port.
///
/// # Errors
/// What is wrong, to finish the sentence "The address ...".
pub fn check_url(text: &str, networks: &PrivateNetworks) -> Result<Url, &'static str> {
    let url = Url::parse(text).map_err(|_| "cannot be read")?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err("must not carry a user name or a password");
    }
    if url.fragment().is_some() {
        return Err("must not have a fragment");
    }
    if is_allowed_loopback(&url, networks) && matches!(url.scheme(), "http" | "https") {
        return Ok(url);
    }
    if url.scheme() != "https" {
        return Err("must begin with https://");
    }
    if url.port_or_known_default() != Some(443) {
        return Err("must use port 443");
    }
    // The resolver is not asked about a number, so a number would not be checked.
    match url.host() {
        Some(Host::Domain(_)) => Ok(url),
        _ => Err("must have a DNS name, not a number"),
    }
}

fn is_allowed_loopback(url: &Url, networks: &PrivateNetworks) -> bool {
    let ip = match url.host() {
        Some(Host::Domain("localhost")) => IpAddr::V4(Ipv4Addr::LOCALHOST),
        Some(Host::Ipv4(ip)) => IpAddr::V4(ip),
        Some(Host::Ipv6(ip)) => IpAddr::V6(ip),
        _ => return false,
    };
    ip.is_loopback() && networks.allow(ip)
}

struct Guarded(PrivateNetworks);

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let networks = self.0.clone();
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let allowed: Vec<SocketAddr> = found
                .filter(|address| is_public(address.ip()) || networks.allow(address.ip()))
                .collect();
            if allowed.is_empty() {
                let refused: Box<dyn Error + Send + Sync> =
                    "the name has no address on the public internet".into();
                return Err(refused);
            }
            let addresses: Addrs = Box::new(allowed.into_iter());
            Ok(addresses)
        })
    }
}

/// Whether an address is one of the public internet's (the IANA registries of special-purpose addresses).
fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let is_special = matches!(
        (a, b, c),
        // This network, private, loopback, and from 224 on multicast, reserved, broadcast.
        (0 | 10 | 127 | 224..=255, _, _)
        // Shared by carriers (CGNAT), where some clouds have their metadata too.
        | (100, 64..=127, _)
        // Link-local, where most clouds have their metadata; private.
        | (169, 254, _) | (172, 16..=31, _) | (192, 168, _)
        // Protocol assignments, documentation, relays, benchmarks.
        | (192, 0, 0 | 2) | (192, 88, 99) | (198, 18 | 19, _) | (198, 51, 100) | (203, 0, 113)
    );
    !is_special
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let [a, b, ..] = ip.segments();
    // Only 2000::/3 is given out. That leaves out loopback, link-local, unique local, multicast, and every form that has
    // an IPv4 address inside, but for these:
    let is_given_out = a & 0xe000 == 0x2000;
    // 2001::/23 (Teredo among it), documentation, 6to4, documentation again.
    let is_special =
        (a == 0x2001 && (b < 0x200 || b == 0xdb8)) || a == 0x2002 || (a == 0x3fff && b < 0x1000);
    is_given_out && !is_special
}

#[cfg(test)]
mod tests {
    use super::*;

    fn networks(text: &[&str]) -> PrivateNetworks {
        PrivateNetworks::parse(text.iter().copied()).expect("networks")
    }

    #[test]
    fn no_address_that_leads_inside_is_public_however_it_is_written() {
        for inside in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "10.255.255.255",
            "100.64.0.1",
            "100.100.100.200",
            "100.127.255.255",
            "127.0.0.1",
            "127.1.2.3",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.1",
            "192.0.0.192",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::127.0.0.1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::ffff:169.254.169.254",
            "::ffff:93.184.216.34",
            "::ffff:0:127.0.0.1",
            "64:ff9b::127.0.0.1",
            "64:ff9b::93.184.216.34",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:0:4136:e378:8000:63bf:3fff:fdd2",
            "2001:10::1",
            "2001:20::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "2002:a9fe:a9fe::1",
            "3fff::1",
            "5f00::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "febf::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!is_public(inside.parse().expect("an address")), "{inside}");
        }
        for outside in [
            "1.1.1.1",
            "93.184.216.34",
            "100.63.255.255",
            "100.128.0.1",
            "172.15.255.255",
            "172.32.0.1",
            "192.0.1.1",
            "198.17.255.255",
            "198.20.0.1",
            "223.255.255.255",
            "2001:4860:4860::8888",
            "2606:4700:4700::1111",
            "2a00:1450:4001::200e",
        ] {
            assert!(is_public(outside.parse().expect("an address")), "{outside}");
        }
    }

    #[test]
    fn an_address_is_https_on_443_of_a_name_with_nothing_else_in_it() {
        for (url, problem) in [
            ("https://id.example/jwks.json", None),
            ("https://id.example:443/jwks.json?a=b", None),
            ("http://id.example/jwks.json", Some("https")),
            ("https://id.example:8443/jwks.json", Some("port")),
            ("https://user@id.example/", Some("user name")),
            ("https://:password@id.example/", Some("password")),
            ("https://id.example/#a", Some("fragment")),
            ("https://93.184.216.34/", Some("DNS name")),
            ("https://127.0.0.1/", Some("DNS name")),
            ("https://2130706433/", Some("DNS name")),
            ("https://0x7f.1/", Some("DNS name")),
            ("https://[::1]/", Some("DNS name")),
            ("https://[::ffff:127.0.0.1]/", Some("DNS name")),
            ("http://localhost:9/", Some("https")),
            ("file:///etc/passwd", Some("https")),
            ("ftp://id.example/", Some("https")),
            ("jwks.json", Some("read")),
            ("", Some("read")),
        ] {
            let said = check_url(url, &networks(&[])).err();
            match problem {
                None => assert_eq!(said, None, "{url}"),
                Some(word) => assert!(
                    said.is_some_and(|said| said.contains(word)),
                    "{url}: {said:?}"
                ),
            }
        }
    }

    #[test]
    fn the_operator_may_allow_this_very_machine_with_http_and_any_port_and_nothing_more_is_meant() {
        let loopback = networks(&["127.0.0.0/8"]);
        for (url, allowed) in [
            ("http://127.0.0.1:8080/keys", true),
            ("http://localhost:8080/keys", true),
            ("http://127.0.0.1.example:8080/", false),
            ("http://10.0.0.1:8080/keys", false),
            ("http://[::1]:8080/keys", false),
            ("http://id.example:8080/keys", false),
        ] {
            assert_eq!(check_url(url, &loopback).is_ok(), allowed, "{url}");
        }
        let private = networks(&["10.0.0.0/8"]);
        assert!(check_url("http://10.0.0.1/keys", &private).is_err());
        assert!(check_url("https://id.internal/keys", &private).is_ok());
    }

    #[tokio::test]
    async fn a_name_that_leads_inside_is_not_connected_to_unless_the_operator_allows_it() {
        let resolve = async |networks: PrivateNetworks| {
            let name: Name = "localhost".parse().expect("a name");
            Guarded(networks)
                .resolve(name)
                .await
                .map(Iterator::collect::<Vec<_>>)
        };
        let refused = resolve(networks(&[])).await.expect_err("refused");
        assert!(refused.to_string().contains("public internet"));
        let allowed = resolve(networks(&["127.0.0.0/8"])).await.expect("allowed");
        assert!(!allowed.is_empty() && allowed.iter().all(SocketAddr::is_ipv4));
    }
}
