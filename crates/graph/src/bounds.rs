//! What a query may be before anybody looks at what it asks: refused while it is text, or as soon as
//! it is parsed, and so before a resolver or a check of the library has to suffer it.
//!
//! The library's own checks come after this one. They expand fragments without counting, and its
//! parser calls itself for each bracket; a query of a few hundred bytes would keep them busy for
//! hours, and one of many brackets would end the process.

mod text;
mod weight;

use std::{any::TypeId, sync::Arc};

use app::Caller;
use async_graphql::{
    IntrospectionMode, Pos, Request, ServerError, ServerResult,
    extensions::{Extension, ExtensionContext, ExtensionFactory, NextPrepareRequest},
};
use engine::text::Lang;

use crate::error::{self, ErrorCode};

/// Why a query is refused as it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Excess {
    /// A text or a bracket has no end, or stands where none can.
    Unfinished(Pos),
    /// More words than there may be.
    Words,
    /// A name or a number longer than any.
    Letters,
    /// Brackets in brackets.
    Nesting,
    /// More than one may write: what, and how many.
    Many(What, usize),
    /// Deeper than one may ask, or fragments that hold themselves.
    Depth,
    /// The schema asked for within itself, or over and over.
    Introspection,
}

/// What there may be so many of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    /// 别名.
    Aliases,
    /// 指令.
    Directives,
    /// 字段, with what fragments stand for.
    Fields,
    /// 片段.
    Fragments,
    /// 操作.
    Operations,
    /// The same field on one object.
    Repetitions,
}

impl What {
    fn name(self, lang: Lang) -> &'static str {
        match (self, lang) {
            (Self::Aliases, Lang::Zh) => "别名",
            (Self::Aliases, Lang::En) => "aliases",
            (Self::Directives, Lang::Zh) => "指令",
            (Self::Directives, Lang::En) => "directives",
            (Self::Fields, Lang::Zh) => "字段（含片段展开）",
            (Self::Fields, Lang::En) => "fields, fragments expanded",
            (Self::Fragments, Lang::Zh) => "片段",
            (Self::Fragments, Lang::En) => "fragments",
            (Self::Operations, Lang::Zh) => "操作",
            (Self::Operations, Lang::En) => "operations",
            (Self::Repetitions, Lang::Zh) => "同一对象上重复的字段",
            (Self::Repetitions, Lang::En) => "repetitions of a field on one object",
        }
    }
}

impl Excess {
    fn sentence(self, lang: Lang) -> String {
        match (self, lang) {
            (Self::Unfinished(at), Lang::Zh) => {
                format!("查询语法有误（第 {} 行第 {} 列）, 未作任何更改; 请改正后重试", at.line, at.column)
            }
            (Self::Unfinished(at), Lang::En) => format!(
                "the query is malformed at line {}, column {}; nothing has changed",
                at.line, at.column
            ),
            (Self::Words, Lang::Zh) => {
                format!("查询过长, 最多 {} 个词, 未作任何更改; 请拆分, 或把文字放入变量", text::WORDS)
            }
            (Self::Words, Lang::En) => format!(
                "the query has more than {} words; nothing has changed: split it, or put texts into variables",
                text::WORDS
            ),
            (Self::Letters, Lang::Zh) => {
                format!("查询中的名称或数字超过 {} 个字符, 未作任何更改; 请改正", text::LETTERS)
            }
            (Self::Letters, Lang::En) => format!(
                "a name or a number of the query has more than {} characters; nothing has changed",
                text::LETTERS
            ),
            (Self::Nesting, Lang::Zh) => {
                format!("查询的括号嵌套超过 {} 层, 未作任何更改; 请减少层数", text::NESTING)
            }
            (Self::Nesting, Lang::En) => format!(
                "the brackets of the query are nested deeper than {}; nothing has changed: ask for less",
                text::NESTING
            ),
            (Self::Many(what, most), Lang::Zh) => {
                format!("查询中{}超过 {most} 个, 未作任何更改; 请拆分查询", what.name(lang))
            }
            (Self::Many(what, most), Lang::En) => format!(
                "the query has more than {most} {}; nothing has changed: split it",
                what.name(lang)
            ),
            (Self::Depth, Lang::Zh) => {
                format!("查询嵌套超过 {} 层, 或片段引用自身, 未作任何更改; 请减少层数", crate::DEPTH)
            }
            (Self::Depth, Lang::En) => format!(
                "the query is nested deeper than {}, or a fragment holds itself; nothing has changed: ask for less",
                crate::DEPTH
            ),
            (Self::Introspection, Lang::Zh) => {
                "接口结构的查询只能是标准的内省查询, 未作任何更改; 也可使用 schema.graphql".to_owned()
            }
            (Self::Introspection, Lang::En) => {
                "the schema is told to the standard introspection query alone; nothing has changed: schema.graphql holds it too"
                    .to_owned()
            }
        }
    }
}

/// Looks at each request before it is prepared.
pub(crate) struct Bounds;

impl ExtensionFactory for Bounds {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_trait::async_trait]
impl Extension for Bounds {
    async fn prepare_request(
        &self,
        ctx: &ExtensionContext<'_>,
        mut request: Request,
        next: NextPrepareRequest<'_>,
    ) -> ServerResult<Request> {
        let lang = given::<Lang>(&request).copied().unwrap_or_default();
        let is_nobody = given::<Caller>(&request).is_none();
        let refuse = |it: Excess| plain(error::error(ErrorCode::Invalid, it.sentence(lang)));
        text::read(&request.query).map_err(refuse)?;
        let document = request.parsed_query().map_err(|error| {
            let at = error.locations.first().copied().unwrap_or(Pos { line: 1, column: 1 });
            refuse(Excess::Unfinished(at))
        })?;
        let introspects = weight::weigh(document).map_err(refuse)?;
        if introspects && is_nobody {
            return Err(plain(error::unauthenticated(lang)));
        }
        if introspects && request.introspection_mode == IntrospectionMode::Disabled {
            let sentence = match lang {
                Lang::Zh => "本系统不提供接口结构的查询; 请使用随程序发布的 schema.graphql",
                Lang::En => {
                    "the schema is not told here; use the schema.graphql that comes with the program"
                }
            };
            return Err(plain(error::error(ErrorCode::NotPermitted, sentence.to_owned())));
        }
        if is_nobody {
            request = request.disable_introspection();
        }
        next.run(ctx, request).await
    }
}

fn given<T: 'static>(request: &Request) -> Option<&T> {
    request.data.get(&TypeId::of::<T>()).and_then(|it| it.downcast_ref())
}

/// An error of the whole request, which stands at no place of it.
fn plain(error: async_graphql::Error) -> ServerError {
    let mut res = error.into_server_error(Pos::default());
    res.locations.clear();
    res
}
