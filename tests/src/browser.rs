//! A browser as far as signing in needs one: it follows redirects and keeps cookies, and sends them
//! along by the rules of `Path` and `SameSite`.

use std::collections::HashMap;

use serde_json::{Value, json};

use crate::wire::{self, Answer};

/// How far it goes on by itself.
const HOPS: usize = 20;

#[derive(Debug, Clone)]
struct Cookie {
    name: String,
    value: String,
    path: String,
    strict: bool,
}

/// A browser.
#[derive(Debug, Clone, Default)]
pub struct Browser {
    /// Where hosts are that only the tests know.
    hosts: HashMap<String, String>,
    jar: HashMap<String, Vec<Cookie>>,
    /// The host whose page is open; none in a new window.
    here: Option<String>,
    /// Every address that it was sent to, the last last.
    pub trail: Vec<String>,
}

/// `http://host[:port]/path?query` in two.
fn split(url: &str) -> (String, String) {
    let rest = url.strip_prefix("http://").unwrap_or_else(|| panic!("{url} is no address"));
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    (host.to_owned(), format!("/{path}"))
}

impl Browser {
    /// A browser that finds `host` at `address`.
    pub fn knowing(host: &str, address: &str) -> Self {
        let hosts = HashMap::from([(host.to_owned(), address.to_owned())]);
        Self { hosts, ..Self::default() }
    }

    /// Opens an address in a new window, or follows a link of the page that is open.
    pub async fn open(&mut self, url: &str) -> Answer {
        let mut url = url.to_owned();
        // What another site has sent on its way stays so, wherever it is redirected.
        let mut from_elsewhere = false;
        for _ in 0..HOPS {
            let (host, path) = split(&url);
            from_elsewhere |= self.here.as_ref().is_some_and(|it| *it != host);
            self.trail.push(url.clone());
            let answer = self.get(&host, &path, from_elsewhere).await;
            if (300..400).contains(&answer.status) {
                // A redirect speaks for the site that it comes from.
                self.here = Some(host.clone());
                url = resolved(answer.header("location"), &host);
                continue;
            }
            self.here = Some(host.clone());
            match refresh(&answer) {
                Some(path) => {
                    url = resolved(&path, &host);
                    from_elsewhere = false;
                }
                None => return answer,
            }
        }
        panic!("it goes on for ever: {:#?}", self.trail);
    }

    /// One step without going on: what an attacker looks at.
    pub async fn look(&mut self, url: &str) -> Answer {
        let (host, path) = split(url);
        let elsewhere = self.here.as_ref().is_some_and(|it| *it != host);
        self.get(&host, &path, elsewhere).await
    }

    /// Asks from a page of the same site, as a script of it does.
    pub async fn post(&mut self, url: &str, body: &Value) -> Answer {
        let (host, path) = split(url);
        let origin = format!("http://{host}");
        let headers = [
            ("Host", host.as_str()),
            ("Origin", origin.as_str()),
            ("Sec-Fetch-Site", "same-origin"),
            ("Content-Type", "application/json"),
            ("Accept-Language", "en"),
        ];
        self.send("POST", &host, &path, &headers, body.to_string().as_bytes(), false).await
    }

    /// One query.
    pub async fn ask(&mut self, url: &str, query: &str) -> Value {
        self.post(&format!("{url}/graphql"), &json!({ "query": query })).await.json()
    }

    /// Goes to a new window: no page is open.
    pub fn leave(&mut self) {
        self.here = None;
    }

    /// The value of a cookie.
    pub fn cookie(&self, host: &str, name: &str) -> Option<&str> {
        let found = self.jar.get(host)?.iter().find(|it| it.name == name);
        found.map(|it| it.value.as_str())
    }

    /// Takes a cookie over from another browser.
    pub fn plant(&mut self, host: &str, name: &str, value: &str, path: &str) {
        let cookie = Cookie {
            name: name.to_owned(),
            value: value.to_owned(),
            path: path.to_owned(),
            strict: false,
        };
        self.jar.entry(host.to_owned()).or_default().push(cookie);
    }

    async fn get(&mut self, host: &str, path: &str, from_elsewhere: bool) -> Answer {
        let site = if from_elsewhere { "cross-site" } else { "same-origin" };
        let headers = [
            ("Host", host),
            ("Accept", "text/html,application/xhtml+xml"),
            ("Sec-Fetch-Site", site),
            ("Sec-Fetch-Mode", "navigate"),
        ];
        self.send("GET", host, path, &headers, b"", from_elsewhere).await
    }

    async fn send(
        &mut self,
        method: &str,
        host: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
        from_elsewhere: bool,
    ) -> Answer {
        let bare = path.split('?').next().unwrap_or_default();
        let sent: Vec<String> = self
            .jar
            .get(host)
            .into_iter()
            .flatten()
            .filter(|it| bare.starts_with(&it.path) && !(it.strict && from_elsewhere))
            .map(|it| format!("{}={}", it.name, it.value))
            .collect();
        let sent = sent.join("; ");
        let mut headers = headers.to_vec();
        if !sent.is_empty() {
            headers.push(("Cookie", &sent));
        }
        let address = self.hosts.get(host).cloned().unwrap_or_else(|| host.to_owned());
        let answer = wire::ask(&address, method, path, &headers, body).await;
        for (name, value) in &answer.headers {
            if name == "set-cookie" {
                self.keep(host, bare, value);
            }
        }
        answer
    }

    fn keep(&mut self, host: &str, asked: &str, text: &str) {
        let mut parts = text.split(';').map(str::trim);
        let (name, value) = parts.next().and_then(|it| it.split_once('=')).expect("a cookie");
        let folder = asked.rsplit_once('/').map_or("/", |it| it.0);
        let mut cookie = Cookie {
            name: name.to_owned(),
            value: value.to_owned(),
            path: if folder.is_empty() { "/".to_owned() } else { folder.to_owned() },
            strict: false,
        };
        let mut gone = value.is_empty();
        for part in parts {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            match name.to_ascii_lowercase().as_str() {
                "path" => cookie.path = value.to_owned(),
                "samesite" => cookie.strict = value.eq_ignore_ascii_case("strict"),
                "max-age" => gone |= value == "0",
                _ => (),
            }
        }
        let jar = self.jar.entry(host.to_owned()).or_default();
        jar.retain(|it| it.name != cookie.name || it.path != cookie.path);
        if !gone {
            jar.push(cookie);
        }
    }
}

fn resolved(to: &str, host: &str) -> String {
    if to.starts_with('/') { format!("http://{host}{to}") } else { to.to_owned() }
}

/// Where a page moves on to by itself.
fn refresh(answer: &Answer) -> Option<String> {
    let text = answer.text();
    let (_, rest) = text.split_once("http-equiv=\"refresh\" content=\"0;url=")?;
    Some(rest.split('"').next()?.to_owned())
}
