//! The foundation: streams and events, texts and persons apart, clocks, letters, and read rows.

use sea_orm_migration::{prelude::*, schema::*, sea_orm::DbBackend};

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
            "district",
            vec![uuid("id").take(), string("code").take(), string("name").take()],
            &["id"],
        ),
        table(
            "unit",
            vec![
                uuid("district_id").take(),
                uuid("id").take(),
                string("code").take(),
                string("name").take(),
                string("short_name").take(),
                string("kind").take(),
                string("tier").take(),
                uuid_null("parent_id").take(),
                uuid_null("territory_id").take(),
                boolean("closed").take(),
            ],
            &["district_id", "id"],
        ),
        table(
            "unit_closure",
            vec![
                uuid("district_id").take(),
                uuid("ancestor_id").take(),
                uuid("descendant_id").take(),
                integer("depth").take(),
            ],
            &["district_id", "ancestor_id", "descendant_id"],
        ),
        // Personal data, apart from everything else: erasing a person touches this row alone.
        table(
            "person",
            vec![
                uuid("district_id").take(),
                uuid("id").take(),
                text_null("name").take(),
                text_null("phone").take(),
                text_null("id_number").take(),
                text_null("address").take(),
                string_null("external_ref").take(),
                timestamp_with_time_zone("created_at").take(),
                timestamp_with_time_zone_null("erased_at").take(),
            ],
            &["district_id", "id"],
        ),
        table(
            "account",
            vec![
                uuid("district_id").take(),
                uuid("person_id").take(),
                string("login").take(),
                string("password_hash").take(),
                uuid("unit_id").take(),
                text("roles").take(),
                string("rank").take(),
                string("post").take(),
                string_null("mail").take(),
                timestamp_with_time_zone("created_at").take(),
                timestamp_with_time_zone_null("disabled_at").take(),
            ],
            &["district_id", "person_id"],
        ),
        table(
            "session",
            vec![
                binary_len("token_hash", 32).take(),
                uuid("district_id").take(),
                uuid("person_id").take(),
                string("kind").take(),
                timestamp_with_time_zone("created_at").take(),
                timestamp_with_time_zone("expires_at").take(),
            ],
            &["token_hash"],
        ),
        // The version of the directory, lists and calendars together: what caches are held against.
        table(
            "register",
            vec![uuid("district_id").take(), big_integer("version").take()],
            &["district_id"],
        ),
        table(
            "lists_version",
            vec![
                uuid("district_id").take(),
                integer("version").take(),
                date("effective_on").take(),
                text("body").take(),
                timestamp_with_time_zone("published_at").take(),
            ],
            &["district_id", "version"],
        ),
        table(
            "calendar_version",
            vec![
                uuid("district_id").take(),
                integer("version").take(),
                date("adopted_on").take(),
                text("body").take(),
                timestamp_with_time_zone("published_at").take(),
            ],
            &["district_id", "version"],
        ),
        table(
            "stream",
            vec![
                uuid("district_id").take(),
                uuid("id").take(),
                string("kind").take(),
                integer("version").take(),
                binary_len("head", 32).take(),
                blob("state").take(),
                integer("fold_version").take(),
                timestamp_with_time_zone("updated_at").take(),
            ],
            &["district_id", "id"],
        ),
        table(
            "event",
            vec![
                uuid("district_id").take(),
                uuid("stream_id").take(),
                integer("version").take(),
                string("kind").take(),
                timestamp_with_time_zone("at").take(),
                blob("body").take(),
                binary_len("hash", 32).take(),
            ],
            &["district_id", "stream_id", "version"],
        ),
        table(
            "text",
            vec![
                uuid("district_id").take(),
                uuid("id").take(),
                uuid("stream_id").take(),
                binary_null("salt").take(),
                text_null("body").take(),
                timestamp_with_time_zone_null("erased_at").take(),
            ],
            &["district_id", "id"],
        ),
        table(
            "deadline",
            vec![
                uuid("district_id").take(),
                uuid("stream_id").take(),
                string("step").take(),
                // The assignment, or the nil id where the clock is the case's own.
                uuid("part_id").take(),
                string("stream_kind").take(),
                uuid("unit_id").take(),
                text("roles").take(),
                timestamp_with_time_zone("from_at").take(),
                timestamp_with_time_zone("due_at").take(),
                timestamp_with_time_zone("warn_at").take(),
                integer_null("limit_amount").take(),
                string_null("limit_unit").take(),
                integer("calendar").take(),
                boolean("provisional").take(),
                timestamp_with_time_zone_null("cap_at").take(),
                boolean("lapsed").take(),
                boolean("foremost").take(),
                timestamp_with_time_zone_null("lease_until").take(),
            ],
            &["district_id", "stream_id", "step", "part_id"],
        ),
        table(
            "letter",
            vec![
                uuid("district_id").take(),
                uuid("id").take(),
                uuid("stream_id").take(),
                integer("version").take(),
                // The person, or the unit where nobody in it could be told.
                uuid("addressee_id").take(),
                string("channel").take(),
                uuid("unit_id").take(),
                string("kind").take(),
                text("notice").take(),
                uuid_null("mailing_id").take(),
                timestamp_with_time_zone("created_at").take(),
            ],
            &["district_id", "id"],
        ),
        table(
            "mailing",
            vec![
                uuid("district_id").take(),
                uuid("id").take(),
                uuid("addressee_id").take(),
                string("address").take(),
                string("message_id").take(),
                string("state").take(),
                boolean("urgent").take(),
                integer("attempts").take(),
                timestamp_with_time_zone("next_at").take(),
                timestamp_with_time_zone_null("lease_until").take(),
                timestamp_with_time_zone_null("sent_at").take(),
                text_null("last_error").take(),
                timestamp_with_time_zone("created_at").take(),
            ],
            &["district_id", "id"],
        ),
        table(
            "audience",
            vec![
                uuid("district_id").take(),
                // A unit or a person that is directly entitled.
                uuid("holder_id").take(),
                uuid("case_id").take(),
                string("case_kind").take(),
                timestamp_with_time_zone("sort_at").take(),
            ],
            &["district_id", "holder_id", "case_id"],
        ),
        table(
            "exclusion",
            vec![uuid("district_id").take(), uuid("case_id").take(), uuid("holder_id").take()],
            &["district_id", "case_id", "holder_id"],
        ),
        table(
            "stage_span",
            vec![
                uuid("district_id").take(),
                uuid("case_id").take(),
                uuid("part_id").take(),
                integer("from_version").take(),
                string("case_kind").take(),
                string("stage").take(),
                timestamp_with_time_zone("from_at").take(),
                timestamp_with_time_zone_null("to_at").take(),
            ],
            &["district_id", "case_id", "part_id", "from_version"],
        ),
        table(
            "idempotency",
            vec![
                uuid("district_id").take(),
                uuid("actor_id").take(),
                string("key").take(),
                binary_len("input_hash", 32).take(),
                string("object").take(),
                uuid("object_id").take(),
                uuid("stream_id").take(),
                timestamp_with_time_zone("created_at").take(),
            ],
            &["district_id", "actor_id", "key"],
        ),
        table(
            "serial",
            vec![
                uuid("district_id").take(),
                uuid("centre_id").take(),
                integer("year").take(),
                integer("last").take(),
            ],
            &["district_id", "centre_id", "year"],
        ),
        table(
            "block",
            vec![uuid("district_id").take(), string("name").take(), big_integer("next").take()],
            &["district_id", "name"],
        ),
        table(
            "petition_row",
            vec![
                uuid("district_id").take(),
                uuid("id").take(),
                integer("version").take(),
                uuid("centre_id").take(),
                string("number").take(),
                string("procedure").take(),
                string("source").take(),
                string("nature").take(),
                string_null("matter").take(),
                uuid_null("place_id").take(),
                string("stage").take(),
                boolean("difficult").take(),
                string_null("resolution").take(),
                string_null("rating").take(),
                integer("n_whistles").take(),
                integer("round").take(),
                uuid("title_id").take(),
                uuid_null("petitioner_id").take(),
                string_null("external_ref").take(),
                timestamp_with_time_zone("registered_at").take(),
                timestamp_with_time_zone_null("due_at").take(),
            ],
            &["district_id", "id"],
        ),
        table(
            "whistle_row",
            vec![
                uuid("district_id").take(),
                uuid("id").take(),
                integer("version").take(),
                uuid("centre_id").take(),
                string("kind").take(),
                string("level").take(),
                string_null("matter").take(),
                string("stage").take(),
                integer("round").take(),
                integer_null("year").take(),
                integer_null("batch").take(),
                string_null("serial").take(),
                boolean("blown_now").take(),
                uuid("title_id").take(),
                uuid_null("lead_unit_id").take(),
                timestamp_with_time_zone("drafted_at").take(),
                timestamp_with_time_zone_null("issued_at").take(),
                timestamp_with_time_zone_null("due_at").take(),
            ],
            &["district_id", "id"],
        ),
        table(
            "whistle_petition",
            vec![uuid("district_id").take(), uuid("whistle_id").take(), uuid("petition_id").take()],
            &["district_id", "whistle_id", "petition_id"],
        ),
        table(
            "assignment_row",
            vec![
                uuid("district_id").take(),
                uuid("id").take(),
                uuid("whistle_id").take(),
                integer("version").take(),
                uuid("unit_id").take(),
                string("role").take(),
                string("stage").take(),
                timestamp_with_time_zone("served_at").take(),
                timestamp_with_time_zone_null("acknowledged_at").take(),
                timestamp_with_time_zone_null("reported_at").take(),
                boolean("below_rank").take(),
                boolean("absent").take(),
                timestamp_with_time_zone_null("replied_at").take(),
                timestamp_with_time_zone_null("due_at").take(),
            ],
            &["district_id", "id"],
        ),
    ]
}

