//! Errors of the query itself (unknown fields, wrong values) get a code and a sentence too.
//!
//! None repeats what was sent: somebody who puts a password or an identity number in the wrong place
//! does not find it in an answer, nor in the log of a client that writes errors down. And nobody who
//! is not signed in learns from an error which fields there are.

mod words;

use std::{
    any::TypeId,
    collections::HashSet,
    sync::{Arc, OnceLock},
};

use app::Caller;
use async_graphql::{
    ErrorExtensionValues, Request, Response, ServerResult, Value,
    extensions::{Extension, ExtensionContext, ExtensionFactory, NextPrepareRequest, NextRequest},
    resolver_utils::enum_value,
};
use engine::text::Lang;

use crate::error::{self, ErrorCode};

/// The most errors of one query that are told.
const ERRORS: usize = 5;

/// Makes a [`Courtesy`] for each request.
#[derive(Default)]
pub(crate) struct Courtesies {
    /// The names of the schema.
    names: Arc<OnceLock<HashSet<String>>>,
}

impl ExtensionFactory for Courtesies {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Courtesy { asked: OnceLock::new(), names: self.names.clone() })
    }
}

/// Remembers who asks in which language, and completes the errors that no resolver wrote.
struct Courtesy {
    asked: OnceLock<(Lang, bool)>,
    names: Arc<OnceLock<HashSet<String>>>,
}

#[async_trait::async_trait]
impl Extension for Courtesy {
    async fn request(&self, ctx: &ExtensionContext<'_>, next: NextRequest<'_>) -> Response {
        let mut response = next.run(ctx).await;
        let is_coded = |it: &async_graphql::ServerError| {
            it.extensions.as_ref().is_some_and(|it| it.get("code").is_some())
        };
        if response.errors.iter().all(is_coded) {
            return response;
        }
        let (lang, is_nobody) = self.asked.get().copied().unwrap_or((Lang::default(), true));
        if is_nobody {
            let mut error = error::unauthenticated(lang).into_server_error(Default::default());
            error.locations.clear();
            response.data = Value::Null;
            response.errors = vec![error];
            return response;
        }
        if response.data == Value::Null {
            response.errors.truncate(ERRORS);
        }
        let names = self.names.get_or_init(words::of_contract);
        for error in response.errors.iter_mut().filter(|it| !is_coded(it)) {
            let extensions = error.extensions.get_or_insert_with(ErrorExtensionValues::default);
            extensions.set("code", enum_value(ErrorCode::Invalid));
            let text = words::known(&error.message, names);
            error.message = match lang {
                Lang::Zh => {
                    format!("查询有误, 未作任何更改; 请对照 schema.graphql 修改: {text}")
                }
                Lang::En => format!("the query is wrong and nothing has changed: {text}"),
            };
        }
        response
    }

    async fn prepare_request(
        &self,
        ctx: &ExtensionContext<'_>,
        request: Request,
        next: NextPrepareRequest<'_>,
    ) -> ServerResult<Request> {
        let lang = request.data.get(&TypeId::of::<Lang>()).and_then(|it| it.downcast_ref::<Lang>());
        let is_nobody = request.data.get(&TypeId::of::<Caller>()).is_none();
        self.asked.get_or_init(|| (lang.copied().unwrap_or_default(), is_nobody));
        next.run(ctx, request).await
    }
}
