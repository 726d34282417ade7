//! Where a request comes from: the peer, or whoever a proxy that is trusted names.
//!
//! The right-most address that is no proxy of ours is the one that our own proxy saw; what stands to
//! the left of it anybody may have written.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::{
    extract::ConnectInfo,
    http::{Extensions, HeaderMap, HeaderName, HeaderValue, header},
};
use ipnet::IpNet;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// Where a request comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Source {
    /// The address of whoever asks; none where the request came over no connection, and the one that
    /// nobody has where a proxy hands on two headers that name different ones: all those together are
    /// counted as one.
    pub(crate) address: Option<IpAddr>,
    /// Whether it travelled over TLS up to us or to a proxy of ours.
    pub(crate) secure: bool,
}

/// Stands in the extensions of a request that came over TLS of our own.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Encrypted;

/// The addresses that are believed when they name another.
#[derive(Debug, Clone)]
pub struct Proxies(Vec<IpNet>);

impl From<Vec<IpNet>> for Proxies {
    fn from(ranges: Vec<IpNet>) -> Self {
        Self(ranges)
    }
}

impl Proxies {
    pub(crate) fn holds(&self, address: IpAddr) -> bool {
        self.0.iter().any(|it| it.contains(&address))
    }

    /// Where a request comes from.
    pub(crate) fn source(&self, headers: &HeaderMap, extensions: &Extensions) -> Source {
        let secure = extensions.get::<Encrypted>().is_some();
        let Some(peer) = extensions.get::<ConnectInfo<SocketAddr>>() else {
            return Source { address: None, secure };
        };
        let peer = peer.0.ip().to_canonical();
        if !self.holds(peer) {
            return Source { address: Some(peer), secure };
        }
        let listed = elements(headers, &FORWARDED_FOR);
        let standard = elements(headers, &header::FORWARDED);
        let by_list = (!listed.is_empty()).then(|| self.asked_for(peer, &listed));
        let by_standard =
            (!standard.is_empty()).then(|| self.asked_for(peer, &named(&standard, "for")));
        // A proxy writes one of them and passes on the other as the caller wrote it: which one, it
        // does not say. Where they differ, neither is believed.
        let address = match (by_list, by_standard) {
            (Some(one), Some(other)) if one != other => Ipv4Addr::UNSPECIFIED.into(),
            (one, other) => one.or(other).unwrap_or(peer),
        };
        let protos = elements(headers, &FORWARDED_PROTO);
        let proto = protos.last().copied().or_else(|| named(&standard, "proto").pop());
        Source { address: Some(address), secure: secure || is_https(proto) }
    }

    /// The right-most address that is no proxy of ours; the last good one where the list breaks off.
    fn asked_for(&self, peer: IpAddr, listed: &[&str]) -> IpAddr {
        let mut last = peer;
        for it in listed.iter().rev() {
            let Some(address) = address(it) else { return last };
            last = address;
            if !self.holds(address) {
                return last;
            }
        }
        last
    }
}

/// The address that was found when the request came in.
pub(crate) fn source(_headers: &HeaderMap, extensions: &Extensions) -> Option<IpAddr> {
    extensions.get::<Source>()?.address
}

fn is_https(proto: Option<&str>) -> bool {
    proto.is_some_and(|it| it.eq_ignore_ascii_case("https"))
}

/// What a header lists, over all its lines. A line that is no text breaks the list off.
fn elements<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Vec<&'a str> {
    let lines = headers.get_all(name).iter().map(HeaderValue::to_str);
    lines.flat_map(|it| it.unwrap_or("?").split(',')).map(str::trim).collect()
}

/// One parameter of each element of `Forwarded`; an element without it names nobody.
fn named<'a>(elements: &[&'a str], parameter: &str) -> Vec<&'a str> {
    let of = |element: &&'a str| {
        let mut pairs = element.split(';').filter_map(|it| it.split_once('='));
        let found = pairs.find(|(name, _)| name.trim().eq_ignore_ascii_case(parameter));
        found.map_or("", |(_, value)| value.trim().trim_matches('"'))
    };
    elements.iter().map(of).collect()
}

