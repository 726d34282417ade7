//! The address that people use.

use std::net::SocketAddr;

/// The address that people use, without a slash at its end: what letters link to, and the origin
/// that a browser names when it asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl(String);

impl PublicUrl {
    /// Reads `http(s)://host[:port]`; a path is refused, as the pages live at the root.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().trim_end_matches('/').to_ascii_lowercase();
        let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))?;
        let plain = |it: char| it.is_ascii_graphic() && !"/?#@\\\"'<>".contains(it);
        (!host.is_empty() && host.chars().all(plain)).then_some(Self(text))
    }

    /// The address of a server that nobody gave one.
    #[must_use]
    pub fn local(listen: SocketAddr) -> Self {
        if listen.ip().is_unspecified() {
            return Self(format!("http://127.0.0.1:{}", listen.port()));
        }
        Self(format!("http://{listen}"))
    }

    /// The same address over TLS.
    #[must_use]
    pub(super) fn over_tls(&self) -> Self {
        match self.0.strip_prefix("http://") {
            Some(host) => Self(format!("https://{host}")),
            None => self.clone(),
        }
    }

    /// The address; an origin too.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is reached over TLS only, so that a cookie may be kept to it.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.0.starts_with("https://")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_an_origin() {
        let url = PublicUrl::parse("https://Chuishao.example.gov.cn/").unwrap();
        assert_eq!(url.as_str(), "https://chuishao.example.gov.cn");
        assert!(url.is_secure());
        for wrong in
            ["", "chuishao", "ftp://a", "https://", "https://a/b", "https://a b", "http://u@a"]
        {
            assert_eq!(PublicUrl::parse(wrong), None, "{wrong}");
        }
        let anywhere = PublicUrl::local(SocketAddr::from(([0, 0, 0, 0], 80)));
        assert_eq!(anywhere.as_str(), "http://127.0.0.1:80");
    }
}
