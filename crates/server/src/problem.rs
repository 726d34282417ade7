//! Answers that are no success, as `application/problem+json` with a stable code and a sentence in
//! the caller's language. None repeats what was sent.

use std::borrow::Cow;

use axum::{
    Json,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use engine::{refusal::AccountRefusal, text::Lang};
use serde::Serialize;

/// What kind of answer it is; the codes are those of the GraphQL face where both have one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Code {
    Unauthenticated,
    /// About the account, by the code of the refusal.
    Account(&'static str),
    Invalid,
    TooMany,
    NotPermitted,
    NotFound,
    Busy,
    Internal,
}

impl Code {
    fn name(self) -> &'static str {
        match self {
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::Account(code) => code,
            Self::Invalid => "INVALID",
            Self::TooMany => "TOO_MANY",
            Self::NotPermitted => "NOT_PERMITTED",
            Self::NotFound => "NOT_FOUND",
            Self::Busy => "BUSY",
            Self::Internal => "INTERNAL",
        }
    }

    fn title(self, lang: Lang) -> &'static str {
        match (self, lang) {
            (Self::Unauthenticated | Self::Account(_), Lang::Zh) => "登录失败",
            (Self::Unauthenticated | Self::Account(_), Lang::En) => "Not signed in",
            (Self::Invalid, Lang::Zh) => "请求有误",
            (Self::Invalid, Lang::En) => "Malformed request",
            (Self::TooMany, Lang::Zh) => "过于频繁",
            (Self::TooMany, Lang::En) => "Too many requests",
            (Self::NotPermitted, Lang::Zh) => "不允许",
            (Self::NotPermitted, Lang::En) => "Not permitted",
            (Self::NotFound, Lang::Zh) => "不存在",
            (Self::NotFound, Lang::En) => "Not found",
            (Self::Busy, Lang::Zh) => "正忙",
            (Self::Busy, Lang::En) => "Busy",
            (Self::Internal, Lang::Zh) => "内部错误",
            (Self::Internal, Lang::En) => "Internal error",
        }
    }
}

/// An answer that is no success.
#[derive(Debug, Clone)]
pub(crate) struct Problem {
    pub(crate) status: StatusCode,
    pub(crate) code: Code,
    pub(crate) zh: Cow<'static, str>,
    pub(crate) en: Cow<'static, str>,
    /// Seconds after which it is worth trying again.
    pub(crate) retry_after: Option<u64>,
}

#[derive(Serialize)]
struct Body {
    r#type: &'static str,
    title: &'static str,
    status: u16,
    detail: Cow<'static, str>,
    code: &'static str,
}

impl Problem {
    pub(crate) const fn new(
        status: StatusCode,
        code: Code,
        zh: &'static str,
        en: &'static str,
    ) -> Self {
        Self { status, code, zh: Cow::Borrowed(zh), en: Cow::Borrowed(en), retry_after: None }
    }

    /// An expected no about an account.
    pub(crate) fn refused(status: StatusCode, refusal: &AccountRefusal) -> Self {
        Self {
            status,
            code: Code::Account(refusal.code()),
            zh: refusal.sentence(Lang::Zh).into(),
            en: refusal.sentence(Lang::En).into(),
            retry_after: None,
        }
    }

    /// Something that was sent is malformed.
    pub(crate) const fn invalid(status: StatusCode, zh: &'static str, en: &'static str) -> Self {
        Self::new(status, Code::Invalid, zh, en)
    }

    /// A fault of ours; its cause was logged where it happened.
    pub(crate) const INTERNAL: Self = Self::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        Code::Internal,
        "服务器内部错误，已记入日志，数据没有改变。请稍后再试。",
        "An internal error, which is logged; nothing has changed. Try again later.",
    );

    /// The answer, in a language.
    pub(crate) fn answer(self, lang: Lang) -> Response {
        let detail = match lang {
            Lang::Zh => self.zh,
            Lang::En => self.en,
        };
        let body = Body {
            r#type: "about:blank",
            title: self.code.title(lang),
            status: self.status.as_u16(),
            detail,
            code: self.code.name(),
        };
        let mut res = (self.status, Json(body)).into_response();
        let headers = res.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(
            header::CONTENT_LANGUAGE,
            HeaderValue::from_static(match lang {
                Lang::Zh => "zh-CN",
                Lang::En => "en",
            }),
        );
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        res
    }
}

/// The language that the caller reads: the one they like best of those that we speak.
pub(crate) fn lang(headers: &HeaderMap) -> Lang {
    let mut best = (Lang::Zh, 0.0);
    for value in headers.get_all(header::ACCEPT_LANGUAGE) {
        for it in value.to_str().unwrap_or_default().split(',') {
            let (tag, weight) = it.split_once(";").unwrap_or((it, ""));
            let weight =
                weight.trim().strip_prefix("q=").and_then(|it| it.parse().ok()).unwrap_or(1.0);
            let primary = tag.trim().split('-').next().unwrap_or_default().to_ascii_lowercase();
            let lang = match primary.as_str() {
                "zh" | "*" => Lang::Zh,
                "en" => Lang::En,
                _ => continue,
            };
            if weight > best.1 {
                best = (lang, weight);
            }
        }
    }
    best.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_is_the_one_liked_best() {
        for (accept, expected) in [
            ("", Lang::Zh),
            ("en", Lang::En),
            ("en-GB,en;q=0.9", Lang::En),
            ("zh-CN,zh;q=0.9,en;q=0.8", Lang::Zh),
            ("fr, en;q=0.5, zh;q=0.4", Lang::En),
            ("fr", Lang::Zh),
            ("en;q=0", Lang::Zh),
        ] {
            let headers =
                HeaderMap::from_iter([(header::ACCEPT_LANGUAGE, HeaderValue::from_static(accept))]);
            assert_eq!(lang(&headers), expected, "{accept}");
        }
        assert_eq!(lang(&HeaderMap::new()), Lang::Zh);
    }
}
