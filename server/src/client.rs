//! Who is at the other end: the address as far as it can be believed, and what the program calls itself.
//!
//! A leaf: the API's limits and usage, the dashboard's sign-in and the audit log ask it, and it knows none of them.

use std::{
    fmt,
    hash::{DefaultHasher, Hash, Hasher as _},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
};

use axum::extract::ConnectInfo;
use http::{Extensions, HeaderMap, HeaderName, HeaderValue, header};

static X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Characters of a user agent that are kept: enough to recognise a program, too few to fill a database with.
const LONGEST_USER_AGENT: usize = 200;

/// The client's address, if the connection has one.
///
/// Each proxy appends the address that it was asked from to `X-Forwarded-For`. So with `trusted_proxies` of ours in front
/// of the server, that entry from the right is what the outermost of them saw; everything left of it, the first entry above
/// all, is what the client says of itself. An entry that is missing or no address means that the request did not come
/// through the proxies: then the peer is the client.
#[must_use]
pub fn address(
    headers: &HeaderMap,
    extensions: &Extensions,
    trusted_proxies: usize,
) -> Option<IpAddr> {
    let ConnectInfo(peer) = extensions.get::<ConnectInfo<SocketAddr>>()?;
    Some(forwarded(headers, trusted_proxies).unwrap_or_else(|| peer.ip().to_canonical()))
}

fn forwarded(headers: &HeaderMap, trusted_proxies: usize) -> Option<IpAddr> {
    let from_the_right = trusted_proxies.checked_sub(1)?;
    // RFC 9110, section 5.3: several lines are one list, in their order.
    let entry = headers
        .get_all(&X_FORWARDED_FOR)
        .iter()
        .rev()
        .flat_map(|line| line.as_bytes().rsplit(|byte| *byte == b','))
        .nth(from_the_right)?;
    entry_address(std::str::from_utf8(entry).ok()?.trim())
}

/// An address; some proxies write the port too.
fn entry_address(text: &str) -> Option<IpAddr> {
    let bare = text
        .strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'))
        .unwrap_or(text);
    bare.parse::<IpAddr>()
        .or_else(|_| text.parse::<SocketAddr>().map(|address| address.ip()))
        .map(|address| address.to_canonical())
        .ok()
}

/// A client as one request shows it, so far only looked at: what it says is copied when it is new.
#[derive(Clone, Copy, Debug)]
pub struct Client<'r> {
    /// Its address, if the connection has one.
    pub address: Option<IpAddr>,
    headers: &'r HeaderMap,
}

impl<'r> Client<'r> {
    /// Who sent this.
    #[must_use]
    pub fn of(headers: &'r HeaderMap, extensions: &Extensions, trusted_proxies: usize) -> Self {
        Self {
            address: address(headers, extensions, trusted_proxies),
            headers,
        }
    }

    /// The network it is in.
    #[must_use]
    pub fn prefix(&self) -> Option<AddressPrefix> {
        self.address.map(AddressPrefix::of)
    }

    /// What it calls itself.
    #[must_use]
    pub fn user_agent(&self) -> Option<String> {
        user_agent(self.headers)
    }

    /// A number that is another one for a client that would be shown differently, as good as always; never 0. Within one
    /// process only.
    #[must_use]
    pub fn fingerprint(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.prefix().hash(&mut hasher);
        self.headers
            .get(header::USER_AGENT)
            .map(HeaderValue::as_bytes)
            .hash(&mut hasher);
        hasher.finish().max(1)
    }
}

/// What a limit by address is kept by: an IPv4 address, or the /64 that one customer of a provider has to himself.
#[must_use]
pub fn limited(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(first_bits_6(address, 64)),
    }
}

/// Where a client is, roughly: enough to recognise a data centre, too little to follow a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AddressPrefix(IpAddr);

impl AddressPrefix {
    /// The /24 of an IPv4 address, the /64 of an IPv6 one.
    #[must_use]
    pub fn of(address: IpAddr) -> Self {
        Self(match address.to_canonical() {
            IpAddr::V4(address) => IpAddr::V4(Ipv4Addr::from_bits(address.to_bits() & !0xff)),
            IpAddr::V6(address) => IpAddr::V6(first_bits_6(address, 64)),
        })
    }
}

impl fmt::Display for AddressPrefix {
    /// `203.0.113.0/24`, `2001:db8:1:2::/64`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let length = if self.0.is_ipv4() { 24 } else { 64 };
        write!(f, "{}/{length}", self.0)
    }
}

const fn first_bits_6(address: Ipv6Addr, bits: u32) -> Ipv6Addr {
    Ipv6Addr::from_bits(address.to_bits() & !(u128::MAX >> bits))
}