/// An address, with or without a port.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim_matches('"');
    let bare = text.strip_prefix('[').and_then(|it| it.split_once(']')).map_or(text, |(it, _)| it);
    let found = bare.parse::<IpAddr>().ok();
    let found = found.or_else(|| text.parse::<SocketAddr>().ok().map(|it| it.ip()));
    found.map(|it| it.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(peer: &str, headers: &[(&'static str, &'static str)]) -> (String, bool) {
        let ranges = ["10.0.0.0/8", "fd00::/8"].map(|it| it.parse().unwrap()).to_vec();
        let mut extensions = Extensions::new();
        let peer = SocketAddr::new(peer.parse().unwrap(), 9);
        extensions.insert(ConnectInfo(peer));
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, HeaderValue::from_static(value));
        }
        let it = Proxies::from(ranges).source(&map, &extensions);
        (it.address.unwrap().to_string(), it.secure)
    }

    #[test]
    fn only_a_proxy_of_ours_is_believed() {
        let headers = [("x-forwarded-for", "1.1.1.1"), ("x-forwarded-proto", "https")];
        assert_eq!(asked("10.0.0.1", &headers), ("1.1.1.1".to_owned(), true));
        assert_eq!(asked("::ffff:10.0.0.1", &headers), ("1.1.1.1".to_owned(), true));
        for stranger in ["11.0.0.1", "127.0.0.1", "::1", "fe80::1"] {
            assert_eq!(asked(stranger, &headers), (stranger.to_owned(), false));
        }
        assert_eq!(asked("10.0.0.1", &[]), ("10.0.0.1".to_owned(), false));
    }

    #[test]
    fn the_right_most_address_that_is_no_proxy_of_ours_asked() {
        for (list, expected) in [
            ("6.6.6.6, 1.1.1.1", "1.1.1.1"),
            ("6.6.6.6, 1.1.1.1, 10.2.3.4", "1.1.1.1"),
            ("10.9.9.9, 10.2.3.4", "10.9.9.9"),
            ("6.6.6.6, nonsense", "10.0.0.1"),
            ("6.6.6.6, nonsense, 10.2.3.4", "10.2.3.4"),
            ("6.6.6.6,", "10.0.0.1"),
            ("1.1.1.1:5678", "1.1.1.1"),
            ("2001:db8::1", "2001:db8::1"),
            ("[2001:db8::1]:443", "2001:db8::1"),
            ("::ffff:1.1.1.1", "1.1.1.1"),
        ] {
            assert_eq!(asked("10.0.0.1", &[("x-forwarded-for", list)]).0, expected, "{list}");
        }
        let lines = [("x-forwarded-for", "6.6.6.6"), ("x-forwarded-for", "1.1.1.1, 10.2.3.4")];
        assert_eq!(asked("10.0.0.1", &lines).0, "1.1.1.1");
    }

    #[test]
    fn the_standard_header_is_read_alike_and_two_that_differ_are_not_believed() {
        let standard = "for=6.6.6.6, For=\"[2001:db8::1]:4711\";proto=https;by=10.0.0.1";
        let expected = ("2001:db8::1".to_owned(), true);
        assert_eq!(asked("10.0.0.1", &[("forwarded", standard)]), expected);
        for hidden in ["for=unknown", "for=_gazonk", "proto=https", "nonsense"] {
            assert_eq!(asked("10.0.0.1", &[("forwarded", hidden)]).0, "10.0.0.1", "{hidden}");
        }
        let both = [("forwarded", "for=6.6.6.6"), ("x-forwarded-for", "1.1.1.1")];
        assert_eq!(asked("10.0.0.1", &both).0, "0.0.0.0");
        let both = [("forwarded", "for=1.1.1.1"), ("x-forwarded-for", "1.1.1.1")];
        assert_eq!(asked("10.0.0.1", &both).0, "1.1.1.1");
    }
}
