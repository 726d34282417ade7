//! The few pages that a browser sees between the provider and the console. No script, no style, and
//! nothing on them that was sent to us but what the provider vouches for.

use axum::{
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse as _, Response},
};

use crate::problem::{Problem, lang};

/// The language does not follow the browser: whoever is stopped here may have to show the page to
/// somebody else.
const HEAD: &str = "<!doctype html><html lang=\"zh-CN\"><meta charset=\"utf-8\">\
                    <meta name=\"viewport\" content=\"width=device-width\"><title>吹哨</title>";

/// Goes on from here. The session's cookie is `Strict`: a browser that another site has sent to us
/// does not send it along, redirected or not. A page of our own that moves on does.
pub(super) fn onward(path: &'static str) -> Response {
    page(&format!(
        "<meta http-equiv=\"refresh\" content=\"0;url={path}\">\
         <p>已登录，正在进入。<a href=\"{path}\">如未自动进入请点此</a></p>\
         <p lang=\"en\">You are signed in. <a href=\"{path}\">Go on</a></p>"
    ))
}

/// Why it goes no further, with what is to be told to an administrator.
pub(super) fn stop(problem: Problem, headers: &HeaderMap, tell: &[(&str, &str)]) -> Response {
    if !wants_page(headers) {
        return problem.answer(lang(headers));
    }
    let told: String = tell
        .iter()
        .map(|(name, value)| format!("<dt>{name}<dd><code>{}</code>", escaped(value)))
        .collect();
    let told = if told.is_empty() { told } else { format!("<dl>{told}</dl>") };
    let (zh, en) = (escaped(&problem.zh), escaped(&problem.en));
    let body = format!(
        "<h1>未能登录</h1><p>{zh}</p><p lang=\"en\">{en}</p>{told}\
         <p><a href=\"/\">返回首页</a></p>"
    );
    let mut res = page(&body);
    *res.status_mut() = problem.status;
    if let Some(seconds) = problem.retry_after {
        res.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    res
}

fn page(body: &str) -> Response {
    let kind = (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    ([kind], format!("{HEAD}{body}")).into_response()
}

/// Whether a person looks at the answer.
fn wants_page(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT).iter();
    accepted.filter_map(|it| it.to_str().ok()).any(|it| it.contains("text/html"))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