/// What the client calls itself, fit to be kept and shown: without control characters, at most 200 characters.
#[must_use]
pub fn user_agent(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::USER_AGENT)?;
    let text: String = String::from_utf8_lossy(value.as_bytes())
        .chars()
        .filter(|c| !c.is_control())
        .take(LONGEST_USER_AGENT)
        .collect();
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    fn seen(lines: &[&'static str], trusted_proxies: usize) -> String {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(&X_FORWARDED_FOR, HeaderValue::from_static(line));
        }
        let mut extensions = Extensions::new();
        let peer: SocketAddr = "192.0.2.9:5000".parse().expect("an address");
        extensions.insert(ConnectInfo(peer));
        let address = address(&headers, &extensions, trusted_proxies);
        address.expect("a peer").to_string()
    }

    #[test]
    fn the_entry_of_the_outermost_trusted_proxy_is_believed_and_nothing_left_of_it() {
        for (lines, proxies, expected) in [
            // Nobody is trusted: the header is the client's own word.
            (&["203.0.113.7"][..], 0, "192.0.2.9"),
            (&[], 0, "192.0.2.9"),
            (&["203.0.113.7"], 1, "203.0.113.7"),
            // A client that puts something in front gains nothing.
            (&["10.0.0.1, 203.0.113.7"], 1, "203.0.113.7"),
            (&["10.0.0.1", "203.0.113.7"], 1, "203.0.113.7"),
            (&["10.0.0.1, 203.0.113.7, 192.0.2.1"], 2, "203.0.113.7"),
            (&["10.0.0.1, 203.0.113.7", "192.0.2.1"], 2, "203.0.113.7"),
            (&["203.0.113.7,192.0.2.1"], 2, "203.0.113.7"),
            // Too few entries, or none that is an address: the peer.
            (&["203.0.113.7"], 2, "192.0.2.9"),
            (&[], 1, "192.0.2.9"),
            (&["unknown"], 1, "192.0.2.9"),
            (&["203.0.113.7, "], 1, "192.0.2.9"),
            (&["203.0.113.7, garbage"], 1, "192.0.2.9"),
            (&["203.0.113.777"], 1, "192.0.2.9"),
            // As proxies write them.
            (&["203.0.113.7:4711"], 1, "203.0.113.7"),
            (&["[2001:db8::7]:4711"], 1, "2001:db8::7"),
            (&["[2001:db8::7]"], 1, "2001:db8::7"),
            (&["2001:db8::7"], 1, "2001:db8::7"),
            (&["::ffff:203.0.113.7"], 1, "203.0.113.7"),
        ] {
            assert_eq!(seen(lines, proxies), expected, "{lines:?} {proxies}");
        }
    }

    #[test]
    fn a_request_without_a_connection_has_no_address_whatever_it_says() {
        let mut headers = HeaderMap::new();
        headers.insert(&X_FORWARDED_FOR, HeaderValue::from_static("203.0.113.7"));
        assert_eq!(address(&headers, &Extensions::new(), 1), None);
    }

    #[test]
    fn limits_are_kept_by_ipv4_address_and_by_ipv6_network() {
        for (address, expected) in [
            ("203.0.113.7", "203.0.113.7"),
            ("::ffff:203.0.113.7", "203.0.113.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
            ("2001:db8:1:2::", "2001:db8:1:2::"),
        ] {
            assert_eq!(limited(ip(address)), ip(expected), "{address}");
        }
    }

    #[test]
    fn what_is_shown_of_an_address_is_its_network() {
        for (address, expected) in [
            ("203.0.113.7", "203.0.113.0/24"),
            ("::ffff:203.0.113.7", "203.0.113.0/24"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
            ("::1", "::/64"),
        ] {
            let prefix = AddressPrefix::of(ip(address));
            assert_eq!(prefix.to_string(), expected, "{address}");
        }
    }

    #[test]
    fn a_user_agent_is_cut_and_freed_of_control_characters() {
        let long = "x".repeat(300);
        for (sent, expected) in [
            (&b"curl/8.5.0"[..], Some("curl/8.5.0")),
            (b"  curl\t/8 ", Some("curl/8")),
            (b"", None),
            (b"\t", None),
            ("g\u{e4}rtner/1\u{85}".as_bytes(), Some("g\u{e4}rtner/1")),
            (b"\xff", Some("\u{fffd}")),
            (long.as_bytes(), Some(&long[..LONGEST_USER_AGENT])),
        ] {
            let mut headers = HeaderMap::new();
            let value = HeaderValue::from_bytes(sent).expect("a header's value");
            headers.insert(header::USER_AGENT, value);
            assert_eq!(user_agent(&headers).as_deref(), expected, "{sent:?}");
        }
        assert_eq!(user_agent(&HeaderMap::new()), None);
    }
}
