//! Files: sent, attached, read. Bytes come and go through the gate that their case stands behind.

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use engine::{
    CommandKind, StreamId,
    audit::AuditFact,
    file::{Attachment, Received},
    ids::{FileId, UploadId},
};
use futures_util::Stream;
use papers::media::Media;
use store::{Arrived, Files, Incoming, State, StoredFile};

use crate::{App, Caller, CaseId, Error, Visible};

/// How long what was sent waits to be attached.
const WAITS: TimeDelta = TimeDelta::hours(24);
/// How long after that it is still there, so that nobody attaches what is being removed.
const GRACE: TimeDelta = TimeDelta::hours(1);
/// The most files of one person that wait to be attached.
const MOST: u64 = 50;
/// How many are removed at a time.
const SOME: u64 = 100;

/// Why a file was not taken in or not read.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// There is no such file, or the caller may not see it; nobody can tell which.
    #[error("there is no such file")]
    NotFound,
    /// The caller reads no case, and so attaches nothing.
    #[error("the caller reads no case")]
    NotPermitted,
    /// It was erased.
    #[error("the file was erased")]
    Erased,
    /// It is sealed, and the caller did not say what they open it for.
    #[error("the file is sealed")]
    Sealed,
    /// Too much of what the caller sent waits to be attached.
    #[error("too many files wait to be attached")]
    TooMany,
    /// The storage of files.
    #[error(transparent)]
    Files(#[from] store::FileError),
    /// Anything else.
    #[error(transparent)]
    Other(#[from] Error),
}

impl From<store::Error> for FileError {
    fn from(error: store::Error) -> Self {
        Self::Other(error.into())
    }
}

/// What was sent and can be attached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Upload {
    /// Under which id.
    pub id: UploadId,
    /// Until when.
    pub expires_at: DateTime<Utc>,
}

/// A file that the caller may read.
#[derive(Debug, Clone)]
pub struct FileView {
    /// The case.
    pub case: CaseId,
    /// What the case says of it.
    pub attachment: Attachment,
    /// Its name; none once that is erased.
    pub name: Option<String>,
    row: StoredFile,
}

impl App {
    /// Where the bytes of files are.
    #[must_use]
    pub fn files(&self) -> &Files {
        &self.inner.files
    }

    /// Begins to take a file in from somebody.
    ///
    /// # Errors
    /// [`FileError::NotPermitted`], [`FileError::TooMany`], no room, or a fault.
    pub async fn begin_upload(&self, caller: &Caller) -> Result<Incoming, FileError> {
        if !caller.viewer.reads_cases() {
            return Err(FileError::NotPermitted);
        }
        if self.store().count_uploads(self.district(), caller.member.person).await? >= MOST {
            return Err(FileError::TooMany);
        }
        Ok(self.files().incoming(FileId(self.fresh()))?)
    }

    /// Keeps what arrived until its sender attaches it.
    ///
    /// # Errors
    /// No room, or a fault; nothing is kept then.
    pub async fn keep_upload(
        &self,
        caller: &Caller,
        arrived: &Arrived,
        media: Media,
    ) -> Result<Upload, FileError> {
        let (id, now) = (arrived.id(), self.now());
        let expires_at = now + WAITS;
        // The row first: bytes without a row would be found by nobody. A row whose bytes never came
        // is told to nobody, and removed like any other that waits in vain.
        let who = caller.member.person;
        self.store()
            .add_upload(self.district(), who, arrived, media.mime(), (now, expires_at))
            .await?;
        if let Err(error) = self.files().keep(arrived).await {
            self.store().forget_upload(self.district(), id).await?;
            return Err(error.into());
        }
        Ok(Upload { id: UploadId(id.0), expires_at })
    }

