//! Scope: who takes over from a unit that is no more, and entitlements that reach nobody above.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .alter_table(Table::alter().table("unit").add_column(uuid_null("heir_id")).to_owned())
            .await?;
        manager
            .alter_table(
                Table::alter()
                    .table("audience")
                    .add_column(boolean("sealed").default(false))
                    .to_owned(),
            )
            .await?;
        // What was registered as an accusation before is no longer for the whole of its centre.
        manager
            .get_connection()
            .execute_unprepared(
                "UPDATE audience SET sealed = TRUE WHERE EXISTS (
                     SELECT 1 FROM petition_row WHERE petition_row.district_id = audience.district_id
                        AND petition_row.id = audience.case_id
                        AND petition_row.nature = 'accusation')",
            )
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .alter_table(Table::alter().table("audience").drop_column("sealed").to_owned())
            .await?;
        manager.alter_table(Table::alter().table("unit").drop_column("heir_id").to_owned()).await
    }
}
