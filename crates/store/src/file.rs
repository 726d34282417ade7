//! The rows of files: what was received, what it became part of, and who opened what is sealed.

use chrono::{DateTime, Utc};
use engine::{
    StreamId,
    file::Attachment,
    ids::{DistrictId, FileId, PersonId},
    text::Digest,
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait as _, DatabaseTransaction, EntityTrait as _, PaginatorTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
    sea_query::{Expr, OnConflict},
};
use uuid::Uuid;

use crate::{
    Arrived, Error, SealedAnew, Store, Viewer,
    claim::stream_of,
    entity, journal,
    keyring::{Place, Wrapped},
    rotation::{BATCH, under_another},
};

/// A file as its row says.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredFile {
    /// Its id.
    pub id: FileId,
    /// Who sent it.
    pub owner: PersonId,
    /// The case; none until it is attached.
    pub case: Option<StreamId>,
    /// Whether it is opened only with a reason.
    pub sealed: bool,
    /// Its media type.
    pub media: String,
    /// Its length in bytes.
    pub size: u64,
    /// The SHA-256 of its bytes.
    pub digest: Digest,
    /// When it was received.
    pub created_at: DateTime<Utc>,
    /// The key of its bytes; none once it is erased.
    pub(crate) key: Option<Wrapped>,
    district: Uuid,
}

impl StoredFile {
    /// Whether its key was dropped, so that nobody reads it any more.
    #[must_use]
    pub fn is_erased(&self) -> bool {
        self.key.is_none()
    }

    pub(crate) fn place(&self) -> Place {
        place(self.district, self.id.0)
    }
}

fn place(district: Uuid, id: Uuid) -> Place {
    Place { table: "file", district, id }
}

/// Without the key.
impl std::fmt::Debug for StoredFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut it = f.debug_struct("StoredFile");
        it.field("id", &self.id).field("case", &self.case).finish_non_exhaustive()
    }
}

/// A file that becomes part of a case in a commit.
#[derive(Debug)]
pub(crate) struct Taken {
    pub(crate) id: Uuid,
    pub(crate) owner: Uuid,
    pub(crate) case: StreamId,
    pub(crate) sealed: bool,
}

impl Taken {
    pub(crate) fn of(case: StreamId, file: &Attachment, owner: Option<PersonId>) -> Self {
        let owner = owner.map_or(Uuid::nil(), |it| it.0);
        Self { id: file.id.0, owner, case, sealed: file.sealed }
    }
}

/// Makes what was received part of a case: once, and only what its sender attaches in time.
pub(crate) async fn take(
    tx: &DatabaseTransaction,
    district: Uuid,
    at: DateTime<Utc>,
    it: Taken,
) -> Result<(), Error> {
    use entity::file::{Column, Entity};
    let taken = Entity::update_many()
        .col_expr(Column::CaseId, Expr::value(Some(it.case.uuid())))
        .col_expr(Column::CaseKind, Expr::value(Some(it.case.kind().to_owned())))
        .col_expr(Column::Sealed, Expr::value(it.sealed))
        .col_expr(Column::ExpiresAt, Expr::value(Option::<DateTime<Utc>>::None))
        .filter(Column::DistrictId.eq(district))
        .filter(Column::Id.eq(it.id))
        .filter(Column::OwnerId.eq(it.owner))
        .filter(Column::CaseId.is_null())
        .filter(Column::ExpiresAt.gt(at))
        .exec(tx)
        .await?;
    if taken.rows_affected == 1 { Ok(()) } else { Err(Error::Exists { what: "upload" }) }
}

fn key_of(id: Option<i32>, bytes: Option<Vec<u8>>) -> Option<Wrapped> {
    Some(Wrapped { key_id: u32::try_from(id?).ok()?, bytes: bytes? })
}

fn file_of(row: entity::file::Model) -> Result<StoredFile, Error> {
    let digest = <[u8; 32]>::try_from(row.digest.as_slice())
        .map_err(|error| Error::corrupt("file", "digest", row.id, error))?;
    let size =
        u64::try_from(row.size).map_err(|error| Error::corrupt("file", "size", row.id, error))?;
    let case = row.case_id.zip(row.case_kind.as_deref()).map(|(id, kind)| stream_of(kind, id));
    Ok(StoredFile {
        id: FileId(row.id),
        owner: PersonId(row.owner_id),
        case,
        sealed: row.sealed,
        media: row.media,
        size,
        digest: Digest(digest),
        created_at: row.created_at,
        key: key_of(row.key_id, row.key),
        district: row.district_id,
    })
}

