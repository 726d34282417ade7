//! The four lists: drafted, checked, and put in force by a second person.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, Mutex, PoisonError},
};

use engine::{
    Refusal,
    audit::AuditFact,
    directory::UnitKind,
    ids::ListsDraftId,
    lists::{
        Lists, ListsVersion,
        diff::diff_for,
        draft::{self, Check, Draft, ListsAct},
        table::{self, Misread, Table},
    },
    notice::Notice,
    prove::{Proof, Prover, Staffing},
    text::Lang,
};
use papers::lists::{self as workbook, Limits, Problems};
use store::{Commit, ListsPut, ListsVersionView, register_stream};

use crate::{App, Caller, Error, Registers, submit::TRIES};

/// How far a check has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// How many of the kinds and levels are done.
    pub done: usize,
    /// Of how many.
    pub of: usize,
}

/// The checks that run in this process.
pub(crate) type Checks = Mutex<HashMap<ListsDraftId, Progress>>;

/// A draft as it is shown.
#[derive(Debug, Clone)]
pub struct DraftView {
    /// The draft.
    pub draft: Arc<Draft>,
    /// What its last check found; none where it was written since.
    pub proof: Option<Arc<Proof>>,
    /// How far a check of it has come, where one runs in this process.
    pub checking: Option<Progress>,
}

