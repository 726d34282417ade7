//! The four lists: versions, which are never changed, and the drafts that they come of.

use chrono::{DateTime, Utc};
use engine::{
    audit::AuditFact,
    ids::{DistrictId, ListsDraftId, PersonId},
    lists::{Lists, ListsVersion, draft::Draft},
    text::Digest,
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, DatabaseTransaction, EntityTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, sea_query::Expr,
};

use crate::{
    Commit, Error, Notes, Store,
    directory::{bump, exists},
    entity, journal,
};

/// What is known of a version besides what it says.
#[derive(Debug, Clone)]
pub struct ListsVersionView {
    /// Its number.
    pub version: ListsVersion,
    /// When it was published.
    pub published_at: DateTime<Utc>,
    /// By whom; none where the program brought it.
    pub published_by: Option<PersonId>,
    /// Everybody who wrote in its draft.
    pub editors: Vec<PersonId>,
    /// What its check found, as it was kept.
    pub proof: Option<String>,
}

/// A version to be published.
#[derive(Debug)]
pub struct ListsPut<'a> {
    /// The draft that it was.
    pub draft: &'a Draft,
    /// What it says, with its number.
    pub lists: &'a Lists,
    /// The letters that are owed for it.
    pub letters: Commit,
    /// What its check found, as it is kept.
    pub proof: Option<String>,
    /// The version of the registers that it was decided on.
    pub registers: i64,
}

fn body(lists: &Lists, district: DistrictId) -> Result<String, Error> {
    serde_json::to_string(lists)
        .map_err(|error| Error::corrupt("lists_version", "body", district.0, error))
}

impl Store {
    /// Every version, oldest first; those that have the same catalogue share it.
    pub(crate) async fn lists_versions(&self, district: DistrictId) -> Result<Vec<Lists>, Error> {
        let rows: Vec<String> = entity::lists_version::Entity::find()
            .select_only()
            .column(entity::lists_version::Column::Body)
            .filter(entity::lists_version::Column::DistrictId.eq(district.0))
            .order_by_asc(entity::lists_version::Column::Version)
            .into_tuple()
            .all(&self.db)
            .await?;
        let mut res: Vec<Lists> = vec![];
        for body in rows {
            let mut lists = Lists::read(&body)
                .map_err(|error| Error::corrupt("lists_version", "body", district.0, error))?;
            if let Some(before) = res.last() {
                lists.classes.share(&before.classes);
                lists.powers.share(&before.powers);
            }
            res.push(lists);
        }
        Ok(res)
    }

    /// What is known of each version besides what it says, the last first.
    ///
    /// # Errors
    /// [`Error::Corrupt`] or the driver's.
    pub async fn lists_views(&self, district: DistrictId) -> Result<Vec<ListsVersionView>, Error> {
        use entity::lists_version::{Column, Entity};
        type Row = (i32, DateTime<Utc>, Option<uuid::Uuid>, Option<String>, Option<String>);
        let rows: Vec<Row> = Entity::find()
            .select_only()
            .columns([
                Column::Version,
                Column::PublishedAt,
                Column::PublishedBy,
                Column::Editors,
                Column::Proof,
            ])
            .filter(Column::DistrictId.eq(district.0))
            .order_by_desc(Column::Version)
            .into_tuple()
            .all(&self.db)
            .await?;
        let view = |(version, published_at, by, editors, proof): Row| {
            let editors: Option<Vec<PersonId>> = editors
                .map(|it| serde_json::from_str(&it))
                .transpose()
                .map_err(|error| Error::corrupt("lists_version", "editors", district.0, error))?;
            Ok(ListsVersionView {
                version: journal::unsigned(version),
                published_at,
                published_by: by.map(PersonId),
                editors: editors.unwrap_or_default(),
                proof,
            })
        };
        rows.into_iter().map(view).collect()
    }

