//! Seals over the heads of all streams, and where each stream stood at each of them, as differences.

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
            .create_table(
                Table::create()
                    .table("seal")
                    .col(uuid("district_id"))
                    .col(integer("no"))
                    .col(timestamp_with_time_zone("at"))
                    .col(blob("body"))
                    .col(binary_len("signature", 64))
                    // Why an older copy was restored, where this seal says that one was.
                    .col(text_null("reason"))
                    .primary_key(Index::create().col("district_id").col("no"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("seal_head")
                    .col(uuid("district_id"))
                    .col(uuid("stream_id"))
                    .col(integer("seal_no"))
                    .col(string("kind"))
                    .col(integer("version"))
                    .col(binary_len("head", 32))
                    .primary_key(Index::create().col("district_id").col("stream_id").col("seal_no"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("seal_head_seal")
                    .table("seal_head")
                    .col("district_id")
                    .col("seal_no")
                    .col("stream_id")
                    .to_owned(),
            )
            .await?;
        let db = manager.get_connection();
        let sql = match manager.get_database_backend() {
            DbBackend::Postgres => {
                "CREATE FUNCTION seal_is_kept() RETURNS trigger LANGUAGE plpgsql AS
                     'BEGIN RAISE EXCEPTION ''a seal is never changed''; END';
                 CREATE TRIGGER seal_is_kept BEFORE UPDATE OR DELETE ON seal
                     FOR EACH ROW EXECUTE FUNCTION seal_is_kept();
                 CREATE TRIGGER seal_head_is_kept BEFORE UPDATE OR DELETE ON seal_head
                     FOR EACH ROW EXECUTE FUNCTION seal_is_kept();"
            }
            _ => {
                "CREATE TRIGGER seal_is_not_changed BEFORE UPDATE ON seal
                     BEGIN SELECT RAISE(ABORT, 'a seal is never changed'); END;
                 CREATE TRIGGER seal_is_not_deleted BEFORE DELETE ON seal
                     BEGIN SELECT RAISE(ABORT, 'a seal is never changed'); END;
                 CREATE TRIGGER seal_head_is_not_changed BEFORE UPDATE ON seal_head
                     BEGIN SELECT RAISE(ABORT, 'a seal is never changed'); END;
                 CREATE TRIGGER seal_head_is_not_deleted BEFORE DELETE ON seal_head
                     BEGIN SELECT RAISE(ABORT, 'a seal is never changed'); END;"
            }
        };
        db.execute_unprepared(sql).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["seal_head", "seal"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        if manager.get_database_backend() == DbBackend::Postgres {
            manager.get_connection().execute_unprepared("DROP FUNCTION seal_is_kept").await?;
        }
        Ok(())
    }
}
