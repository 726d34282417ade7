//! Of a sentence of the library, the words that cannot have come from the caller.

use std::collections::HashSet;

/// The words of the library's own sentences, and the names that every schema has.
const LIBRARY: &str = "Unknown field on type Did you mean argument of directive fragment operation named name \
    Operation required in request Invalid value for default expected enumeration does not contain the is but \
    provided Oneof input objects requires have exactly one Oneof Input Objects require that must be supplied and \
    null Duplicate cannot spread here as can never Cannot itself via condition non composite Variable variable defined by used a \
    selection since has no subfields There only one Fragment Directive Field Fields conflict because are different \
    Use aliases fields to fetch both if this was intentional they differing arguments Query too complex nested deep \
    Schema schema configured mutations subscriptions Subscriptions supported transport Circular position expecting may \
    allowed Failed parse Expected found occurred while parsing at it with an or found skip include \
    deprecated reason specifiedBy url oneOf Int Float String Boolean ID query mutation subscription __typename \
    __schema __type __Schema __Type __Field __InputValue __EnumValue __Directive __TypeKind __DirectiveLocation \
    Only integers from are accepted";

/// The names of the contract.
pub(super) fn of_contract() -> HashSet<String> {
    let sdl = crate::sdl();
    let mut res: HashSet<String> = split(LIBRARY).map(str::to_owned).collect();
    // Every other part stands between quotation marks: it is a description.
    let parts = sdl.split("\"\"\"").step_by(2);
    res.extend(parts.flat_map(split).map(str::to_owned));
    res
}

fn split(text: &str) -> impl Iterator<Item = &str> {
    text.split(|it: char| !is_letter(it)).filter(|it| !it.is_empty())
}

fn is_letter(it: char) -> bool {
    it.is_ascii_alphanumeric() || it == '_'
}

/// The sentence with each word that is not known left out; a place in a list may stay.
pub(super) fn known(sentence: &str, names: &HashSet<String>) -> String {
    let mut res = String::new();
    let mut rest = sentence;
    while !rest.is_empty() && res.len() < 500 {
        let end = rest.find(|it| !is_letter(it)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        let is_place = word.len() <= 2 && word.bytes().all(|it| it.is_ascii_digit());
        if is_place || names.contains(word) {
            res += word;
        } else if !res.ends_with('…') {
            res.push('…');
        }
        let end = after.find(is_letter).unwrap_or(after.len());
        let (between, after) = after.split_at(end);
        res.extend(between.chars().filter(|it| it.is_ascii() && !it.is_ascii_control()));
        rest = after;
    }
    res
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_keeps_the_names_of_the_schema_and_nothing_that_was_sent() {
        let names: HashSet<String> =
            split(LIBRARY).chain(["title", "Petition", "input"]).map(str::to_owned).collect();
        for (sentence, expected) in [
            (
                "Unknown field \"titel\" on type \"Petition\". Did you mean \"title\"?",
                "Unknown field \"…\" on type \"Petition\". Did you mean \"title\"?",
            ),
            (
                "Invalid value for argument \"input.title.3\", expected type \"Int\"",
                "Invalid value for argument \"input.title.3\", expected type \"Int\"",
            ),
            (
                "Expected input type \"Int\", found {a: \"s3cret\", 13800000000: 42030319900101}.",
                "Expected input type \"Int\", found {a: \"…\", …: …}.",
            ),
            ("--> 1:3\n 身份证 secret", "--> 1:3  …"),
        ] {
            assert_eq!(known(sentence, &names), expected);
        }
        assert!(known(&"query ".repeat(1000), &names).len() < 600);
    }
}
