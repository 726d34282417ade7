//! The schema as it stands, for a golden file: so that the effect of a migration shows in review.

use sea_orm::{ConnectionTrait as _, DbBackend, Statement};

use crate::{Error, Store};

impl Store {
    /// Every table with its columns, every index and every trigger, one line each, sorted.
    ///
    /// # Errors
    /// The driver's.
    pub async fn schema_dump(&self) -> Result<String, Error> {
        let backend = self.db.get_database_backend();
        let sql = match backend {
            DbBackend::Postgres => {
                "SELECT line FROM (
                     SELECT 'column ' || table_name || '.' || column_name || ' ' || data_type
                            || CASE is_nullable WHEN 'NO' THEN ' not null' ELSE '' END AS line
                       FROM information_schema.columns WHERE table_schema = 'public'
                     UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
                     UNION ALL SELECT 'trigger ' || event_object_table || ' ' || action_timing || ' '
                            || event_manipulation || ' ' || trigger_name
                       FROM information_schema.triggers WHERE trigger_schema = 'public'
                 ) AS lines ORDER BY line"
            }
            _ => {
                "SELECT sql AS line FROM sqlite_master
                  WHERE sql IS NOT NULL AND name NOT LIKE 'search_%' ORDER BY type, name"
            }
        };
        let rows = self.db.query_all_raw(Statement::from_string(backend, sql)).await?;
        let mut res = String::new();
        for row in rows {
            let line: String = row.try_get("", "line")?;
            let line: Vec<&str> = line.split_whitespace().collect();
            res.push_str(&line.join(" "));
            res.push('\n');
        }
        Ok(res)
    }
}
