//! Dispatch explained: whistles that depart from their row, the class of a petition, rulings found
//! without reading every event; and who owes an act in person.

use sea_orm_migration::{prelude::*, schema::*, sea_orm::DbBackend};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .alter_table(
                Table::alter()
                    .table("whistle_row")
                    .add_column(boolean("overridden").default(false))
                    .to_owned(),
            )
            .await?;
        manager
            .alter_table(
                Table::alter().table("petition_row").add_column(text_null("class")).to_owned(),
            )
            .await?;
        // Who owes it in person, where it is one of the roles alone: the owner of a case.
        manager
            .alter_table(
                Table::alter().table("deadline").add_column(uuid_null("person_id")).to_owned(),
            )
            .await?;
        let db = manager.get_connection();
        // A whistle that departs from its row says why in its state.
        let says_why = match manager.get_database_backend() {
            DbBackend::Postgres => {
                "position('\"override_reason\":{' in convert_from(stream.state, 'UTF8')) > 0"
            }
            _ => "instr(CAST(stream.state AS TEXT), '\"override_reason\":{') > 0",
        };
        db.execute_unprepared(&format!(
            "UPDATE whistle_row SET overridden = TRUE WHERE EXISTS (
                 SELECT 1 FROM stream WHERE stream.district_id = whistle_row.district_id
                    AND stream.id = whistle_row.id AND {says_why})"
        ))
        .await?;
        db.execute_unprepared(
            "CREATE INDEX event_ruling ON event (district_id, at, stream_id, version)
                 WHERE kind IN ('return_ruled', 'designated')",
        )
        .await?;
        db.execute_unprepared(
            "CREATE INDEX whistle_overridden ON whistle_row (district_id, drafted_at, id)
                 WHERE overridden",
        )
        .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        db.execute_unprepared("DROP INDEX whistle_overridden").await?;
        db.execute_unprepared("DROP INDEX event_ruling").await?;
        manager
            .alter_table(Table::alter().table("deadline").drop_column("person_id").to_owned())
            .await?;
        manager
            .alter_table(Table::alter().table("petition_row").drop_column("class").to_owned())
            .await?;
        manager
            .alter_table(Table::alter().table("whistle_row").drop_column("overridden").to_owned())
            .await
    }
}
