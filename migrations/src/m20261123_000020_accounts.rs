//! Accounts: the age of passwords, locks, second factors, known devices, what a session or a token is
//! good for, roles that wait for a second administrator, absences and rotas.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// What tables get that are there. One column a statement: SQLite adds no more at a time.
fn columns() -> Vec<(&'static str, ColumnDef)> {
    vec![
        // None where nobody knows: it counts from the next sign-in.
        ("account", timestamp_with_time_zone_null("password_at").take()),
        ("account", boolean("password_reset").default(false).take()),
        ("account", timestamp_with_time_zone_null("signed_in_at").take()),
        ("session", timestamp_with_time_zone_null("last_seen_at").take()),
        ("session", timestamp_with_time_zone_null("confirmed_at").take()),
        ("session", string("must").default("[]").take()),
        // Of tokens. None stands for everything, as tokens had it before.
        ("session", string_null("name").take()),
        ("session", string_null("scope").take()),
        ("session", binary_null("document").take()),
    ]
}

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
        // Under the nil id stand the failures under names that nobody has: they cost the same write.
        table(
            "lockout",
            vec![
                uuid("district_id").take(),
                uuid("person_id").take(),
                integer("failures").take(),
                timestamp_with_time_zone_null("until_at").take(),
            ],
            &["district_id", "person_id"],
        ),
        table(
            "former_password",
            vec![
                uuid("district_id").take(),
                uuid("person_id").take(),
                timestamp_with_time_zone("until_at").take(),
                string("hash").take(),
            ],
            &["district_id", "person_id", "until_at"],
        ),
        table(
            "second_factor",
            vec![
                uuid("district_id").take(),
                uuid("person_id").take(),
                binary_null("secret").take(),
                timestamp_with_time_zone_null("enrolled_at").take(),
                big_integer_null("last_step").take(),
                // Shown, and not confirmed by a code yet.
                binary_null("pending").take(),
            ],
            &["district_id", "person_id"],
        ),
        table(
            "recovery_code",
            vec![
                uuid("district_id").take(),
                uuid("person_id").take(),
                binary_len("hash", 32).take(),
                timestamp_with_time_zone_null("used_at").take(),
            ],
            &["district_id", "person_id", "hash"],
        ),
        table(
            "device",
            vec![
                binary_len("token_hash", 32).take(),
                uuid("person_id").take(),
                uuid("district_id").take(),
                timestamp_with_time_zone("created_at").take(),
                timestamp_with_time_zone("expires_at").take(),
            ],
            &["token_hash", "person_id"],
        ),
        table(
            "roles_asked",
            vec![
                uuid("district_id").take(),
                uuid("person_id").take(),
                text("roles").take(),
                uuid("by_id").take(),
                timestamp_with_time_zone("at").take(),
            ],
            &["district_id", "person_id"],
        ),
        table(
            "absence",
            vec![
                uuid("district_id").take(),
                uuid("id").take(),
                uuid("unit_id").take(),
                uuid("person_id").take(),
                uuid("substitute_id").take(),
                timestamp_with_time_zone("from_at").take(),
                timestamp_with_time_zone("until_at").take(),
            ],
            &["district_id", "id"],
        ),
        table(
            "duty",
            vec![
                uuid("district_id").take(),
                uuid("id").take(),
                uuid("unit_id").take(),
                uuid("person_id").take(),
                timestamp_with_time_zone("from_at").take(),
                timestamp_with_time_zone("until_at").take(),
            ],
            &["district_id", "id"],
        ),
    ]
}

/// (name, table, columns)
const INDEXES: &[(&str, &str, &[&str])] = &[
    ("device_person", "device", &["district_id", "person_id"]),
    ("device_end", "device", &["expires_at"]),
    ("absence_end", "absence", &["district_id", "until_at"]),
    ("duty_end", "duty", &["district_id", "until_at"]),
];

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
        for table in tables() {
            manager.create_table(table).await?;
        }
        for (name, table, columns) in INDEXES {
            let mut index = key(columns);
            manager.create_index(index.name(*name).table(*table).take()).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in tables().into_iter().rev() {
            if let Some(name) = table.get_table_name() {
                manager.drop_table(Table::drop().table(name.clone()).to_owned()).await?;
            }
        }
        for (table, column) in columns().into_iter().rev() {
            let name = column.get_column_name();
            let mut alter = Table::alter();
            manager.alter_table(alter.table(table).drop_column(Alias::new(name)).take()).await?;
        }
        Ok(())
    }
}
