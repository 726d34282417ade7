//! The doors of the server over HTTP, and what every answer of theirs carries.

mod edge;
mod files;
mod graphql;
mod guard;
mod health;

use axum::{
    Router,
    extract::Request,
    http::{HeaderMap, StatusCode},
    middleware::{from_fn, from_fn_with_state},
    response::Response,
    routing::{get, post},
};
use tower_http::compression::{CompressionLayer, Predicate, predicate::DefaultPredicate};

use crate::{
    problem::{Code, Problem, lang},
    sign_in::{self, provider},
    state::AppState,
};

/// The most bytes of a request to a door that takes no files.
const BODY: usize = 256 * 1024;

/// Everything: the console, sign-in, GraphQL and health.
pub fn router(state: AppState) -> Router {
    let api = Router::new()
        .route("/graphql", post(graphql::execute).fallback(method_not_allowed))
        .route("/session/confirm", post(sign_in::confirm).fallback(method_not_allowed))
        .route("/session", post(sign_in::create).delete(sign_in::end).fallback(method_not_allowed))
        .route("/session/offered", get(provider::offered).fallback(method_not_allowed))
        .route("/session/oidc", get(provider::begin).fallback(method_not_allowed))
        .route("/session/oidc/callback", get(provider::end).fallback(method_not_allowed))
        .layer(from_fn(edge::arrive))
        // What comes here brings its own size and time.
        .merge(files::routes())
        .layer(from_fn_with_state(state.clone(), guard::same_origin));
    let console = console::router(state.site().graphiql);
    dress(health::routes().merge(api).merge(console), state)
}

/// Health alone: what a process without the API answers.
pub fn health_router(state: AppState) -> Router {
    dress(health::routes(), state)
}

/// What every answer carries.
fn dress(router: Router<AppState>, state: AppState) -> Router {
    router
        .fallback(not_found)
        .layer(from_fn_with_state(state.clone(), edge::enter))
        .layer(CompressionLayer::new().gzip(true).compress_when(Pays))
        .layer(from_fn_with_state(state.clone(), guard::trace))
        .with_state(state)
}

/// Stands in the extensions of an answer that goes out byte for byte.
#[derive(Debug, Clone, Copy)]
struct AsIs;

/// Packs what packing pays for: of files it does not.
#[derive(Debug, Clone, Copy)]
struct Pays;

impl Predicate for Pays {
    fn should_compress<B: axum::body::HttpBody>(&self, res: &Response<B>) -> bool {
        res.extensions().get::<AsIs>().is_none() && DefaultPredicate::new().should_compress(res)
    }
}

async fn not_found(req: Request) -> Response {
    Problem::new(
        StatusCode::NOT_FOUND,
        Code::NotFound,
        "没有这个地址。",
        "There is nothing at this address.",
    )
    .answer(lang(req.headers()))
}

async fn method_not_allowed(headers: HeaderMap) -> Response {
    Problem::invalid(
        StatusCode::METHOD_NOT_ALLOWED,
        "此地址不支持该请求方法：/graphql、/session/confirm 和 /files 用 POST，/session 用 POST 或 DELETE，/files/编号、/files/lists/版本、/session/oidc 等用 GET。",
        "This method is not allowed here: /graphql, /session/confirm and /files take POST, /session POST or DELETE, /files/ID, /files/lists/VERSION, /session/oidc and its like GET.",
    )
    .answer(lang(&headers))
}
