//! What a provider says of somebody, looked up by name.

use std::collections::BTreeSet;

use serde_json::Value;

/// The most groups that are looked at.
const GROUPS: usize = 2000;

/// A claim by its name, or by a way through objects, as `realm_access.roles`.
pub(super) fn claim<'a>(all: &'a Value, name: &str) -> Option<&'a Value> {
    let direct = all.get(name);
    direct.or_else(|| name.split('.').try_fold(all, |it, part| it.get(part)))
}

/// The texts of a claim that is one or a list of them.
pub(super) fn texts(it: &Value) -> BTreeSet<String> {
    match it {
        Value::String(one) => BTreeSet::from([one.clone()]),
        Value::Array(all) => {
            all.iter().take(GROUPS).filter_map(|it| it.as_str().map(str::to_owned)).collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => BTreeSet::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_claim_is_named_or_lies_within_another() {
        let all = json!({ "groups": ["a", 1, "b"], "x.y": "z", "realm": { "roles": "c" } });
        let at = |name| claim(&all, name).map(texts).unwrap_or_default();
        assert_eq!(at("groups"), BTreeSet::from(["a".to_owned(), "b".to_owned()]));
        assert_eq!(at("x.y"), BTreeSet::from(["z".to_owned()]));
        assert_eq!(at("realm.roles"), BTreeSet::from(["c".to_owned()]));
        assert!(at("realm.none").is_empty() && at("none").is_empty());
    }
}
