//! The doors of the server over HTTP, and what every answer of theirs carries.

mod graphql;
mod guard;
mod health;

use axum::{
    Router,
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    middleware,
    response::Response,
    routing::post,
};
use tower_http::{compression::CompressionLayer, set_header::SetResponseHeaderLayer};

use crate::{
    problem::{Code, Problem, lang},
    sign_in,
    state::AppState,
};

/// On every answer that does not say otherwise; the pages of the console bring their own policy.
const SECURITY: [(HeaderName, HeaderValue); 3] = [
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"),
    ),
];

/// Everything: the console, sign-in, GraphQL and health.
pub fn router(state: AppState) -> Router {
    let no_store = SetResponseHeaderLayer::overriding(
        header::CACHE_CONTROL,
        HeaderValue::from_static("no-store"),
    );
    let api = Router::new()
        .route("/graphql", post(graphql::execute).fallback(method_not_allowed))
        .route("/session/confirm", post(sign_in::confirm).fallback(method_not_allowed))
        .route("/session", post(sign_in::create).delete(sign_in::end).fallback(method_not_allowed))
        .layer(middleware::from_fn_with_state(state.clone(), guard::same_origin))
        .layer(no_store);
    dress(health::routes().merge(api).merge(console::router()).with_state(state))
}

/// Health alone: what a process without the API answers.
pub fn health_router(state: AppState) -> Router {
    dress(health::routes().with_state(state))
}

/// What every answer carries.
fn dress(router: Router) -> Router {
    let router = router.fallback(not_found);
    let router = SECURITY.into_iter().fold(router, |router, (name, value)| {
        router.layer(SetResponseHeaderLayer::if_not_present(name, value))
    });
    router.layer(CompressionLayer::new().gzip(true)).layer(middleware::from_fn(guard::trace))
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
        "此地址不支持该请求方法：/graphql 和 /session/confirm 用 POST，/session 用 POST 或 DELETE。",
        "This method is not allowed here: /graphql and /session/confirm take POST, /session POST or DELETE.",
    )
    .answer(lang(&headers))
}
