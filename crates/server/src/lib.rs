//! How it all runs: settings, sign-in, routes, loops and the subcommands of `chuishao`.
//!
//! Faces translate, loops look at tables, commands open what a server would open; none decides
//! anything about a case. [`router`] over an [`AppState`] is the whole server but for the loops, so
//! that tests drive it in process: sign in at `/session`, ask at `/graphql`, fire with
//! `App::fire_due`, deliver with `mail::Drain::once`.

mod backup;
mod commands;
mod data;
pub mod demo;
mod demo_clock;
mod files;
mod key_file;
mod listen;
mod logging;
mod loops;
mod master_keys;
mod oidc;
mod open;
mod post;
mod problem;
mod rates;
mod record;
mod routes;
mod say;
mod serve;
pub mod settings;
mod sign_in;
mod source;
mod state;
mod tls;
mod trouble;

pub use commands::main;
pub use data::Folder;
pub use loops::{Loops, Stop, start as start_loops};
pub use routes::{health_router, router};
pub use settings::{Flags, PublicUrl, Rate, Settings};
pub use source::Proxies;
pub use state::{AppState, Site};
pub use trouble::Trouble;
