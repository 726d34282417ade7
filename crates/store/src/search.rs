//! Finding cases by words: pairs of characters, made alike for both databases.

use engine::ids::DistrictId;
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbBackend, Statement,
    sea_query::{Expr, ExprTrait as _, Query, SelectStatement},
};
use uuid::Uuid;

use crate::{Error, Store};

/// The tokens of a text: every character, and every pair of neighbours within a run of letters.
fn tokens(text: &str) -> Vec<String> {
    let mut res = vec![];
    for run in runs(text) {
        for (index, it) in run.iter().enumerate() {
            res.push(it.to_string());
            if let Some(next) = run.get(index + 1) {
                res.push(format!("{it}{next}"));
            }
        }
    }
    res
}

/// Runs of letters and digits, in lower case.
fn runs(text: &str) -> Vec<Vec<char>> {
    text.split(|it: char| !it.is_alphanumeric())
        .map(|it| it.chars().flat_map(char::to_lowercase).collect::<Vec<_>>())
        .filter(|it| !it.is_empty())
        .collect()
}

/// The tokens that a text must all hold to be found by `needle`.
fn needles(needle: &str) -> Vec<String> {
    let mut res = vec![];
    for run in runs(needle) {
        match run.as_slice() {
            [one] => res.push(one.to_string()),
            more => res.extend(more.windows(2).map(|it| it.iter().collect::<String>())),
        }
    }
    res.truncate(40);
    res
}

/// The row of a case in the embedded index: what is left of its id.
fn rowid(case: Uuid) -> i64 {
    i64::from_be_bytes(<[u8; 8]>::try_from(&case.as_bytes()[8..]).unwrap_or_default()) & i64::MAX
}

/// Puts the words of a case into the index, in place of those before.
pub(crate) async fn put(
    tx: &DatabaseTransaction,
    district: Uuid,
    case: Uuid,
    words: &str,
) -> Result<(), Error> {
    let tokens = tokens(words);
    let backend = tx.get_database_backend();
    match backend {
        DbBackend::Postgres => {
            let array = tokens.join(" ");
            let statement = Statement::from_sql_and_values(
                backend,
                "INSERT INTO search (district_id, case_id, tokens)
                 VALUES ($1, $2, array_to_tsvector(string_to_array($3, ' ')))
                 ON CONFLICT (district_id, case_id) DO UPDATE SET tokens = excluded.tokens",
                [district.into(), case.into(), array.into()],
            );
            tx.execute_raw(statement).await?;
        }
        _ => {
            let statement = Statement::from_sql_and_values(
                backend,
                "INSERT OR REPLACE INTO search (rowid, district_id, case_id, tokens) VALUES (?, ?, ?, ?)",
                [rowid(case).into(), district.into(), case.into(), tokens.join(" ").into()],
            );
            tx.execute_raw(statement).await?;
        }
    }
    Ok(())
}

/// The ids of the cases that hold all the words of `needle`; none where it holds no word.
pub(crate) fn condition(
    store: &Store,
    district: DistrictId,
    needle: &str,
) -> Option<SelectStatement> {
    let needles = needles(needle);
    if needles.is_empty() {
        return None;
    }
    let found = match store.db.get_database_backend() {
        DbBackend::Postgres => {
            let query = needles.iter().map(|it| format!("'{it}'")).collect::<Vec<_>>().join(" & ");
            Expr::cust_with_values("tokens @@ ($1)::tsquery", [query])
        }
        _ => {
            let query =
                needles.iter().map(|it| format!("\"{it}\"")).collect::<Vec<_>>().join(" AND ");
            Expr::cust_with_values("search MATCH ?", [query])
        }
    };
    let ids = Query::select()
        .column("case_id")
        .from("search")
        .and_where(Expr::col("district_id").eq(district.0))
        .and_where(found)
        .take();
    Some(ids)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_pairs_within_runs() {
        assert_eq!(tokens("噪音,KTV"), ["噪", "噪音", "音", "k", "kt", "t", "tv", "v"]);
        assert_eq!(needles("噪音扰民"), ["噪音", "音扰", "扰民"]);
        assert_eq!(needles("噪"), ["噪"]);
        assert!(needles("'; --").is_empty());
    }
}