impl Store {
    /// Keeps the row of a file that arrived, until somebody attaches it.
    ///
    /// # Errors
    /// [`Error::KeyMissing`] where no key is held; else the driver's.
    pub async fn add_upload(
        &self,
        district: DistrictId,
        owner: PersonId,
        arrived: &Arrived,
        media: &str,
        (at, until): (DateTime<Utc>, DateTime<Utc>),
    ) -> Result<(), Error> {
        let size = i64::try_from(arrived.size())
            .map_err(|error| Error::corrupt("file", "size", arrived.id().0, error))?;
        let place = place(district.0, arrived.id().0);
        let key = self.keyring.wrap(&place, arrived.key())?;
        let row = entity::file::ActiveModel {
            district_id: Set(district.0),
            id: Set(arrived.id().0),
            owner_id: Set(owner.0),
            case_id: Set(None),
            case_kind: Set(None),
            sealed: Set(false),
            media: Set(media.to_owned()),
            size: Set(size),
            digest: Set(arrived.digest().0.to_vec()),
            key_id: Set(Some(journal::version(key.key_id))),
            key: Set(Some(key.bytes)),
            created_at: Set(at),
            expires_at: Set(Some(until)),
        };
        let tx = self.begin_write().await?;
        entity::file::Entity::insert(row).exec_without_returning(&tx).await?;
        tx.commit().await?;
        Ok(())
    }

    /// How many files somebody sent and did not attach.
    ///
    /// # Errors
    /// The driver's.
    pub async fn count_uploads(&self, district: DistrictId, owner: PersonId) -> Result<u64, Error> {
        use entity::file::{Column, Entity};
        Ok(Entity::find()
            .filter(Column::DistrictId.eq(district.0))
            .filter(Column::ExpiresAt.is_not_null())
            .filter(Column::OwnerId.eq(owner.0))
            .count(&self.db)
            .await?)
    }

    /// What somebody sent and can still attach.
    ///
    /// # Errors
    /// [`Error::Corrupt`] or the driver's.
    pub async fn upload(
        &self,
        district: DistrictId,
        owner: PersonId,
        id: FileId,
        now: DateTime<Utc>,
    ) -> Result<Option<StoredFile>, Error> {
        use entity::file::{Column, Entity};
        let row = Entity::find_by_id((district.0, id.0))
            .filter(Column::OwnerId.eq(owner.0))
            .filter(Column::CaseId.is_null())
            .filter(Column::ExpiresAt.gt(now))
            .one(&self.db)
            .await?;
        row.map(file_of).transpose()
    }

    /// A file of a visible case; one that may not be seen is not there.
    ///
    /// # Errors
    /// [`Error::Corrupt`] or the driver's.
    pub async fn file(&self, viewer: &Viewer, id: FileId) -> Result<Option<StoredFile>, Error> {
        let row = entity::file::Entity::find_by_id((viewer.district.0, id.0))
            .filter(viewer.sees(("file", "case_id")))
            .one(&self.db)
            .await?;
        row.map(file_of).transpose()
    }

    /// Every file that has bytes, attached or not, after `after`, some at a time: what a backup takes.
    ///
    /// # Errors
    /// [`Error::Corrupt`] or the driver's.
    pub async fn files(
        &self,
        district: DistrictId,
        after: FileId,
        limit: u64,
    ) -> Result<Vec<StoredFile>, Error> {
        use entity::file::{Column, Entity};
        let rows = Entity::find()
            .filter(Column::DistrictId.eq(district.0))
            .filter(Column::Id.gt(after.0))
            .filter(Column::Key.is_not_null())
            .order_by_asc(Column::Id)
            .limit(limit)
            .all(&self.db)
            .await?;
        rows.into_iter().map(file_of).collect()
    }

