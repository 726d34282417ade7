//! Drafts of the four lists, and who put which version in force.

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
            .create_table(
                Table::create()
                    .table("lists_draft")
                    .col(uuid("district_id"))
                    .col(uuid("id"))
                    .col(integer("edit"))
                    .col(integer("base"))
                    .col(text("body"))
                    // What the last check found, whole; none where the draft was written since.
                    .col(text_null("proof"))
                    .col(timestamp_with_time_zone("edited_at"))
                    .primary_key(Index::create().col("district_id").col("id"))
                    .to_owned(),
            )
            .await?;
        // Versions of before this step were put in force by the program, or nobody knows by whom.
        for column in [uuid_null("published_by"), text_null("editors"), text_null("proof")] {
            let alter = Table::alter().table("lists_version").add_column(column).to_owned();
            manager.alter_table(alter).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in ["proof", "editors", "published_by"] {
            manager
                .alter_table(Table::alter().table("lists_version").drop_column(column).to_owned())
                .await?;
        }
        manager.drop_table(Table::drop().table("lists_draft").to_owned()).await
    }
}
