//! The schema: what it is, and that it goes up, down and up again.

use std::{fs, path::Path};

use store::{Options, Store};
use tests::{Database, TestApp, on_both};

async fn dump(app: TestApp) {
    let dump = app.app.store().schema_dump().await.unwrap();
    let name = match app.database {
        Database::Sqlite => "sqlite",
        Database::Postgres => "postgres",
    };
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("it/schema/{name}.sql"));
    #[expect(clippy::disallowed_methods, reason = "a golden file is rewritten on demand")]
    if std::env::var("UPDATE").is_ok() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &dump).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        dump == expected,
        "{name}.sql is stale: run `make update` and read the difference\n{dump}"
    );
}

on_both! {
    async fn the_schema_is_current(app) {
        dump(app).await;
    }
}

on_both! {
    async fn a_database_with_events_is_not_migrated_down(app) {
        crate::story::called(&app).await;
        let error = app.app.store().migrate_down().await.unwrap_err();
        assert!(error.to_string().contains("events"), "{error}");
        app.done().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_database_goes_up_down_and_up() {
    let folder = tempfile::tempdir().unwrap();
    let sqlite = format!("sqlite://{}/empty.db", folder.path().display());
    let postgres = tests::cluster::fresh_database(None).unwrap();
    for url in [sqlite, postgres.url()] {
        let store = Store::open(&Options::of(url)).await.unwrap();
        store.migrate().await.unwrap();
        let first = store.schema_dump().await.unwrap();
        store.migrate_down().await.unwrap();
        assert!(store.pending().await.unwrap() > 0);
        store.migrate().await.unwrap();
        assert_eq!(store.schema_dump().await.unwrap(), first);
        store.close().await.unwrap();
    }
}

/// Two servers that start together migrate once.
#[tokio::test(flavor = "multi_thread")]
async fn two_that_start_together_migrate_once() {
    let postgres = tests::cluster::fresh_database(None).unwrap();
    let one = Store::open(&Options::of(postgres.url())).await.unwrap();
    let two = Store::open(&Options::of(postgres.url())).await.unwrap();
    let (first, second) = tokio::join!(one.migrate(), two.migrate());
    first.unwrap();
    second.unwrap();
    assert_eq!(one.pending().await.unwrap(), 0);
    one.close().await.unwrap();
    two.close().await.unwrap();
}

on_both! {
    async fn what_departed_from_its_row_before_the_step_is_counted_after_it(app) {
        let petition = crate::story::accepted(&app, "工资未按月足额支付", "HOTLINE").await;
        crate::story::drafted(&app, &[&petition], None, &["rsj", "zjj"]).await;
        crate::story::drafted(&app, &[&petition], None, &["zjj", "rsj"]).await;
        // The database as it was before the step, with what it held.
        tests::raw::execute(app.url(), "
            DROP INDEX whistle_overridden;
            DROP INDEX event_ruling;
            ALTER TABLE deadline DROP COLUMN person_id;
            ALTER TABLE petition_row DROP COLUMN class;
            ALTER TABLE whistle_row DROP COLUMN overridden;
            DELETE FROM seaql_migrations WHERE version = 'm20261201_000010_dispatch';
        ");
        app.app.store().migrate().await.unwrap();
        let query = "{ whistles(filter: { overridden: true }) { totalCount nodes { overrideReason } } }";
        let found = app.by("dispatcher").query(query, serde_json::json!({})).await;
        assert_eq!(found["whistles"]["totalCount"], 1);
        assert_eq!(found["whistles"]["nodes"][0]["overrideReason"], "按现场情况调整");
        app.done().await;
    }
}