/// Why a draft was not written.
#[derive(Debug, thiserror::Error)]
pub enum ListsError {
    /// What is wrong in the tables that were given; nothing has changed.
    #[error("{} cells are wrong", .0.len())]
    Misread(Vec<Misread>),
    /// What is wrong in the workbook that was given; nothing has changed.
    #[error(transparent)]
    Workbook(#[from] Problems),
    /// Anything else.
    #[error(transparent)]
    Other(#[from] Error),
}

/// What is wrong in a workbook, as place and sentence; where there is more than is shown, it is said.
#[must_use]
pub fn told(problems: &Problems, lang: Lang) -> Vec<(String, String)> {
    let tongue = match lang {
        Lang::Zh => papers::Lang::Zh,
        Lang::En => papers::Lang::En,
    };
    let shown = problems.shown.iter().map(|it| (it.place(), it.sentence(tongue)));
    let mut res: Vec<(String, String)> = shown.collect();
    if problems.left_out > 0 {
        let n = problems.left_out;
        let rest = match lang {
            Lang::Zh => format!("另有 {n} 处问题未列出；请先改正以上各处"),
            Lang::En => format!("{n} more are not shown; mend these first"),
        };
        res.push((String::new(), rest));
    }
    res
}

impl From<store::Error> for ListsError {
    fn from(error: store::Error) -> Self {
        Self::Other(error.into())
    }
}

impl From<Refusal> for ListsError {
    fn from(refusal: Refusal) -> Self {
        Self::Other(refusal.into())
    }
}

impl App {
    /// What is known of each version besides what it says, the last first.
    ///
    /// # Errors
    /// A fault of the database.
    pub async fn lists_versions(&self) -> Result<Vec<ListsVersionView>, Error> {
        Ok(self.store().lists_views(self.district()).await?)
    }

    /// The drafts there are; none for whoever neither writes nor publishes lists.
    ///
    /// # Errors
    /// A fault of the database.
    pub async fn lists_drafts(&self, caller: &Caller) -> Result<Vec<DraftView>, Error> {
        if !self.sees_drafts(caller) {
            return Ok(vec![]);
        }
        let rows = self.store().lists_drafts(self.district()).await?;
        rows.into_iter().map(|(draft, proof)| self.draft_view(draft, proof)).collect()
    }

    /// One draft.
    ///
    /// # Errors
    /// [`Error::NotFound`] where there is none, or the caller sees none.
    pub async fn lists_draft(&self, caller: &Caller, id: ListsDraftId) -> Result<DraftView, Error> {
        let (draft, proof) = self.draft_seen(caller, id).await?;
        self.draft_view(draft, proof)
    }

    fn sees_drafts(&self, caller: &Caller) -> bool {
        let may = |act| draft::may(act, &caller.member, &caller.registers.directory).is_ok();
        may(ListsAct::Edit) || may(ListsAct::Publish)
    }

    fn draft_view(&self, draft: Draft, proof: Option<String>) -> Result<DraftView, Error> {
        let proof = proof.as_deref().map(serde_json::from_str).transpose().map_err(|error| {
            Error::from(store::Error::corrupt("lists_draft", "proof", draft.id.0, error))
        })?;
        let checks = self.inner.checks.lock().unwrap_or_else(PoisonError::into_inner);
        let checking = checks.get(&draft.id).copied();
        Ok(DraftView { draft: Arc::new(draft), proof: proof.map(Arc::new), checking })
    }

    /// The version that a draft sets out from: the last that was published, whether or not its day
    /// has come.
    fn last(registers: &Registers) -> Result<&Lists, Error> {
        registers.lists.last().ok_or(Error::NotSetUp)
    }

    /// Begins a draft that says what a version says, the last where none is named. A version of
    /// before is so put in force anew.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a version that is not there; [`Error::Refused`], or a fault.
    pub async fn draft_lists(
        &self,
        caller: &Caller,
        from: Option<ListsVersion>,
    ) -> Result<DraftView, Error> {
        let registers = &caller.registers;
        let last = Self::last(registers)?;
        let from = match from {
            Some(version) => registers.lists_version(version).ok_or(Error::NotFound)?,
            None => last,
        };
        let id = ListsDraftId(self.fresh());
        let begun =
            Draft::begin(id, (last, from), &caller.member, &registers.directory, self.now());
        let draft = self.noted(caller, "draft_lists", begun).await?;
        self.keep_draft(caller, &draft, None).await?;
        self.draft_view(draft, None)
    }

    /// Writes tables into a draft; those that are not given stay as they are.
    ///
    /// # Errors
    /// [`ListsError::Misread`] with everything that is wrong; a refusal, or a fault. Nothing has
    /// changed then.
    pub async fn edit_lists(
        &self,
        caller: &Caller,
        id: ListsDraftId,
        edit: Option<u32>,
        tables: &[Table],
    ) -> Result<DraftView, ListsError> {
        let before = self.draft_to_edit(caller, "edit_lists", id, edit).await?;
        let directory = &caller.registers.directory;
        let lists = table::lists(&before.lists, tables, directory).map_err(ListsError::Misread)?;
        Ok(self.write_draft(caller, &before, lists).await?)
    }

    /// Writes a workbook into a draft; a list that is not in it stays as it is.
    ///
    /// # Errors
    /// [`ListsError::Workbook`] with everything that is wrong; a refusal, or a fault. Nothing has
    /// changed then.
    pub async fn import_lists(
        &self,
        caller: &Caller,
        id: ListsDraftId,
        edit: Option<u32>,
        bytes: Vec<u8>,
    ) -> Result<DraftView, ListsError> {
        let before = self.draft_to_edit(caller, "import_lists", id, edit).await?;
        let (base, registers) = (before.lists.clone(), caller.registers.clone());
        let read = tokio::task::spawn_blocking(move || {
            workbook::read(&bytes, &base, &registers.directory, &Limits::of_lists())
        });
        let lists = read.await.map_err(|error| unkept(&before, error))??;
        Ok(self.write_draft(caller, &before, lists).await?)
    }

    /// A version or a draft as a workbook.
    ///
    /// # Errors
    /// A fault.
    pub async fn export_lists(
        &self,
        registers: &Arc<Registers>,
        lists: Lists,
    ) -> Result<Vec<u8>, Error> {
        let registers = registers.clone();
        let unwritable = |error: Box<dyn std::error::Error + Send + Sync>| {
            Error::from(store::Error::corrupt("lists_version", "body", self.district().0, error))
        };
        tokio::task::spawn_blocking(move || workbook::write(&lists, &registers.directory))
            .await
            .map_err(|error| unwritable(error.into()))?
            .map_err(|error| unwritable(error.into()))
    }

    /// Writes lists into a draft, in place of what it said.
    ///
    /// # Errors
    /// A refusal, or a fault; nothing has changed then.
    pub async fn write_lists(
        &self,
        caller: &Caller,
        id: ListsDraftId,
        edit: Option<u32>,
        lists: Lists,
    ) -> Result<DraftView, Error> {
        let before = self.draft_to_edit(caller, "edit_lists", id, edit).await?;
        self.write_draft(caller, &before, lists).await
    }

    async fn write_draft(
        &self,
        caller: &Caller,
        before: &Draft,
        lists: Lists,
    ) -> Result<DraftView, Error> {
        let directory = &caller.registers.directory;
        let edited = before.edited(lists, &caller.member, directory, self.now());
        let draft = self.noted(caller, "edit_lists", edited).await?;
        self.keep_draft(caller, &draft, Some(before.edit)).await?;
        self.draft_view(draft, None)
    }

    /// Throws a draft away.
    ///
    /// # Errors
    /// A refusal, or a fault.
    pub async fn discard_lists(
        &self,
        caller: &Caller,
        id: ListsDraftId,
        edit: Option<u32>,
    ) -> Result<DraftView, Error> {
        let draft = self.draft_to_edit(caller, "discard_lists", id, edit).await?;
        let fact = AuditFact::ListsDiscarded { draft: id, digest: draft::digest(&draft.lists)? };
        let notes = self.notes(&caller.by(), vec![fact]);
        self.store()
            .discard_lists_draft(self.district(), &draft, &notes)
            .await
            .map_err(|error| as_stale(error, &draft))?;
        self.draft_view(draft, None)
    }

    /// Begins to check a draft, in the background of this process: what it finds is kept with the
    /// draft. One that is being checked goes on being checked.
    ///
    /// # Errors
    /// A refusal, or a fault.
    pub async fn begin_check(
        &self,
        caller: &Caller,
        id: ListsDraftId,
        edit: Option<u32>,
    ) -> Result<DraftView, Error> {
        let draft = self.draft_to_edit(caller, "check_lists", id, edit).await?;
        let begun = Progress { done: 0, of: 1 };
        let is_new = {
            let mut checks = self.inner.checks.lock().unwrap_or_else(PoisonError::into_inner);
            let is_new = !checks.contains_key(&id);
            checks.entry(id).or_insert(begun);
            is_new
        };
        if is_new {
            let (app, caller, draft) = (self.clone(), caller.clone(), draft.clone());
            tokio::spawn(async move {
                let checked = app.checked(&caller, &draft, |_| ()).await;
                app.inner.checks.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
                if let Err(error) = checked {
                    tracing::warn!(draft.id = %id, %error, "what a check found was not kept");
                }
            });
        }
        self.draft_view(draft, None)
    }

    /// Checks a draft, and keeps what is found with it.
    ///
    /// # Errors
    /// A refusal, or a fault.
    pub async fn check_lists(
        &self,
        caller: &Caller,
        id: ListsDraftId,
        progress: impl Fn(Progress) + Send + 'static,
    ) -> Result<DraftView, Error> {
        let draft = self.draft_to_edit(caller, "check_lists", id, None).await?;
        self.checked(caller, &draft, progress).await?;
        self.lists_draft(caller, id).await
    }

    async fn checked(
        &self,
        caller: &Caller,
        draft: &Draft,
        progress: impl Fn(Progress) + Send + 'static,
    ) -> Result<(), Error> {
        let (app, registers) = (self.clone(), caller.registers.clone());
        let (id, lists) = (draft.id, draft.lists.clone());
        let now = self.now();
        let proof = tokio::task::spawn_blocking(move || {
            let members: Vec<_> =
                registers.accounts().filter_map(|it| registers.member(it.person, now)).collect();
            let staffing = Staffing::new(&members);
            let prover = Prover::new(&lists, &registers.calendars)
                .with_units(&registers.directory)
                .with_people(&staffing);
            prover.prove_telling(|done, of, _| {
                let it = Progress { done, of };
                let mut checks = app.inner.checks.lock().unwrap_or_else(PoisonError::into_inner);
                checks.entry(id).and_modify(|known| *known = it);
                drop(checks);
                progress(it);
            })
        })
        .await
        .map_err(|error| unkept(draft, error))?;
        let digest = draft::digest(&draft.lists)?;
        let proven = proof.is_proven();
        let checked = Check { digest, at: self.now(), by: caller.member.person, proven };
        let after = Draft { checked: Some(checked), ..draft.clone() };
        let text = serde_json::to_string(&proof).map_err(|error| unkept(draft, error))?;
        let fact = AuditFact::ListsChecked { draft: draft.id, digest, proven };
        let notes = self.notes(&caller.by(), vec![fact]);
        self.store()
            .put_lists_draft(self.district(), &after, Some(draft.edit), Some(text), &notes)
            .await
            .map_err(|error| as_stale(error, draft))
    }

    /// Puts a draft in force from its day on: a version that is never changed, and the letters to
    /// those whom it concerns.
    ///
    /// # Errors
    /// A refusal, or a fault; nothing has changed then.
    pub async fn publish_lists(
        &self,
        caller: &Caller,
        id: ListsDraftId,
        edit: Option<u32>,
    ) -> Result<Lists, Error> {
        for _ in 0..TRIES {
            let registers = self.registers().await?;
            let (draft, proof) = self.draft_seen(caller, id).await?;
            let may = draft::may(ListsAct::Publish, &caller.member, &registers.directory);
            self.noted(caller, "publish_lists", may).await?;
            named(&draft, edit)?;
            let last = Self::last(&registers)?;
            let published = draft.publish(last, &caller.member, &registers.directory, self.now());
            let lists = self.noted(caller, "publish_lists", published).await?;
            let letters = self.letters_of_lists(&registers, last, &lists)?;
            let put = ListsPut {
                draft: &draft,
                lists: &lists,
                letters,
                proof,
                registers: registers.version(),
            };
            let notes = self.notes(&caller.by(), vec![]);
            match self.store().publish_lists(self.district(), put, &notes).await {
                Ok(()) => return Ok(lists),
                // The registers or the draft moved on meanwhile: look again, and decide anew.
                Err(store::Error::Stale { .. }) => (),
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Busy)
    }

    /// To each centre, and to each unit of whose matters or limits something is different.
    fn letters_of_lists(
        &self,
        registers: &Registers,
        last: &Lists,
        lists: &Lists,
    ) -> Result<Commit, Error> {
        let directory = &registers.directory;
        let mut notices = vec![];
        for unit in directory.units().filter(|it| !it.closed) {
            if unit.kind == UnitKind::Centre {
                notices.push(Notice::lists_published(unit.id, true));
            } else if !diff_for(last, lists, unit.id, directory).is_empty() {
                notices.push(Notice::lists_published(unit.id, false));
            }
        }
        let mut letters = vec![];
        let stream = register_stream(self.district()).0;
        self.address(registers, stream, lists.version, notices, &BTreeSet::new(), &mut letters);
        Ok(Commit::telling(self.district(), self.now(), letters)?)
    }

    /// A draft behind the gate, with what its last check found as it is kept.
    async fn draft_seen(
        &self,
        caller: &Caller,
        id: ListsDraftId,
    ) -> Result<(Draft, Option<String>), Error> {
        if !self.sees_drafts(caller) {
            return Err(Error::NotFound);
        }
        self.store().lists_draft(self.district(), id).await?.ok_or(Error::NotFound)
    }

    /// A draft that the caller is about to change, as they saw it.
    ///
    /// # Errors
    /// [`Error::NotFound`] behind the gate; a refusal for want of authority, which is noted under
    /// the name of the act, or where somebody wrote in it meanwhile; or a fault.
    pub async fn draft_to_edit(
        &self,
        caller: &Caller,
        act: &str,
        id: ListsDraftId,
        edit: Option<u32>,
    ) -> Result<Draft, Error> {
        let (draft, _) = self.draft_seen(caller, id).await?;
        let may = draft::may(ListsAct::Edit, &caller.member, &caller.registers.directory);
        self.noted(caller, act, may).await?;
        named(&draft, edit)?;
        Ok(draft)
    }

    async fn keep_draft(
        &self,
        caller: &Caller,
        draft: &Draft,
        before: Option<u32>,
    ) -> Result<(), Error> {
        let fact = AuditFact::ListsDrafted {
            draft: draft.id,
            edit: draft.edit,
            base: draft.base,
            digest: draft::digest(&draft.lists)?,
        };
        let notes = self.notes(&caller.by(), vec![fact]);
        self.store()
            .put_lists_draft(self.district(), draft, before, None, &notes)
            .await
            .map_err(|error| as_stale(error, draft))
    }
}

/// Holds the edit that a caller names against the one there is.
fn named(draft: &Draft, edit: Option<u32>) -> Result<(), Error> {
    match edit {
        Some(it) if it != draft.edit => Err(Refusal::Stale { current: draft.edit }.into()),
        Some(_) | None => Ok(()),
    }
}

/// What a check found could not be made or kept: a fault.
fn unkept(draft: &Draft, error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    store::Error::corrupt("lists_draft", "proof", draft.id.0, error.into()).into()
}

/// Somebody wrote in the draft meanwhile: the caller looks again.
fn as_stale(error: store::Error, draft: &Draft) -> Error {
    match error {
        store::Error::Stale { .. } => Refusal::Stale { current: draft.edit + 1 }.into(),
        other => other.into(),
    }
}
