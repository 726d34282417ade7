//! How a person asks: the pages of the web console, embedded in the binary.
//!
//! The pages are clients of `/graphql` and `/session` like any other and get nothing from the server
//! besides themselves. They load nothing from anywhere else, so they work on a network without a way
//! out; the content security policy holds them to it.
//!
//! `build.rs` says what is embedded. Names under `/assets/` carry a hash of their content and never
//! change their meaning, so browsers keep them for good; pages are asked for anew each time.

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header},
    response::{IntoResponse, Response},
    routing::get,
};
use rust_embed::{EmbeddedFile, RustEmbed};

#[derive(RustEmbed)]
#[folder = "$OUT_DIR/dist"]
struct Dist;

/// On every answer of this crate, refusals included. The pages load scripts and styles from here
/// alone, and nothing that is written into a page runs or dresses it. GraphiQL does with this: the
/// one style that it would write holds the page still behind a dialog.
const SECURITY: [(HeaderName, HeaderValue); 3] = [
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
             connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
        ),
    ),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
];

/// The page `/`, `/graphiql` where it is wanted, and `/assets/*`, which they load.
///
/// It knows no state, so it merges into a router of any.
pub fn router<S: Clone + Send + Sync + 'static>(graphiql: bool) -> Router<S> {
    let res = Router::new()
        .route("/", get(async |headers: HeaderMap| serve("index.html", &headers)))
        .route(
            "/assets/{*path}",
            get(async |uri: Uri, headers: HeaderMap| {
                serve(uri.path().trim_start_matches('/'), &headers)
            }),
        );
    if !graphiql {
        return res;
    }
    let page = get(async |headers: HeaderMap| serve("graphiql.html", &headers));
    res.route("/graphiql", page)
}

fn serve(name: &str, asked: &HeaderMap) -> Response {
    let mut res = match Dist::get(name) {
        Some(file) => found(name, file, asked),
        None => StatusCode::NOT_FOUND.into_response(),
    };
    res.headers_mut().extend(SECURITY);
    res
}

