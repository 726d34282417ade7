//! Whether the process lives, and whether it can work.

use std::{sync::atomic::Ordering, time::Duration};

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::get,
};

use crate::{
    problem::{Code, Problem, lang},
    state::AppState,
};

/// How long the database may take to answer.
const PATIENCE: Duration = Duration::from_secs(3);

/// `/healthz` and `/readyz`.
pub(super) fn routes() -> Router<AppState> {
    Router::new().route("/healthz", get(async || well("alive"))).route("/readyz", get(ready))
}

fn well(word: &'static str) -> Response {
    ([(header::CACHE_CONTROL, "no-store")], word).into_response()
}

/// Ready when the database answers and has the schema of this program.
async fn ready(State(state): State<AppState>, headers: HeaderMap) -> Response {
    match tokio::time::timeout(PATIENCE, is_ready(&state)).await {
        Ok(Ok(true)) => well("ready"),
        Ok(Ok(false)) => Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            Code::Busy,
            "数据库结构不是最新：请运行 chuishao migrate up。",
            "The database is not migrated: run `chuishao migrate up`.",
        )
        .answer(lang(&headers)),
        Ok(Err(_)) | Err(_) => Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            Code::Busy,
            "数据库没有应答。",
            "The database does not answer.",
        )
        .answer(lang(&headers)),
    }
}

async fn is_ready(state: &AppState) -> Result<bool, store::Error> {
    let store = state.app().store();
    store.ping().await?;
    if !state.migrated().load(Ordering::Relaxed) {
        state.migrated().store(store.pending().await? == 0, Ordering::Relaxed);
    }
    Ok(state.migrated().load(Ordering::Relaxed))
}
