//! The one place where a request is held against the pass of whoever asks: what a session must do
//! first, what a token is for, which acts need a confirmation. Before anything is resolved.

use std::{
    collections::BTreeSet,
    sync::{Arc, OnceLock},
};

use app::{App, Caller};
use async_graphql::{
    Pos, Positioned, Request, ServerError, ServerResult, Variables,
    extensions::{
        Extension, ExtensionContext, ExtensionFactory, NextParseQuery, NextPrepareRequest,
    },
    parser::types::{
        DocumentOperations, ExecutableDocument, OperationDefinition, OperationType, Selection,
        SelectionSet,
    },
};
use engine::{
    Refusal,
    account::pass::{self, Operation},
    text::{Digest, Lang},
};

use crate::error;

/// Makes a [`Guard`] for each request.
pub(crate) struct Passes;

impl ExtensionFactory for Passes {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Guard::default())
    }
}

/// Remembers which operation of the document is asked for.
#[derive(Default)]
struct Guard {
    operation: OnceLock<Option<String>>,
}

#[async_trait::async_trait]
impl Extension for Guard {
    async fn prepare_request(
        &self,
        ctx: &ExtensionContext<'_>,
        request: Request,
        next: NextPrepareRequest<'_>,
    ) -> ServerResult<Request> {
        self.operation.get_or_init(|| request.operation_name.clone());
        next.run(ctx, request).await
    }

    async fn parse_query(
        &self,
        ctx: &ExtensionContext<'_>,
        query: &str,
        variables: &Variables,
        next: NextParseQuery<'_>,
    ) -> ServerResult<ExecutableDocument> {
        let document = next.run(ctx, query, variables).await?;
        let Some(caller) = ctx.data_opt::<Caller>() else { return Ok(document) };
        let lang = ctx.data_opt::<Lang>().copied().unwrap_or_default();
        let Ok(app) = ctx.data::<App>() else { return Ok(document) };
        let named = self.operation.get().and_then(Option::as_deref);
        let digest = Digest::of(query.as_bytes());
        for operation in operations(&document, named) {
            let fields = root_fields(&document, operation);
            let request = pass::Request {
                operation: match operation.ty {
                    OperationType::Query => Operation::Query,
                    OperationType::Mutation => Operation::Mutation,
                    OperationType::Subscription => Operation::Subscription,
                },
                fields: &fields,
                document: digest,
            };
            if let Err(refusal) = caller.pass.admits(&request, app.wall()) {
                let refusal = Refusal::Account(refusal);
                let act = fields.first().copied().unwrap_or("none");
                let noted = app.note_refused(caller, act, &refusal).await;
                let error = match noted {
                    Ok(()) => error::from_refusal(&refusal, lang),
                    Err(fault) => error::from_app(fault, lang),
                };
                return Err(server_error(error));
            }
        }
        Ok(document)
    }
}

fn server_error(error: async_graphql::Error) -> ServerError {
    error.into_server_error(Pos::default())
}

/// The operations that may be executed: the one that is named, or every one where none is.
fn operations<'a>(
    document: &'a ExecutableDocument,
    named: Option<&str>,
) -> Vec<&'a OperationDefinition> {
    match &document.operations {
        DocumentOperations::Single(it) => vec![&it.node],
        DocumentOperations::Multiple(all) => {
            let found = all.iter().find(|(name, _)| Some(name.as_str()) == named);
            match found {
                Some((_, it)) => vec![&it.node],
                None => all.values().map(|it| &it.node).collect(),
            }
        }
    }
}

/// The names of the fields at the root of an operation, through fragments; a ring of fragments is
/// walked once.
fn root_fields<'a>(
    document: &'a ExecutableDocument,
    operation: &'a OperationDefinition,
) -> Vec<&'a str> {
    let mut res = vec![];
    let mut walked = BTreeSet::new();
    let mut waiting: Vec<&SelectionSet> = vec![&operation.selection_set.node];
    while let Some(set) = waiting.pop() {
        for Positioned { node, .. } in &set.items {
            match node {
                Selection::Field(it) => res.push(it.node.name.node.as_str()),
                Selection::InlineFragment(it) => waiting.push(&it.node.selection_set.node),
                Selection::FragmentSpread(it) => {
                    let name = it.node.fragment_name.node.as_str();
                    if walked.insert(name)
                        && let Some(fragment) = document.fragments.get(name)
                    {
                        waiting.push(&fragment.node.selection_set.node);
                    }
                }
            }
        }
    }
    res
}
