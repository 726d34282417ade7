//! `[http]`: where the server listens, whom it believes, and how much it lets anybody ask.

use std::{
    net::{IpAddr, SocketAddr},
    num::NonZeroU32,
    path::PathBuf,
};

use ipnet::IpNet;

use super::{bad, file, web::PublicUrl};
use crate::trouble::Trouble;

/// `[http]`.
#[derive(Debug, Clone)]
pub struct Http {
    /// Where the server listens.
    pub listen: SocketAddr,
    /// The address that people use.
    pub public_url: PublicUrl,
    /// The certificate, where the server speaks TLS itself.
    pub tls: Option<TlsFiles>,
    /// Who is believed when it names the address that it asks for.
    pub trusted_proxies: Vec<IpNet>,
    /// How often one account may ask; none where it is not counted.
    pub per_account: Option<Rate>,
    /// How often one address may ask; none where it is not counted.
    pub per_address: Option<Rate>,
    /// Connections at a time.
    pub max_connections: usize,
    /// Whether those who are signed in may ask for the schema.
    pub introspection: bool,
    /// Whether `/graphiql` is served.
    pub graphiql: bool,
}

/// The files of a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate and those above it, in PEM.
    pub cert: PathBuf,
    /// Its private key, in PEM.
    pub key: PathBuf,
}

/// How often somebody may ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Requests a second, over time.
    pub per_second: NonZeroU32,
    /// Requests at once after a rest.
    pub burst: NonZeroU32,
}

impl Rate {
    /// A rate; none where either is zero.
    #[must_use]
    pub const fn new(per_second: u32, burst: u32) -> Option<Self> {
        match (NonZeroU32::new(per_second), NonZeroU32::new(burst)) {
            (Some(per_second), Some(burst)) => Some(Self { per_second, burst }),
            _ => None,
        }
    }

    /// What one account may ask: a program at work, far more than a person.
    pub const ACCOUNT: Option<Self> = Self::new(200, 4000);
    /// What one address may ask: an office of hundreds behind one address.
    pub const ADDRESS: Option<Self> = Self::new(400, 8000);
}

/// Connections at a time, where nothing is set: a process may usually hold a thousand files open.
const CONNECTIONS: u32 = 800;

impl Http {
    /// Fills in what was left out.
    pub(super) fn complete(given: file::Http, flag: Option<SocketAddr>) -> Result<Self, Trouble> {
        let listen = match (flag, given.listen) {
            (Some(it), _) => it,
            (None, Some(it)) => it
                .parse()
                .map_err(|_| bad("http.listen", "地址:端口，如 127.0.0.1:8080", "ADDRESS:PORT"))?,
            (None, None) => SocketAddr::from(([127, 0, 0, 1], 8080)),
        };
        let tls = match (given.tls_cert, given.tls_key) {
            (Some(cert), Some(key)) => Some(TlsFiles { cert, key }),
            (None, None) => None,
            (Some(_), None) => {
                return Err(bad(
                    "http.tls_key",
                    "证书 tls_cert 的私钥文件",
                    "the file with the private key of tls_cert",
                ));
            }
            (None, Some(_)) => {
                return Err(bad(
                    "http.tls_cert",
                    "私钥 tls_key 的证书文件",
                    "the file with the certificate of tls_key",
                ));
            }
        };
        let public_url = match given.public_url {
            Some(it) => PublicUrl::parse(&it).ok_or_else(|| {
                bad(
                    "http.public_url",
                    "http(s)://主机[:端口]，不带路径",
                    "http(s)://HOST[:PORT] without a path",
                )
            })?,
            None => local(listen, tls.is_some()),
        };
        let max_connections = given.max_connections.unwrap_or(CONNECTIONS);
        if !(8..=100_000).contains(&max_connections) {
            return Err(bad("http.max_connections", "8 至 100000", "8 to 100000"));
        }
        Ok(Self {
            listen,
            public_url,
            tls,
            trusted_proxies: match given.trusted_proxies {
                Some(it) => it.iter().map(|it| range(it)).collect::<Result<_, _>>()?,
                None => Self::this_machine(),
            },
            per_account: rate(given.rate_per_account, given.burst_per_account, Rate::ACCOUNT),
            per_address: rate(given.rate_per_address, given.burst_per_address, Rate::ADDRESS),
            max_connections: usize::try_from(max_connections).unwrap_or(usize::MAX),
            introspection: given.introspection.unwrap_or(true),
            graphiql: given.graphiql.unwrap_or(true),
        })
    }