fn found(name: &str, file: EmbeddedFile, asked: &HeaderMap) -> Response {
    let etag = etag(&file);
    let keep = if name.starts_with("assets/") {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    if is_held(asked, &etag) {
        return (
            StatusCode::NOT_MODIFIED,
            [(header::ETAG, etag.as_str()), (header::CACHE_CONTROL, keep)],
        )
            .into_response();
    }
    let kind = kind(&file);
    let headers = [
        (header::CONTENT_TYPE, kind.as_str()),
        (header::ETAG, etag.as_str()),
        (header::CACHE_CONTROL, keep),
    ];
    (headers, Body::from(file.data)).into_response()
}

fn etag(file: &EmbeddedFile) -> String {
    let digest: String =
        file.metadata.sha256_hash().iter().take(12).map(|byte| format!("{byte:02x}")).collect();
    format!("\"{digest}\"")
}

/// Whether the caller holds this very content. The comparison is the weak one of RFC 9110, because
/// a layer that compresses may have weakened the tag on its way out.
fn is_held(asked: &HeaderMap, etag: &str) -> bool {
    asked
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .any(|it| it == "*" || it.strip_prefix("W/").unwrap_or(it) == etag)
}

fn kind(file: &EmbeddedFile) -> String {
    let mime = file.metadata.mimetype();
    if mime.starts_with("text/") { format!("{mime}; charset=utf-8") } else { mime.to_owned() }
}

#[cfg(test)]
mod tests {
    use axum::{body::to_bytes, http::Request};
    use tower::ServiceExt as _;

    use super::*;

    async fn ask(path: &str, if_none_match: Option<&str>) -> Response {
        let mut req = Request::get(path);
        if let Some(etag) = if_none_match {
            req = req.header(header::IF_NONE_MATCH, etag);
        }
        router::<()>(true).oneshot(req.body(Body::empty()).unwrap()).await.unwrap()
    }

    async fn text(res: Response) -> String {
        String::from_utf8(to_bytes(res.into_body(), usize::MAX).await.unwrap().to_vec()).unwrap()
    }

    fn header_of(res: &Response, name: HeaderName) -> &str {
        res.headers().get(&name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }

    fn an_asset() -> Option<String> {
        Dist::iter()
            .find(|name| name.starts_with("assets/") && name.ends_with(".js"))
            .map(|name| format!("/{name}"))
    }

    /// The value of each `src` and `href` of a page that the browser loads by itself.
    fn loads(html: &str) -> Vec<&str> {
        html.split('<')
            .filter(|tag| !tag.starts_with("a "))
            .flat_map(|tag| [" src=\"", " href=\""].map(|name| tag.split_once(name)))
            .flatten()
            .filter_map(|(_, rest)| rest.split_once('"'))
            .map(|(value, _)| value)
            .collect()
    }

    #[tokio::test]
    async fn pages_are_html_and_are_asked_for_anew() {
        for path in ["/", "/graphiql"] {
            let res = ask(path, None).await;
            assert_eq!(res.status(), StatusCode::OK, "{path}");
            assert_eq!(header_of(&res, header::CONTENT_TYPE), "text/html; charset=utf-8", "{path}");
            assert_eq!(header_of(&res, header::CACHE_CONTROL), "no-cache", "{path}");
            assert!(text(res).await.contains("吹哨"), "{path}");
        }
    }

    #[tokio::test]
    async fn every_answer_carries_the_security_headers() {
        let etag = header_of(&ask("/", None).await, header::ETAG).to_owned();
        for (path, held, status) in [
            ("/", None, StatusCode::OK),
            ("/graphiql", None, StatusCode::OK),
            ("/", Some(etag.as_str()), StatusCode::NOT_MODIFIED),
            ("/assets/none.js", None, StatusCode::NOT_FOUND),
        ] {
            let res = ask(path, held).await;
            assert_eq!(res.status(), status, "{path}");
            for (name, value) in SECURITY {
                assert_eq!(res.headers().get(&name), Some(&value), "{path} {name}");
            }
        }
    }

    #[tokio::test]
    async fn nothing_is_allowed_inline() {
        for path in ["/", "/graphiql"] {
            let res = ask(path, None).await;
            let policy = header_of(&res, header::CONTENT_SECURITY_POLICY).to_owned();
            let of = |name: &str| policy.split("; ").find_map(|it| it.strip_prefix(name));
            assert_eq!(of("default-src "), Some("'none'"));
            assert_eq!(of("script-src "), Some("'self'"));
            assert_eq!(of("style-src "), Some("'self'"));
            assert!(!policy.contains("unsafe"), "{policy}");
            let html = text(res).await;
            let inline = html
                .split("<script")
                .skip(1)
                .find(|tag| !tag.trim_end().contains("></script>") || !tag.contains("src="));
            assert_eq!(inline, None);
            assert!(!html.contains(" style=") && !html.contains("<style"), "{path}");
        }
    }

    #[tokio::test]
    async fn graphiql_is_served_only_where_it_is_wanted() {
        let req = Request::get("/graphiql").body(Body::empty()).unwrap();
        let res = router::<()>(false).oneshot(req).await.unwrap();
        assert_eq!(res.status(), StatusCode::NOT_FOUND);
    }

    #[tokio::test]
    async fn what_the_browser_holds_is_not_sent_again() {
        for path in ["/".to_owned()].into_iter().chain(an_asset()) {
            let etag = header_of(&ask(&path, None).await, header::ETAG).to_owned();
            assert!(etag.len() > 2, "{path}");
            for held in
                [etag.clone(), format!("W/{etag}"), format!("\"other\", {etag}"), "*".to_owned()]
            {
                let res = ask(&path, Some(&held)).await;
                assert_eq!(res.status(), StatusCode::NOT_MODIFIED, "{path} {held}");
                assert_eq!(header_of(&res, header::ETAG), etag);
                assert_eq!(text(res).await, "");
            }
            assert_eq!(ask(&path, Some("\"other\"")).await.status(), StatusCode::OK, "{path}");
        }
    }

    #[tokio::test]
    async fn assets_are_kept_for_good() {
        // None in a build without the pages.
        let Some(path) = an_asset() else { return };
        let res = ask(&path, None).await;
        assert_eq!(res.status(), StatusCode::OK);
        assert_eq!(header_of(&res, header::CONTENT_TYPE), "text/javascript; charset=utf-8");
        assert_eq!(header_of(&res, header::CACHE_CONTROL), "public, max-age=31536000, immutable");
    }

    #[tokio::test]
    async fn an_unknown_asset_is_not_found() {
        for path in [
            "/assets/none.js",
            "/assets/../index.html",
            "/assets/%2e%2e/index.html",
            "/assets//index.html",
        ] {
            assert_eq!(ask(path, None).await.status(), StatusCode::NOT_FOUND, "{path}");
        }
    }

    #[test]
    fn pages_load_only_what_is_embedded() {
        for name in Dist::iter().filter(|name| name.ends_with(".html")) {
            let html = String::from_utf8(Dist::get(&name).unwrap().data.into_owned()).unwrap();
            for load in loads(&html) {
                assert!(
                    load.strip_prefix('/').is_some_and(|it| Dist::get(it).is_some()),
                    "{name} loads {load}"
                );
            }
        }
    }

    #[test]
    fn styles_load_nothing() {
        for name in Dist::iter().filter(|name| name.ends_with(".css")) {
            let css = String::from_utf8(Dist::get(&name).unwrap().data.into_owned()).unwrap();
            assert!(!css.contains("@import"), "{name}");
            for load in css.split("url(").skip(1) {
                assert!(
                    load.trim_start_matches(['"', '\'']).starts_with("data:"),
                    "{name}: {}",
                    &load[..load.len().min(60)]
                );
            }
        }
    }

    #[test]
    fn a_required_console_is_there() {
        if option_env!("CONSOLE") == Some("require") {
            assert!(an_asset().is_some());
        }
    }
}