    /// What was sent, and attached by nobody until `before`.
    ///
    /// # Errors
    /// The driver's.
    pub async fn expired_uploads(
        &self,
        district: DistrictId,
        before: DateTime<Utc>,
        limit: u64,
    ) -> Result<Vec<FileId>, Error> {
        use entity::file::{Column, Entity};
        let ids: Vec<Uuid> = Entity::find()
            .select_only()
            .column(Column::Id)
            .filter(Column::DistrictId.eq(district.0))
            .filter(Column::ExpiresAt.lte(before))
            .order_by_asc(Column::ExpiresAt)
            .limit(limit)
            .into_tuple()
            .all(&self.db)
            .await?;
        Ok(ids.into_iter().map(FileId).collect())
    }

    /// Forgets what was sent and is attached to nothing.
    ///
    /// # Errors
    /// The driver's.
    pub async fn forget_upload(&self, district: DistrictId, id: FileId) -> Result<(), Error> {
        use entity::file::{Column, Entity};
        let tx = self.begin_write().await?;
        Entity::delete_many()
            .filter(Column::DistrictId.eq(district.0))
            .filter(Column::Id.eq(id.0))
            .filter(Column::CaseId.is_null())
            .exec(&tx)
            .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Wraps the keys of files anew that are not under the current master key.
    pub(crate) async fn files_anew(
        &self,
        district: Uuid,
        current: i32,
        res: &mut SealedAnew,
    ) -> Result<(), Error> {
        use entity::file::{Column, Entity};
        loop {
            let rows = Entity::find()
                .filter(Column::DistrictId.eq(district))
                .filter(under_another(Column::KeyId, current))
                .order_by_asc(Column::KeyId)
                .limit(BATCH)
                .all(&self.db)
                .await?;
            let (tx, mut n) = (self.begin_write().await?, 0);
            for row in rows {
                let Some(old) = key_of(row.key_id, row.key) else { continue };
                let place = place(district, row.id);
                let Some(key) = self.keyring.rewrap(&place, &old)? else { continue };
                let moved = Entity::update_many()
                    .col_expr(Column::KeyId, Expr::value(Some(journal::version(key.key_id))))
                    .col_expr(Column::Key, Expr::value(Some(key.bytes)))
                    .filter(Column::DistrictId.eq(district))
                    .filter(Column::Id.eq(row.id))
                    .filter(Column::KeyId.eq(journal::version(old.key_id)))
                    .exec(&tx)
                    .await?;
                n += moved.rows_affected;
            }
            tx.commit().await?;
            if n == 0 {
                return Ok(());
            }
            res.rewrapped += n;
        }
    }

    /// Until when somebody may read a sealed file that they opened.
    ///
    /// # Errors
    /// The driver's.
    pub async fn opened_until(
        &self,
        district: DistrictId,
        file: FileId,
        person: PersonId,
    ) -> Result<Option<DateTime<Utc>>, Error> {
        let id = (district.0, file.0, person.0);
        let row = entity::file_opening::Entity::find_by_id(id).one(&self.db).await?;
        Ok(row.map(|it| it.until_at))
    }
}

/// Drops the keys of the files of a case: their bytes are unreadable from then on, wherever a copy of
/// them is.
pub(crate) async fn erase(
    tx: &DatabaseTransaction,
    district: Uuid,
    case: Uuid,
) -> Result<(), Error> {
    use entity::file::{Column, Entity};
    Entity::update_many()
        .col_expr(Column::KeyId, Expr::value(Option::<i32>::None))
        .col_expr(Column::Key, Expr::value(Option::<Vec<u8>>::None))
        .filter(Column::DistrictId.eq(district))
        .filter(Column::CaseId.eq(case))
        .exec(tx)
        .await?;
    Ok(())
}

/// Lets somebody read a sealed file for a while.
pub(crate) async fn open(
    tx: &DatabaseTransaction,
    district: Uuid,
    (file, person, until): (FileId, PersonId, DateTime<Utc>),
) -> Result<(), Error> {
    use entity::file_opening::{ActiveModel, Column, Entity};
    let row = ActiveModel {
        district_id: Set(district),
        file_id: Set(file.0),
        person_id: Set(person.0),
        until_at: Set(until),
    };
    let again = OnConflict::columns([Column::DistrictId, Column::FileId, Column::PersonId])
        .update_column(Column::UntilAt)
        .to_owned();
    Entity::insert(row).on_conflict(again).exec_without_returning(tx).await?;
    Ok(())
}
