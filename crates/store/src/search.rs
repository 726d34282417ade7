//! Finding cases by words: pairs of characters, made alike for both databases.

use engine::{alike::runs, ids::DistrictId};
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbBackend, Statement,
    sea_query::{Expr, ExprTrait as _, Query, SelectStatement},
};
use uuid::Uuid;

use crate::{Error, Store};

/// The tokens of a text, in order: the pairs of neighbours within each run of letters, and its last
/// character alone, by which the chain of pairs ends.
fn tokens(text: &str) -> Vec<String> {
    let mut res = vec![];
    for run in runs(text) {
        res.extend(run.windows(2).map(|it| it.iter().collect::<String>()));
        res.extend(run.last().map(char::to_string));
    }
    res
}

/// What is looked for: each run as a phrase of pairs, or as the beginning of one where it is a
/// single character. A text is found where it holds every run to the letter.
enum Needle {
    Phrase(Vec<String>),
    Beginning(String),
}

fn needles(needle: &str) -> Vec<Needle> {
    let of = |run: Vec<char>| match run.as_slice() {
        [one] => Needle::Beginning(one.to_string()),
        more => Needle::Phrase(more.windows(2).take(40).map(|it| it.iter().collect()).collect()),
    };
    runs(needle).into_iter().take(10).map(of).collect()
}

/// The needles in a database's own language of queries. They hold letters and digits alone.
fn query(needles: &[Needle], backend: DbBackend) -> String {
    let postgres = backend == DbBackend::Postgres;
    let one = |it: &Needle| match it {
        Needle::Beginning(it) if postgres => format!("'{it}':*"),
        Needle::Beginning(it) => format!("\"{it}\"*"),
        Needle::Phrase(pairs) if postgres => {
            let pairs: Vec<String> = pairs.iter().map(|it| format!("'{it}'")).collect();
            format!("({})", pairs.join(" <-> "))
        }
        Needle::Phrase(pairs) => format!("\"{}\"", pairs.join(" ")),
    };
    let all: Vec<String> = needles.iter().map(one).collect();
    all.join(if postgres { " & " } else { " AND " })
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
    put_in_order(tx, district, case, &tokens(words)).await
}

/// The same with the tokens of a text, as they were carried here. False where they are none.
pub(crate) async fn put_tokens(
    tx: &DatabaseTransaction,
    district: Uuid,
    case: Uuid,
    tokens: &str,
) -> Result<bool, Error> {
    let tokens: Vec<String> = tokens.split(' ').map(str::to_owned).collect();
    let tokens: Vec<String> = tokens.into_iter().filter(|it| !it.is_empty()).collect();
    if !tokens.iter().all(|it| it.chars().all(char::is_alphanumeric)) {
        return Ok(false);
    }
    put_in_order(tx, district, case, &tokens).await?;
    Ok(true)
}

async fn put_in_order(
    tx: &DatabaseTransaction,
    district: Uuid,
    case: Uuid,
    tokens: &[String],
) -> Result<(), Error> {
    let backend = tx.get_database_backend();
    match backend {
        DbBackend::Postgres => {
            // Positions make phrases; PostgreSQL keeps them up to 16,383.
            let placed: Vec<String> =
                tokens.iter().enumerate().map(|(n, it)| format!("'{it}':{}", n + 1)).collect();
            let vector = placed.join(" ");
            let statement = Statement::from_sql_and_values(
                backend,
                "INSERT INTO search (district_id, case_id, tokens)
                 VALUES ($1, $2, ($3)::tsvector)
                 ON CONFLICT (district_id, case_id) DO UPDATE SET tokens = excluded.tokens",
                [district.into(), case.into(), vector.into()],
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
    let backend = store.db.get_database_backend();
    let query = query(&needles, backend);
    let found = match backend {
        DbBackend::Postgres => Expr::cust_with_values("tokens @@ ($1)::tsquery", [query]),
        _ => Expr::cust_with_values("search MATCH ?", [query]),
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
        assert_eq!(tokens("噪音,KTV"), ["噪音", "音", "kt", "tv", "v"]);
        assert_eq!(query(&needles("噪音扰民"), DbBackend::Sqlite), "\"噪音 音扰 扰民\"");
        assert_eq!(query(&needles("噪 KTV"), DbBackend::Postgres), "'噪':* & ('kt' <-> 'tv')");
        assert!(needles("'; --").is_empty());
    }
}