/// (name, table, columns, unique)
const INDEXES: &[(&str, &str, &[&str], bool)] = &[
    ("unit_code", "unit", &["district_id", "code"], true),
    ("unit_closure_up", "unit_closure", &["district_id", "descendant_id", "ancestor_id"], true),
    ("person_ref", "person", &["district_id", "external_ref"], false),
    ("account_login", "account", &["district_id", "login"], true),
    ("account_unit", "account", &["district_id", "unit_id"], false),
    ("session_person", "session", &["district_id", "person_id"], false),
    ("session_end", "session", &["expires_at"], false),
    ("text_stream", "text", &["district_id", "stream_id"], false),
    // What is due, over all districts.
    ("deadline_due", "deadline", &["lapsed", "due_at"], false),
    (
        "deadline_inbox",
        "deadline",
        &["district_id", "unit_id", "foremost", "due_at", "stream_id", "step", "part_id"],
        false,
    ),
    (
        "letter_once",
        "letter",
        &["district_id", "stream_id", "version", "addressee_id", "channel"],
        true,
    ),
    ("letter_of", "letter", &["district_id", "addressee_id", "created_at", "id"], false),
    ("letter_mailing", "letter", &["district_id", "mailing_id"], false),
    ("letter_time", "letter", &["district_id", "created_at", "id"], false),
    ("deadline_calendar", "deadline", &["district_id", "lapsed", "calendar", "stream_id"], false),
    ("mailing_due", "mailing", &["state", "next_at"], false),
    ("mailing_message", "mailing", &["message_id"], true),
    (
        "audience_page",
        "audience",
        &["district_id", "holder_id", "case_kind", "sort_at", "case_id"],
        false,
    ),
    ("audience_case", "audience", &["district_id", "case_id", "holder_id"], true),
    ("exclusion_holder", "exclusion", &["district_id", "holder_id", "case_id"], true),
    (
        "stage_span_at",
        "stage_span",
        &["district_id", "case_kind", "stage", "from_at", "to_at"],
        false,
    ),
    ("idempotency_age", "idempotency", &["created_at"], false),
    ("petition_page", "petition_row", &["district_id", "registered_at", "id"], false),
    ("petition_due", "petition_row", &["district_id", "due_at", "id"], false),
    ("petition_stage", "petition_row", &["district_id", "stage", "registered_at", "id"], false),
    ("petition_number", "petition_row", &["district_id", "number"], true),
    (
        "petition_external",
        "petition_row",
        &["district_id", "centre_id", "source", "external_ref"],
        true,
    ),
    ("petition_ref", "petition_row", &["district_id", "external_ref"], false),
    ("whistle_issued_page", "whistle_row", &["district_id", "issued_at", "id"], false),
    ("whistle_page", "whistle_row", &["district_id", "drafted_at", "id"], false),
    ("whistle_issued", "whistle_row", &["district_id", "year", "issued_at", "id"], false),
    ("whistle_due", "whistle_row", &["district_id", "due_at", "id"], false),
    ("whistle_stage", "whistle_row", &["district_id", "stage", "drafted_at", "id"], false),
    ("whistle_batch", "whistle_row", &["district_id", "centre_id", "year", "batch"], true),
    (
        "whistle_petition_back",
        "whistle_petition",
        &["district_id", "petition_id", "whistle_id"],
        true,
    ),
    ("assignment_whistle", "assignment_row", &["district_id", "whistle_id", "id"], true),
    ("assignment_unit", "assignment_row", &["district_id", "unit_id", "served_at", "id"], false),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in tables() {
            manager.create_table(table).await?;
        }
        for (name, table, columns, unique) in INDEXES {
            let mut index = key(columns);
            index.name(*name).table(*table);
            if *unique {
                index.unique();
            }
            manager.create_index(index).await?;
        }
        // Words are found by pairs of characters; the tokens are made by the program, alike for both.
        let db = manager.get_connection();
        match manager.get_database_backend() {
            DbBackend::Postgres => {
                db.execute_unprepared(
                    "CREATE TABLE search (
                         district_id uuid NOT NULL, case_id uuid NOT NULL, tokens tsvector NOT NULL,
                         PRIMARY KEY (district_id, case_id));
                     CREATE INDEX search_tokens ON search USING gin (tokens);
                     CREATE FUNCTION event_is_for_ever() RETURNS trigger LANGUAGE plpgsql AS
                         'BEGIN RAISE EXCEPTION ''events are never changed or deleted''; END';
                     CREATE TRIGGER event_is_for_ever BEFORE UPDATE OR DELETE ON event
                         FOR EACH ROW EXECUTE FUNCTION event_is_for_ever();",
                )
                .await?;
            }
            _ => {
                db.execute_unprepared(
                    "CREATE VIRTUAL TABLE search USING fts5(
                         district_id UNINDEXED, case_id UNINDEXED, tokens, tokenize = 'unicode61');
                     CREATE TRIGGER event_is_not_changed BEFORE UPDATE ON event
                         BEGIN SELECT RAISE(ABORT, 'events are never changed or deleted'); END;
                     CREATE TRIGGER event_is_not_deleted BEFORE DELETE ON event
                         BEGIN SELECT RAISE(ABORT, 'events are never changed or deleted'); END;",
                )
                .await?;
            }
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        db.execute_unprepared("DROP TABLE search").await?;
        for table in tables().into_iter().rev() {
            if let Some(name) = table.get_table_name() {
                manager.drop_table(Table::drop().table(name.clone()).to_owned()).await?;
            }
        }
        if manager.get_database_backend() == DbBackend::Postgres {
            db.execute_unprepared("DROP FUNCTION event_is_for_ever").await?;
        }
        Ok(())
    }
}
