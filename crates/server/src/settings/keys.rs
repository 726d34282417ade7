//! The names of settings, and which of them a wrong one was meant to be.

/// Every section with its keys. A test holds it against the types that they are read into.
pub(super) const KNOWN: [(&str, &[&str]); 8] = [
    ("database", &["url", "max_connections"]),
    (
        "http",
        &[
            "listen",
            "public_url",
            "tls_cert",
            "tls_key",
            "trusted_proxies",
            "rate_per_account",
            "burst_per_account",
            "rate_per_address",
            "burst_per_address",
            "max_connections",
            "introspection",
            "graphiql",
        ],
    ),
    (
        "accounts",
        &[
            "password_min",
            "password_classes",
            "password_days",
            "password_history",
            "lock_after",
            "lock_minutes",
            "idle_minutes",
            "session_hours",
            "second_factor",
        ],
    ),
    ("keys", &["folder"]),
    (
        "mail",
        &["transport", "from", "folder", "host", "port", "tls", "user", "password_file", "ca_file"],
    ),
    ("log", &["format", "filter"]),
    (
        "oidc",
        &[
            "issuer",
            "client_id",
            "client_secret_file",
            "scopes",
            "login_claim",
            "name_claim",
            "groups_claim",
            "groups",
            "create_accounts",
            "second_factors",
            "ca_file",
            "button",
        ],
    ),
    ("record", &["ledger", "holder", "seal_hours", "keep_months"]),
];

/// Whether there is such a section.
pub(super) fn is_section(section: &str) -> bool {
    KNOWN.iter().any(|(it, _)| *it == section)
}

/// Whether there is such a key.
pub(super) fn is_known(section: &str, key: &str) -> bool {
    KNOWN.iter().any(|(it, keys)| *it == section && keys.contains(&key))
}

/// The section that a wrong name was meant to be.
pub(super) fn nearest_section(section: &str) -> &'static str {
    KNOWN.iter().map(|(it, _)| *it).min_by_key(|it| distance(section, it)).unwrap_or_default()
}

/// The key that a wrong name was meant to be: the same key of another section, else the least
/// change of both names.
pub(super) fn nearest(section: &str, key: &str) -> (&'static str, &'static str) {
    KNOWN
        .iter()
        .flat_map(|(section, keys)| keys.iter().map(move |key| (*section, *key)))
        .min_by_key(|(s, k)| {
            let moved = *k == key;
            (!moved, distance(section, s) + distance(key, k))
        })
        .unwrap_or_default()
}

/// How many letters must be put in, taken out or exchanged.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (cell, b) in row.iter_mut().skip(1).zip(&other) {
            let exchanged = diagonal + usize::from(a != *b);
            diagonal = *cell;
            left = exchanged.min(*cell + 1).min(left + 1);
            *cell = left;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_counted_in_letters() {
        for (one, other, n) in
            [("", "abc", 3), ("listn", "listen", 1), ("kitten", "sitting", 3), ("a", "a", 0)]
        {
            assert_eq!(distance(one, other), n, "{one} {other}");
            assert_eq!(distance(other, one), n, "{other} {one}");
        }
    }

    #[test]
    fn the_nearest_key_is_named() {
        assert_eq!(nearest("http", "listn"), ("http", "listen"));
        assert_eq!(nearest("htpp", "public_ulr"), ("http", "public_url"));
        assert_eq!(nearest("http", "session_hours"), ("accounts", "session_hours"));
        assert_eq!(nearest("", "listen"), ("http", "listen"));
        assert_eq!(nearest_section("databse"), "database");
    }
}
