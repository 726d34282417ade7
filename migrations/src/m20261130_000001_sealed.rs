//! Sealing: personal data and the texts of accusations under keys of their own, the blind index by
//! which a petitioner is found, and which master keys have been in use.
//!
//! What stands in the plain columns is sealed by the program when it starts: a step has no keys.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// One column a statement: SQLite adds no more at a time.
fn columns() -> Vec<(&'static str, ColumnDef)> {
    vec![
        // The master key (0 where the value is still plain), under it the value's own key, under that the value.
        ("person", integer_null("key_id").take()),
        ("person", binary_null("wrapped_key").take()),
        ("person", binary_null("sealed").take()),
        ("text", integer_null("key_id").take()),
        ("text", binary_null("wrapped_key").take()),
        ("text", binary_null("sealed").take()),
    ]
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, mut column) in columns() {
            let mut alter = Table::alter();
            manager.alter_table(alter.table(table).add_column(&mut column).take()).await?;
        }
        manager
            .create_table(
                Table::create()
                    .table("person_index")
                    .col(uuid("district_id"))
                    .col(string("field"))
                    .col(binary_len("mac", 32))
                    .col(uuid("person_id"))
                    .col(integer("key_id"))
                    .primary_key(
                        Index::create().col("district_id").col("field").col("mac").col("person_id"),
                    )
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("master_key")
                    .col(uuid("district_id"))
                    .col(integer("id"))
                    .col(binary_len("proof", 32))
                    .col(timestamp_with_time_zone("since_at"))
                    .primary_key(Index::create().col("district_id").col("id"))
                    .to_owned(),
            )
            .await?;
        // Key 0 stands for none: what is plain is found by it, like what is under an old key.
        let db = manager.get_connection();
        db.execute_unprepared("UPDATE person SET key_id = 0 WHERE erased_at IS NULL").await?;
        db.execute_unprepared(
            "UPDATE text SET key_id = 0 WHERE erased_at IS NULL AND EXISTS (
                 SELECT 1 FROM petition_row WHERE petition_row.district_id = text.district_id
                    AND petition_row.id = text.stream_id
                    AND petition_row.nature = 'accusation')",
        )
        .await?;
        for (name, table, columns) in INDEXES {
            let mut index = Index::create();
            for column in *columns {
                index.col(*column);
            }
            manager.create_index(index.name(*name).table(*table).take()).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (name, table, _) in INDEXES {
            manager.drop_index(Index::drop().name(*name).table(*table).to_owned()).await?;
        }
        for table in ["master_key", "person_index"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        for (table, column) in columns().into_iter().rev() {
            let name = column.get_column_name();
            let mut alter = Table::alter();
            manager.alter_table(alter.table(table).drop_column(Alias::new(name)).take()).await?;
        }
        Ok(())
    }
}

/// (name, table, columns)
const INDEXES: &[(&str, &str, &[&str])] = &[
    ("person_key", "person", &["district_id", "key_id", "id"]),
    ("person_index_of", "person_index", &["district_id", "person_id"]),
    ("text_key", "text", &["district_id", "key_id", "id"]),
    // Whose case it is: found by the blind index.
    ("petition_petitioner", "petition_row", &["district_id", "petitioner_id"]),
];
