//! Files: what is kept of each one that was received, attached or not, and who opened a sealed one.
//! The bytes are kept elsewhere, under a key of their own.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

fn key(columns: &[&'static str]) -> IndexCreateStatement {
    let mut index = Index::create();
    for column in columns {
        index.col(*column);
    }
    index.take()
}

fn tables() -> Vec<TableCreateStatement> {
    let table = |name: &'static str, columns: Vec<ColumnDef>, pk: &[&'static str]| {
        let mut table = Table::create();
        table.table(name);
        for column in columns {
            table.col(column);
        }
        table.primary_key(&mut key(pk));
        table.take()
    };
    vec![
        table(
            "file",
            vec![
                uuid("district_id").take(),
                uuid("id").take(),
                // Who sent it; nobody else attaches it.
                uuid("owner_id").take(),
                // None until it is attached.
                uuid_null("case_id").take(),
                string_null("case_kind").take(),
                boolean("sealed").take(),
                string("media").take(),
                big_integer("size").take(),
                binary_len("digest", 32).take(),
                // Its key under a master key; none once it is erased.
                integer_null("key_id").take(),
                binary_null("key").take(),
                timestamp_with_time_zone("created_at").take(),
                // None once it is attached.
                timestamp_with_time_zone_null("expires_at").take(),
            ],
            &["district_id", "id"],
        ),
        table(
            "file_opening",
            vec![
                uuid("district_id").take(),
                uuid("file_id").take(),
                uuid("person_id").take(),
                timestamp_with_time_zone("until_at").take(),
            ],
            &["district_id", "file_id", "person_id"],
        ),
    ]
}

fn indexes() -> Vec<IndexCreateStatement> {
    let index = |name: &'static str, columns: &[&'static str]| {
        let mut index = key(columns);
        index.name(name).table("file").take()
    };
    vec![
        index("file_by_case", &["district_id", "case_id"]),
        index("file_by_expiry", &["expires_at"]),
        index("file_key", &["district_id", "key_id", "id"]),
    ]
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for it in tables() {
            manager.create_table(it).await?;
        }
        for it in indexes() {
            manager.create_index(it).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for name in ["file_opening", "file"] {
            manager.drop_table(Table::drop().table(name).take()).await?;
        }
        Ok(())
    }
}
