//! How the provider is asked: within a time, up to a size, over TLS that is checked, and nowhere else
//! than asked.

use std::{path::Path, sync::Arc, time::Duration};

use reqwest::{Client, RequestBuilder, Response, StatusCode, Url, redirect::Policy};
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, pem::PemObject as _},
};
use serde::{Deserialize, de::DeserializeOwned};

use super::{Fault, Tokens};
use crate::trouble::Trouble;

/// How long a connection may take, and a whole answer.
const CONNECT: Duration = Duration::from_secs(4);
const ANSWER: Duration = Duration::from_secs(8);
/// The most bytes of an answer.
const BYTES: usize = 512 * 1024;

/// Asks the provider.
pub(super) struct Http(Client);

/// Why a code is not taken (RFC 6749, 5.2).
#[derive(Deserialize)]
struct Refused {
    error: String,
}

impl Http {
    /// With the certificates that are trusted: those of the file, or the usual ones.
    pub(super) fn new(ca_file: Option<&Path>) -> Result<Self, Trouble> {
        let broken = |error: rustls::Error| {
            Trouble::failed("无法准备 TLS。", "TLS cannot be prepared.").because(error)
        };
        let tls =
            ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
                .with_safe_default_protocol_versions()
                .map_err(broken)?
                .with_root_certificates(roots(ca_file)?)
                .with_no_client_auth();
        let client = Client::builder()
            .tls_backend_preconfigured(tls)
            .redirect(Policy::none())
            .no_proxy()
            .connect_timeout(CONNECT)
            .timeout(ANSWER)
            .user_agent("chuishao");
        client.build().map(Self).map_err(|error| {
            Trouble::failed("无法准备网络访问。", "The network cannot be used.").because(error)
        })
    }

    /// What stands at an address.
    pub(super) async fn get<T: DeserializeOwned>(&self, url: &str) -> Result<T, Fault> {
        let (status, body) = read(self.0.get(url)).await?;
        if status.is_success() { parse(&body) } else { Err(down("its address", status)) }
    }

    /// What stands at an address for the holder of a token.
    pub(super) async fn ask<T: DeserializeOwned>(
        &self,
        url: &str,
        access: &str,
    ) -> Result<T, Fault> {
        let (status, body) = read(self.0.get(url).bearer_auth(access)).await?;
        if status.is_success() { parse(&body) } else { Err(down("userinfo", status)) }
    }

    /// What a code is worth.
    pub(super) async fn redeem(
        &self,
        url: &str,
        form: &[(&str, &str)],
        basic: Option<(&str, &str)>,
    ) -> Result<Tokens, Fault> {
        let mut request = self.0.post(url).form(form);
        if let Some((client, secret)) = basic {
            request = request.basic_auth(escaped(client)?, Some(escaped(secret)?));
        }
        let (status, body) = read(request).await?;
        if status.is_success() {
            return parse(&body);
        }
        if status.is_client_error()
            && let Ok(Refused { error }) = serde_json::from_slice::<Refused>(&body)
        {
            if error == "invalid_grant" {
                return Err(Fault::Code);
            }
            if ["invalid_client", "unauthorized_client"].contains(&error.as_str()) {
                tracing::error!(
                    "the provider does not know this program: check oidc.client_id, oidc.client_secret_file and the address of return"
                );
            }
        }
        Err(down("its tokens", status))
    }
}

fn roots(ca_file: Option<&Path>) -> Result<RootCertStore, Trouble> {
    let Some(path) = ca_file else {
        return Ok(RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() });
    };
    let unusable = || {
        Trouble::wrong(
            format!("{} 中没有可用的证书。请检查设置 oidc.ca_file。", path.display()),
            format!("{} holds no certificate. Check oidc.ca_file.", path.display()),
        )
    };
    let all: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect)
        .map_err(|error| unusable().because(error))?;
    let mut roots = RootCertStore::empty();
    if roots.add_parsable_certificates(all).0 == 0 {
        return Err(unusable());
    }
    Ok(roots)
}

/// A name or a secret as it stands in the header (RFC 6749, 2.3.1).
fn escaped(text: &str) -> Result<String, Fault> {
    let mut url = Url::parse("http://x").map_err(|_| Fault::Down)?;
    url.query_pairs_mut().append_key_only(text);
    Ok(url.query().unwrap_or_default().to_owned())
}

async fn read(request: RequestBuilder) -> Result<(StatusCode, Vec<u8>), Fault> {
    let whole = async {
        let mut response: Response =
            request.header("accept", "application/json").send().await.map_err(|it| lost(&it))?;
        let mut body = vec![];
        while let Some(chunk) = response.chunk().await.map_err(|it| lost(&it))? {
            if body.len() + chunk.len() > BYTES {
                tracing::warn!("an answer of the provider is too large");
                return Err(Fault::Down);
            }
            body.extend_from_slice(&chunk);
        }
        Ok((response.status(), body))
    };
    whole.await
}

/// The text of an error may hold an address with what was asked; its kind does not.
fn lost(error: &reqwest::Error) -> Fault {
    let (timeout, connect) = (error.is_timeout(), error.is_connect());
    tracing::warn!(timeout, connect, "the provider did not answer");
    Fault::Down
}

fn down(what: &str, status: StatusCode) -> Fault {
    tracing::warn!(what, status = status.as_u16(), "the provider refused what it must give");
    Fault::Down
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Fault> {
    serde_json::from_slice(body).map_err(|_| {
        tracing::warn!("an answer of the provider is not what the standard says");
        Fault::Down
    })
}