    /// What somebody sent under an id and can attach: the id of the file that it becomes, and what was
    /// received; none where there is nothing of theirs.
    ///
    /// # Errors
    /// A fault of the database.
    pub async fn upload(
        &self,
        caller: &Caller,
        id: UploadId,
    ) -> Result<(FileId, Option<(Received, &'static [&'static str])>), Error> {
        let file = FileId(id.0);
        let who = caller.member.person;
        let row = self.store().upload(self.district(), who, file, self.now()).await?;
        let received = row.map(|it| {
            let endings = Media::of_mime(&it.media).map_or(&[][..], Media::endings);
            (Received { digest: it.digest, size: it.size, media: it.media }, endings)
        });
        Ok((file, received))
    }

    /// The bytes of what the caller sent and has not attached; none where nothing waits under this
    /// id for them.
    ///
    /// # Errors
    /// Where the bytes are not there or not what was stored, or a fault.
    pub async fn uploaded(
        &self,
        caller: &Caller,
        id: UploadId,
    ) -> Result<Option<Vec<u8>>, FileError> {
        let (file, who) = (FileId(id.0), caller.member.person);
        let row = self.store().upload(self.district(), who, file, self.now()).await?;
        let Some(row) = row else { return Ok(None) };
        let mut bytes = Vec::new();
        let mut all = std::pin::pin!(self.files().read(&row).await?);
        while let Some(some) = futures_util::StreamExt::next(&mut all).await {
            bytes.extend_from_slice(&some?);
        }
        Ok(Some(bytes))
    }

    /// A file of a case that the caller may see; a sealed one only while they have it open.
    ///
    /// # Errors
    /// [`FileError::NotFound`], [`FileError::Sealed`], or a fault.
    pub async fn file(&self, caller: &Caller, id: FileId) -> Result<Visible<FileView>, FileError> {
        let row = self.store().file(&caller.viewer, id).await?.ok_or(FileError::NotFound)?;
        let case = row.case.ok_or(FileError::NotFound)?;
        let files = self.files_of(caller, case).await?.ok_or(FileError::NotFound)?;
        let found = files.into_iter().find(|it| it.id == id);
        let attachment = found.ok_or(FileError::NotFound)?.into_inner();
        if attachment.sealed {
            let open = self.opened_until(caller, id).await? > self.now();
            if !open || !self.may_open(caller, case).await? {
                return Err(FileError::Sealed);
            }
        }
        let name = attachment.name.id;
        let name = self.store().texts(self.district(), [name]).await?.remove(&name);
        Ok(Visible::passed(FileView { case, attachment, name, row }))
    }

    /// Until when the caller may read a sealed file that they opened; an instant that is over where
    /// they did not.
    ///
    /// # Errors
    /// A fault of the database.
    pub async fn opened_until(&self, caller: &Caller, id: FileId) -> Result<DateTime<Utc>, Error> {
        let until = self.store().opened_until(self.district(), id, caller.member.person).await?;
        Ok(until.unwrap_or(DateTime::UNIX_EPOCH))
    }

    /// The bytes of a file that was let through; that a sealed one was read is noted.
    ///
    /// # Errors
    /// Where the bytes are not there or not what was stored, or a fault.
    pub async fn read_file(
        &self,
        caller: &Caller,
        file: &Visible<FileView>,
    ) -> Result<impl Stream<Item = Result<Bytes, store::FileError>> + Send + use<>, FileError> {
        if file.row.is_erased() {
            return Err(FileError::Erased);
        }
        let bytes = self.files().read(&file.row).await?;
        if file.attachment.sealed {
            let (id, case) = (file.attachment.id, file.case.uuid());
            self.note(&caller.by(), AuditFact::FileRead { file: id, case }).await?;
        }
        Ok(bytes)
    }

    /// The files of a visible case, in the order in which they came; none where the case is not to be
    /// seen.
    ///
    /// # Errors
    /// A fault of the database.
    pub async fn files_of(
        &self,
        caller: &Caller,
        case: CaseId,
    ) -> Result<Option<Vec<Visible<Attachment>>>, Error> {
        let states = self.store().visible(&caller.viewer, &[case.uuid()]).await?;
        let files = states.into_iter().next().map(|it| match it {
            State::Petition(it) => it.files,
            State::Whistle(it) => it.files,
        });
        let all = files.map(|it| it.into_values().map(Visible::passed).collect());
        Ok(all.map(|mut all: Vec<Visible<Attachment>>| {
            all.sort_by_key(|it| (it.at, it.id));
            all
        }))
    }

    /// Whether the caller may open what is sealed in a case.
    async fn may_open(&self, caller: &Caller, case: CaseId) -> Result<bool, Error> {
        let (whistle, petitions) = match case {
            StreamId::Whistle(id) => (Some(id), vec![]),
            StreamId::Petition(id) => (None, vec![id]),
        };
        let viewer = Some(&caller.viewer);
        let loaded =
            self.store().load_case(self.district(), viewer, whistle, &petitions, true).await?;
        match self.permit(caller, case, &loaded.scene, CommandKind::OpenFile) {
            Ok(()) => Ok(true),
            Err(Error::Refused(_) | Error::NotFound) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Removes what was sent and never attached, and what killed processes left; how many of each.
    ///
    /// # Errors
    /// A fault of the database or of the storage.
    pub async fn sweep_files(&self) -> Result<(usize, usize), FileError> {
        let mut n_expired = 0;
        loop {
            let before = self.now() - GRACE;
            let ids = self.store().expired_uploads(self.district(), before, SOME).await?;
            for id in &ids {
                // The bytes first: whatever happens between, the row leads here again.
                self.files().remove(*id).await?;
                self.store().forget_upload(self.district(), *id).await?;
            }
            n_expired += ids.len();
            if ids.is_empty() {
                break;
            }
        }
        Ok((n_expired, self.files().sweep().await?))
    }
}
