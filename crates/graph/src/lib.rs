//! How a program asks: the GraphQL face. Resolvers translate; they decide nothing.

mod bag;
mod bounds;
mod context;
mod courtesy;
mod enums;
mod error;
mod input;
mod mutation;
mod object;
mod page;
mod pass;
mod query;

use app::App;
use async_graphql::{EmptySubscription, SchemaBuilder, dataloader::DataLoader};

pub use error::ErrorCode;
pub use mutation::Mutation;
pub use query::Query;

/// The schema, ready to execute.
pub type Schema = async_graphql::Schema<Query, Mutation, EmptySubscription>;

/// The deepest nesting of a query; the standard introspection query needs fifteen.
const DEPTH: usize = 18;
/// The most that a query may cost: fields, times the page they stand on.
const COST: usize = 30_000;

fn builder() -> SchemaBuilder<Query, Mutation, EmptySubscription> {
    Schema::build(Query::default(), Mutation::default(), EmptySubscription)
        .register_output_type::<ErrorCode>()
        .extension(courtesy::Courtesies::default())
        .extension(bounds::Bounds)
        .extension(bag::Bags)
        .extension(pass::Passes)
        .limit_depth(DEPTH)
        .limit_complexity(COST)
        .with_sorted_fields()
}

/// The schema over an application. Each request carries an [`app::Caller`] where somebody is signed
/// in, and an [`engine::text::Lang`].
#[must_use]
pub fn schema(app: App) -> Schema {
    builder()
        .data(DataLoader::new(context::Texts(app.clone()), tokio::spawn))
        .data(DataLoader::new(context::Persons(app.clone()), tokio::spawn))
        .data(DataLoader::new(context::Petitions(app.clone()), tokio::spawn))
        .data(DataLoader::new(context::Whistles(app.clone()), tokio::spawn))
        .data(app)
        .finish()
}

/// The contract, as it is committed in `schema.graphql`.
#[must_use]
pub fn sdl() -> String {
    let options = async_graphql::SDLExportOptions::new().sorted_fields().sorted_enum_items();
    builder().finish().sdl_with_options(options)
}
