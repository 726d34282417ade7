//! Petitions that somebody owns or owned are found without reading the others.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // An entry begins with this event, and an event is for ever: the index needs nothing else.
        let sql = "CREATE INDEX event_case_owner ON event (district_id, stream_id) \
            WHERE kind = 'case_owner_assigned'";
        manager.get_connection().execute_unprepared(sql).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().name("event_case_owner").table("event").to_owned()).await
    }
}
