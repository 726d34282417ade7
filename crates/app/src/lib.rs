//! What can be asked. [`App::submit`] is the only door to a change; reads pass the gate.
//!
//! The application carries no rule: it loads, lets the engine decide, and commits what follows in
//! one transaction. GraphQL, the scheduler, imports and the command line all come through here.

mod account;
mod audience;
mod audit;
mod auditor;
mod case;
mod check;
mod clock;
mod dossier;
mod due;
mod error;
mod export;
mod file;
mod import;
mod intake;
mod ledger;
mod letters;
mod lists;
pub mod mask;
mod record;
mod registers;
mod submit;
mod suggest;
mod units;
mod whatif;

use std::{collections::HashMap, sync::Arc};

use engine::{
    account::Rules,
    ids::{DistrictId, UnitId},
};
use store::{Files, Store};
use tokio::sync::Mutex;

pub use account::{
    AbsenceInput, AccountFilter, AccountState, AccountView, AddAccount, Attempt, ByProvider,
    Confirmation, Confirmed, DutyInput, Enrolment, HashError, IssueToken, NoRandomness, Provided,
    SecretError, SignedIn, Token, Verifier, digest, hash_password, new_secret, random_password,
    random_token, secret_of, secret_text,
};
pub use audit::By;
pub use auditor::SealView;
pub use case::{ActionsOf, CaseId, Visible};
pub use check::Checked;
pub use clock::{Clock, HeldClock, Ids, RunningClock, SystemIds, micros};
pub use dossier::TakenOut;
pub use due::Fired;
pub use error::Error;
pub use export::{ExportError, Exported};
pub use file::{FileError, FileView, Upload};
pub use import::{ImportError, Imported};
pub use intake::{Behalf, Intake, TEXT_LIMIT, TITLE_LIMIT};
pub use lists::{DraftView, ListsError, Progress, told as told_of_workbook};
pub use record::{RecordError, SealOrder, Signer};
pub use registers::{Caller, Registers};
pub use store::Identity;
pub use submit::{Changed, Key, Submission};
pub use suggest::Suggested;
pub use whatif::Recounted;

/// The application. Cheap to clone.
#[derive(Clone)]
pub struct App {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    files: Files,
    clock: Arc<dyn Clock>,
    /// The clock on the wall: sign-in and the record go by it, whatever the cases' clock shows.
    wall: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
    district: DistrictId,
    district_name: String,
    /// The domain of Message-IDs.
    domain: String,
    /// What the centre has set for its accounts.
    accounts: Rules,
    passwords: Verifier,
    registers: std::sync::RwLock<Option<Arc<Registers>>>,
    /// Issuing takes gapless numbers: one at a time for each centre.
    issuing: Mutex<HashMap<UnitId, Arc<Mutex<()>>>>,
    /// Numbers of petitions that this process has taken and not used.
    block: Mutex<HashMap<String, (i64, i64)>>,
    /// The auditor's stream of this process, and its day.
    log: std::sync::Mutex<Option<(chrono::NaiveDate, engine::ids::AuditId)>>,
    seal_check: auditor::SealCheck,
    /// The checks of drafts of the lists that run in this process.
    checks: lists::Checks,
}

/// What an application is made of.
pub struct Parts {
    /// The database.
    pub store: Store,
    /// Where the bytes of files are.
    pub files: Files,
    /// The one clock of the cases.
    pub clock: Arc<dyn Clock>,
    /// The clock on the wall.
    pub wall: Arc<dyn Clock>,
    /// Where ids come from.
    pub ids: Arc<dyn Ids>,
    /// The domain of Message-IDs.
    pub domain: String,
    /// What the centre has set for its accounts.
    pub accounts: Rules,
}

impl App {
    /// Opens the application over a database that is set up.
    ///
    /// # Errors
    /// [`Error::NotSetUp`] where there is no district; else a fault.
    pub async fn open(parts: Parts) -> Result<Self, Error> {
        let (district, _, district_name) = parts.store.district().await?.ok_or(Error::NotSetUp)?;
        Ok(Self {
            inner: Arc::new(Inner {
                store: parts.store,
                files: parts.files,
                clock: parts.clock,
                wall: parts.wall,
                ids: parts.ids,
                district,
                district_name,
                domain: parts.domain,
                accounts: parts.accounts,
                passwords: Verifier::default(),
                registers: std::sync::RwLock::new(None),
                issuing: Mutex::new(HashMap::new()),
                block: Mutex::new(HashMap::new()),
                log: std::sync::Mutex::new(None),
                seal_check: auditor::SealCheck::new(),
                checks: lists::Checks::default(),
            }),
        })
    }

    /// The database, for reads that are no case.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.inner.store
    }

    /// The district.
    #[must_use]
    pub fn district(&self) -> DistrictId {
        self.inner.district
    }

    /// The district's name.
    #[must_use]
    pub fn district_name(&self) -> &str {
        &self.inner.district_name
    }

    /// What the centre has set for its accounts.
    #[must_use]
    pub fn account_rules(&self) -> &Rules {
        &self.inner.accounts
    }

    /// Where passwords are checked, few at a time.
    pub(crate) fn passwords(&self) -> &Verifier {
        &self.inner.passwords
    }

    /// The instant.
    #[must_use]
    pub fn now(&self) -> chrono::DateTime<chrono::Utc> {
        self.inner.clock.now()
    }

    /// The instant by the clock on the wall, by which people sign in and the record is kept.
    #[must_use]
    pub fn wall(&self) -> chrono::DateTime<chrono::Utc> {
        self.inner.wall.now()
    }

    /// A fresh id.
    #[must_use]
    pub fn fresh(&self) -> uuid::Uuid {
        self.inner.ids.fresh()
    }
}
