//! The record beside the cases: how the registers came to be, and the auditor's streams.

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
                    .table("audit_stream")
                    .col(uuid("district_id"))
                    .col(uuid("id"))
                    .col(boolean("lasting"))
                    .col(integer("version"))
                    .col(binary_len("head", 32))
                    .col(timestamp_with_time_zone("started_at"))
                    .col(timestamp_with_time_zone("updated_at"))
                    .primary_key(Index::create().col("district_id").col("id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("audit_event")
                    .col(uuid("district_id"))
                    .col(uuid("stream_id"))
                    .col(integer("version"))
                    .col(string("kind"))
                    .col(boolean("lasting"))
                    .col(boolean("success"))
                    .col(timestamp_with_time_zone("at"))
                    .col(uuid_null("actor_id"))
                    .col(blob("body"))
                    .col(binary_len("hash", 32))
                    .primary_key(Index::create().col("district_id").col("stream_id").col("version"))
                    .to_owned(),
            )
            .await?;
        for (name, columns) in [
            ("audit_event_time", ["district_id", "at", "stream_id", "version"].as_slice()),
            ("audit_event_kind", &["district_id", "kind", "at", "stream_id", "version"]),
            ("audit_event_actor", &["district_id", "actor_id", "at", "stream_id", "version"]),
        ] {
            let mut index = Index::create().name(name).table("audit_event").take();
            for column in columns {
                index.col(*column);
            }
            manager.create_index(index).await?;
        }
        // What expires may be deleted as a sealed segment, and not within six months whatever the
        // program thinks (网络安全法 21(3)).
        let db = manager.get_connection();
        let sql = match manager.get_database_backend() {
            DbBackend::Postgres => {
                "CREATE FUNCTION note_is_kept() RETURNS trigger LANGUAGE plpgsql AS
                     'BEGIN
                          IF TG_OP = ''DELETE'' AND NOT OLD.lasting
                             AND OLD.at < now() - interval ''6 months'' THEN
                              RETURN OLD;
                          END IF;
                          RAISE EXCEPTION ''the record is never changed'';
                      END';
                 CREATE TRIGGER note_is_kept BEFORE UPDATE OR DELETE ON audit_event
                     FOR EACH ROW EXECUTE FUNCTION note_is_kept();"
            }
            _ => {
                "CREATE TRIGGER note_is_not_changed BEFORE UPDATE ON audit_event
                     BEGIN SELECT RAISE(ABORT, 'the record is never changed'); END;
                 CREATE TRIGGER note_is_not_deleted BEFORE DELETE ON audit_event
                     WHEN OLD.lasting OR OLD.at >= strftime('%Y-%m-%dT%H:%M:%S', 'now', '-6 months')
                     BEGIN SELECT RAISE(ABORT, 'the record is never changed'); END;"
            }
        };
        db.execute_unprepared(sql).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["audit_event", "audit_stream"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        if manager.get_database_backend() == DbBackend::Postgres {
            manager.get_connection().execute_unprepared("DROP FUNCTION note_is_kept").await?;
        }
        Ok(())
    }
}
