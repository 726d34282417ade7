//! POST /graphql: one request, executed for whoever is signed in.

use std::time::Duration;

use axum::{
    Json,
    body::to_bytes,
    extract::{Request, State},
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use tracing::Instrument as _;

use super::BODY;
use crate::{
    problem::{Code, Problem, lang},
    sign_in::{WRONG_TYPE, fault, is_json},
    state::{AppState, source},
};

/// The longest that a request may take, once it has arrived.
const PATIENCE: Duration = Duration::from_secs(15);

const NOT_UTF8: Problem = Problem::invalid(
    StatusCode::BAD_REQUEST,
    "请求不是有效的 UTF-8 文本。请以 UTF-8 编码发送。",
    "The request is not valid UTF-8. Send it in UTF-8.",
);
const BATCH: Problem = Problem::invalid(
    StatusCode::BAD_REQUEST,
    "不接受批量请求（JSON 数组）。请每次发送一个请求，一个请求中可查询多个字段。",
    "Batches (a JSON array) are not accepted. Send one request at a time; one may ask for many fields.",
);
const MALFORMED: Problem = Problem::invalid(
    StatusCode::BAD_REQUEST,
    "请求应为 JSON 对象：{\"query\":\"…\",\"variables\":{…},\"operationName\":\"…\"}。",
    "The request must be a JSON object: {\"query\":\"…\",\"variables\":{…},\"operationName\":\"…\"}.",
);
const TOOK_TOO_LONG: Problem = Problem::new(
    StatusCode::SERVICE_UNAVAILABLE,
    Code::Busy,
    "办理超过 15 秒，已中止。请刷新后查看是否已生效，再重试。",
    "It took longer than 15 seconds and was given up. Look whether it was done before you try again.",
);

/// Reads the request, finds out who asks, and has the schema execute it.
pub(super) async fn execute(State(state): State<AppState>, req: Request) -> Response {
    let lang = lang(req.headers());
    // In a task of its own: a caller who hangs up does not stop a change halfway, and a resolver
    // that panics is a fault of this one request.
    let task = tokio::spawn(tokio::time::timeout(PATIENCE, answer(state, req)).in_current_span());
    let problem = match task.await {
        Ok(Ok(Ok(res))) => return Json(res).into_response(),
        Ok(Ok(Err(problem))) => problem,
        Ok(Err(_)) => {
            tracing::warn!("a request took too long");
            TOOK_TOO_LONG
        }
        Err(error) => fault(&error),
    };
    problem.answer(lang)
}

async fn answer(state: AppState, req: Request) -> Result<async_graphql::Response, Problem> {
    let (parts, body) = req.into_parts();
    if !is_json(&parts.headers) {
        return Err(WRONG_TYPE);
    }
    // It has arrived already, and is no larger.
    let body = to_bytes(body, BODY).await.map_err(|_| MALFORMED)?;
    let request = read(&body)?;
    let from = source(&parts.headers, &parts.extensions);
    let caller = state.admitted(&parts.headers, from).await?;
    let mut request = request.data(lang(&parts.headers));
    if !state.site().introspection {
        request = request.disable_introspection();
    }
    if let Some(caller) = caller {
        request = request.data(caller);
    }
    Ok(state.schema().execute(request).await)
}

fn read(body: &[u8]) -> Result<async_graphql::Request, Problem> {
    let text = std::str::from_utf8(body).map_err(|_| NOT_UTF8)?;
    if text.trim_start().starts_with('[') {
        return Err(BATCH);
    }
    serde_json::from_str(text).map_err(|_| MALFORMED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_one_object() {
        let read = |it: &[u8]| read(it).map(|it| it.query).map_err(|it| it.en);
        assert_eq!(read(br#"{"query":"{me}","variables":null}"#), Ok("{me}".to_owned()));
        assert_eq!(read(b" [{\"query\":\"{me}\"}]"), Err(BATCH.en));
        assert_eq!(read(b"{\"query\":\"\xff\"}"), Err(NOT_UTF8.en));
        for it in
            ["", "{", "1", "null", "\"{me}\"", r#"{"query":7}"#, r#"{"query":"a","variables":[]}"#]
        {
            assert_eq!(read(it.as_bytes()), Err(MALFORMED.en), "{it}");
        }
        let deep = format!("{{\"variables\":{}{}}}", "{\"a\":".repeat(5000), "}".repeat(5000));
        assert_eq!(read(deep.as_bytes()), Err(MALFORMED.en));
    }
}