    /// A proxy on this machine.
    pub(crate) fn this_machine() -> Vec<IpNet> {
        ["127.0.0.0/8", "::1/128"].iter().filter_map(|it| it.parse().ok()).collect()
    }

    /// The address that people use where the server came to listen at `address`: a port that was
    /// left to the system is known only then.
    #[must_use]
    pub fn public_url_at(&self, address: SocketAddr) -> PublicUrl {
        if self.public_url == local(self.listen, self.tls.is_some()) {
            return local(address, self.tls.is_some());
        }
        self.public_url.clone()
    }
}

fn local(listen: SocketAddr, tls: bool) -> PublicUrl {
    let url = PublicUrl::local(listen);
    if tls { url.over_tls() } else { url }
}

/// A range, or one address.
fn range(text: &str) -> Result<IpNet, Trouble> {
    let one = || text.parse::<IpAddr>().ok().map(IpNet::from);
    text.parse().ok().or_else(one).ok_or_else(|| {
        bad(
            "http.trusted_proxies",
            "地址或网段的列表，如 [\"10.0.0.5\", \"10.1.0.0/16\"]",
            "a list of addresses or ranges, such as [\"10.0.0.5\", \"10.1.0.0/16\"]",
        )
    })
}

/// A rate with what was left out; zero of either means that nothing is counted.
fn rate(per_second: Option<u32>, burst: Option<u32>, usual: Option<Rate>) -> Option<Rate> {
    let usual = usual?;
    let per_second = per_second.unwrap_or(usual.per_second.get());
    // Whoever lowers the rate alone means the burst too.
    let burst = burst.unwrap_or_else(|| usual.burst.get().min(per_second.saturating_mul(20)));
    Rate::new(per_second, burst)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Http, String> {
        let given = toml::from_str(text).unwrap();
        Http::complete(given, None).map_err(|it| it.to_string())
    }

    #[test]
    fn a_rate_is_lowered_raised_and_switched_off() {
        let it = read("").unwrap();
        assert_eq!((it.per_account, it.per_address), (Rate::ACCOUNT, Rate::ADDRESS));
        assert_eq!(read("rate_per_account = 2").unwrap().per_account, Rate::new(2, 40));
        let it = read("rate_per_address = 1\nburst_per_address = 3").unwrap();
        assert_eq!(it.per_address, Rate::new(1, 3));
        assert_eq!(read("rate_per_account = 0").unwrap().per_account, None);
        assert_eq!(read("burst_per_account = 0").unwrap().per_account, None);
    }

    #[test]
    fn a_proxy_is_an_address_or_a_range() {
        let shown = |text| {
            read(text).map(|it| it.trusted_proxies.iter().map(IpNet::to_string).collect::<Vec<_>>())
        };
        assert_eq!(shown("").unwrap(), ["127.0.0.0/8", "::1/128"]);
        assert_eq!(shown("trusted_proxies = []").unwrap(), [""; 0]);
        assert_eq!(
            shown("trusted_proxies = ['10.0.0.5', 'fd00::/8']").unwrap(),
            ["10.0.0.5/32", "fd00::/8"]
        );
        assert!(
            shown("trusted_proxies = ['10.0.0.0/33']")
                .unwrap_err()
                .contains("http.trusted_proxies")
        );
    }

    #[test]
    fn a_certificate_needs_its_key_and_makes_the_address_secure() {
        assert!(read("tls_cert = 'a'").unwrap_err().contains("http.tls_key"));
        assert!(read("tls_key = 'a'").unwrap_err().contains("http.tls_cert"));
        let it = read("tls_cert = 'a'\ntls_key = 'b'\nlisten = '127.0.0.1:0'").unwrap();
        assert_eq!(it.tls, Some(TlsFiles { cert: "a".into(), key: "b".into() }));
        assert!(it.public_url.is_secure());
        let address = SocketAddr::from(([127, 0, 0, 1], 4443));
        assert_eq!(it.public_url_at(address).as_str(), "https://127.0.0.1:4443");
        assert!(read("max_connections = 1").unwrap_err().contains("http.max_connections"));
    }
}