    /// Publishes a version that the program brings; a version is never changed.
    ///
    /// # Errors
    /// [`Error::Exists`] where the version is there; else the driver's.
    pub async fn add_lists(
        &self,
        district: DistrictId,
        lists: &Lists,
        by: &Notes,
    ) -> Result<(), Error> {
        let tx = self.begin_write().await?;
        insert(&tx, district, lists, None, by).await?;
        bump(&tx, district).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Publishes a draft: the version, its letters and the note, and the draft is gone.
    ///
    /// # Errors
    /// [`Error::Stale`] where the draft or the registers moved on; [`Error::Exists`] where the
    /// version is there; else the driver's.
    pub async fn publish_lists(
        &self,
        district: DistrictId,
        put: ListsPut<'_>,
        by: &Notes,
    ) -> Result<(), Error> {
        use entity::lists_draft::{Column, Entity};
        let tx = self.begin_write().await?;
        bump(&tx, district).await?;
        let row = entity::register::Entity::find_by_id(district.0).one(&tx).await?;
        if row.is_none_or(|it| it.version != put.registers + 1) {
            return Err(stale(put.draft));
        }
        let gone = Entity::delete_many()
            .filter(Column::DistrictId.eq(district.0))
            .filter(Column::Id.eq(put.draft.id.0))
            .filter(Column::Edit.eq(journal::version(put.draft.edit)))
            .exec(&tx)
            .await?;
        if gone.rows_affected == 0 {
            return Err(stale(put.draft));
        }
        insert(&tx, district, put.lists, Some((put.draft, put.proof)), by).await?;
        journal::write(&tx, &self.keyring, put.letters.of_district(district)).await?;
        tx.commit().await?;
        Ok(())
    }

    /// The drafts there are, the last written first.
    ///
    /// # Errors
    /// [`Error::Corrupt`] or the driver's.
    pub async fn lists_drafts(
        &self,
        district: DistrictId,
    ) -> Result<Vec<(Draft, Option<String>)>, Error> {
        use entity::lists_draft::{Column, Entity};
        let rows = Entity::find()
            .filter(Column::DistrictId.eq(district.0))
            .order_by_desc(Column::EditedAt)
            .order_by_desc(Column::Id)
            .all(&self.db)
            .await?;
        rows.into_iter().map(draft).collect()
    }

    /// One draft, with what its last check found.
    ///
    /// # Errors
    /// [`Error::Corrupt`] or the driver's.
    pub async fn lists_draft(
        &self,
        district: DistrictId,
        id: ListsDraftId,
    ) -> Result<Option<(Draft, Option<String>)>, Error> {
        let row = entity::lists_draft::Entity::find_by_id((district.0, id.0)).one(&self.db).await?;
        row.map(draft).transpose()
    }

    /// Keeps a draft: new where `before` is none, else in place of how it was written then, and
    /// what a check found of it.
    ///
    /// # Errors
    /// [`Error::Stale`] where somebody wrote in it meanwhile; else the driver's.
    pub async fn put_lists_draft(
        &self,
        district: DistrictId,
        draft: &Draft,
        before: Option<u32>,
        proof: Option<String>,
        by: &Notes,
    ) -> Result<(), Error> {
        use entity::lists_draft::{ActiveModel, Column, Entity};
        let id = draft.id.0;
        let body = serde_json::to_string(draft)
            .map_err(|error| Error::corrupt("lists_draft", "body", id, error))?;
        let tx = self.begin_write().await?;
        match before {
            None => {
                let row = ActiveModel {
                    district_id: Set(district.0),
                    id: Set(id),
                    edit: Set(journal::version(draft.edit)),
                    base: Set(journal::version(draft.base)),
                    body: Set(body),
                    proof: Set(proof),
                    edited_at: Set(draft.edited_at),
                };
                Entity::insert(row).exec_without_returning(&tx).await?;
            }
            Some(edit) => {
                let done = Entity::update_many()
                    .col_expr(Column::Edit, Expr::value(journal::version(draft.edit)))
                    .col_expr(Column::Body, Expr::value(body))
                    .col_expr(Column::Proof, Expr::value(proof))
                    .col_expr(Column::EditedAt, Expr::value(draft.edited_at))
                    .filter(Column::DistrictId.eq(district.0))
                    .filter(Column::Id.eq(id))
                    .filter(Column::Edit.eq(journal::version(edit)))
                    .exec(&tx)
                    .await?;
                if done.rows_affected == 0 {
                    return Err(stale(draft));
                }
            }
        }
        crate::audit::write(&tx, district.0, by).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Throws a draft away.
    ///
    /// # Errors
    /// [`Error::Stale`] where somebody wrote in it meanwhile; else the driver's.
    pub async fn discard_lists_draft(
        &self,
        district: DistrictId,
        draft: &Draft,
        by: &Notes,
    ) -> Result<(), Error> {
        use entity::lists_draft::{Column, Entity};
        let tx = self.begin_write().await?;
        let gone = Entity::delete_many()
            .filter(Column::DistrictId.eq(district.0))
            .filter(Column::Id.eq(draft.id.0))
            .filter(Column::Edit.eq(journal::version(draft.edit)))
            .exec(&tx)
            .await?;
        if gone.rows_affected == 0 {
            return Err(stale(draft));
        }
        crate::audit::write(&tx, district.0, by).await?;
        tx.commit().await?;
        Ok(())
    }
}

fn stale(draft: &Draft) -> Error {
    Error::Stale { stream: draft.id.0, expected: draft.edit }
}

fn draft(row: entity::lists_draft::Model) -> Result<(Draft, Option<String>), Error> {
    let draft = serde_json::from_str(&row.body)
        .map_err(|error| Error::corrupt("lists_draft", "body", row.id, error))?;
    Ok((draft, row.proof))
}

/// Writes a version and its note, in a transaction that the caller ends.
async fn insert(
    tx: &DatabaseTransaction,
    district: DistrictId,
    lists: &Lists,
    draft: Option<(&Draft, Option<String>)>,
    by: &Notes,
) -> Result<(), Error> {
    let (draft, proof) = draft.map_or((None, None), |(draft, proof)| (Some(draft), proof));
    let body = body(lists, district)?;
    let digest = Digest::of(body.as_bytes());
    let editors: Vec<PersonId> = draft.iter().flat_map(|it| it.editors.iter().copied()).collect();
    let kept = serde_json::to_string(&editors)
        .map_err(|error| Error::corrupt("lists_version", "editors", district.0, error))?;
    let row = entity::lists_version::ActiveModel {
        district_id: Set(district.0),
        version: Set(journal::version(lists.version)),
        effective_on: Set(lists.effective_on),
        body: Set(body),
        published_at: Set(by.at),
        published_by: Set(by.actor.map(|it| it.0)),
        editors: Set(draft.map(|_| kept)),
        proof: Set(proof),
    };
    entity::lists_version::Entity::insert(row)
        .exec_without_returning(tx)
        .await
        .map_err(|error| exists(error, "lists version"))?;
    let draft = draft.map(|it| it.id);
    let fact = AuditFact::ListsPublished { version: lists.version, digest, draft, editors };
    crate::audit::write(tx, district.0, &by.saying(fact)).await
}
