//! Errors of the query itself (unknown fields, too deep, too dear) get a code and a sentence too.

use std::{
    any::TypeId,
    sync::{Arc, OnceLock},
};

use async_graphql::{
    ErrorExtensionValues, Request, Response, ServerResult,
    extensions::{Extension, ExtensionContext, ExtensionFactory, NextPrepareRequest, NextRequest},
    resolver_utils::enum_value,
};
use engine::text::Lang;

use crate::error::ErrorCode;

/// Makes a [`Courtesy`] for each request.
pub(crate) struct Courtesies;

impl ExtensionFactory for Courtesies {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Courtesy::default())
    }
}

/// Remembers the language of a request and completes the errors that no resolver wrote.
#[derive(Default)]
struct Courtesy {
    lang: OnceLock<Lang>,
}

#[async_trait::async_trait]
impl Extension for Courtesy {
    async fn request(&self, ctx: &ExtensionContext<'_>, next: NextRequest<'_>) -> Response {
        let mut response = next.run(ctx).await;
        for error in &mut response.errors {
            let extensions = error.extensions.get_or_insert_with(ErrorExtensionValues::default);
            if extensions.get("code").is_some() {
                continue;
            }
            extensions.set("code", enum_value(ErrorCode::Invalid));
            error.message = match self.lang.get().copied().unwrap_or_default() {
                Lang::Zh => {
                    format!("查询有误, 未作任何更改; 请对照 schema.graphql 修改: {}", error.message)
                }
                Lang::En => {
                    format!("the query is wrong and nothing has changed: {}", error.message)
                }
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
        self.lang.get_or_init(|| lang.copied().unwrap_or_default());
        next.run(ctx, request).await
    }
}
