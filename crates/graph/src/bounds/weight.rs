//! A query once it is parsed: what it comes to with its fragments expanded, walked with a budget, so
//! that no way of writing makes the walk long.

use std::collections::HashMap;

use async_graphql::{
    Name, Positioned,
    parser::types::{
        DocumentOperations, ExecutableDocument, Field, FragmentDefinition, Selection, SelectionSet,
    },
};

use super::{Excess, What};
use crate::DEPTH;

/// The most fields of a query, each fragment counted wherever it is spread.
const FIELDS: usize = 3_000;
/// The most aliases, likewise.
const ALIASES: usize = 80;
/// How often one field may stand on one object without another name.
const REPETITIONS: usize = 10;
/// The most directives at one place.
const DIRECTIVES: usize = 4;
const FRAGMENTS: usize = 50;
const OPERATIONS: usize = 10;
/// How deep fragments may lie in each other, beside the fields.
const SPREADS: usize = 30;
/// How often the members of a type may be asked for on one path: a type's fields, and no further.
const MEMBERS: usize = 1;
/// How often the schema may be asked for in one query.
const SCHEMAS: usize = 1;
/// How often a type may be asked for by its name.
const TYPES: usize = 10;

/// Walks every operation; whether any asks for the schema.
pub(super) fn weigh(document: &ExecutableDocument) -> Result<bool, Excess> {
    if document.fragments.len() > FRAGMENTS {
        return Err(Excess::Many(What::Fragments, FRAGMENTS));
    }
    if let DocumentOperations::Multiple(it) = &document.operations
        && it.len() > OPERATIONS
    {
        return Err(Excess::Many(What::Operations, OPERATIONS));
    }
    let mut walk = Walk {
        fragments: &document.fragments,
        fields: 0,
        aliases: 0,
        schemas: 0,
        lists: 0,
        types: 0,
    };
    for (_, operation) in document.operations.iter() {
        walk.set(&operation.node.selection_set.node, Place::default())?;
    }
    Ok(walk.schemas + walk.types > 0)
}

struct Walk<'a> {
    fragments: &'a HashMap<Name, Positioned<FragmentDefinition>>,
    fields: usize,
    aliases: usize,
    /// How often `__schema` is asked for, and `types` below it, and `__type`.
    schemas: usize,
    lists: usize,
    types: usize,
}

/// Where the walk stands.
#[derive(Clone, Copy, Default)]
struct Place {
    depth: usize,
    spreads: usize,
    in_schema: bool,
    members: usize,
}

impl Walk<'_> {
    fn set(&mut self, set: &SelectionSet, place: Place) -> Result<(), Excess> {
        let mut standing: HashMap<&str, usize> = HashMap::new();
        for it in &set.items {
            self.fields += 1;
            if self.fields > FIELDS {
                return Err(Excess::Many(What::Fields, FIELDS));
            }
            if it.node.directives().len() > DIRECTIVES {
                return Err(Excess::Many(What::Directives, DIRECTIVES));
            }
            match &it.node {
                Selection::Field(field) => {
                    let name = field.node.alias.as_ref().unwrap_or(&field.node.name);
                    let times = standing.entry(name.node.as_str()).or_default();
                    *times += 1;
                    if *times > REPETITIONS {
                        return Err(Excess::Many(What::Repetitions, REPETITIONS));
                    }
                    self.field(&field.node, place)?;
                }
                Selection::InlineFragment(it) => {
                    self.spread(&it.node.selection_set.node, place)?;
                }
                Selection::FragmentSpread(it) => {
                    // One that is not there is told by the library.
                    if let Some(it) = self.fragments.get(&it.node.fragment_name.node) {
                        self.spread(&it.node.selection_set.node, place)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn spread(&mut self, set: &SelectionSet, mut place: Place) -> Result<(), Excess> {
        place.spreads += 1;
        if place.spreads > SPREADS {
            return Err(Excess::Depth);
        }
        self.set(set, place)
    }

    fn field(&mut self, field: &Field, mut place: Place) -> Result<(), Excess> {
        if field.alias.is_some() {
            self.aliases += 1;
            if self.aliases > ALIASES {
                return Err(Excess::Many(What::Aliases, ALIASES));
            }
        }
        place.depth += 1;
        if place.depth > DEPTH {
            return Err(Excess::Depth);
        }
        match field.name.node.as_str() {
            "__schema" => {
                self.schemas += 1;
                place.in_schema = true;
            }
            "__type" => {
                self.types += 1;
                place.in_schema = true;
            }
            "types" if place.in_schema => self.lists += 1,
            "fields" | "inputFields" | "interfaces" | "possibleTypes" if place.in_schema => {
                place.members += 1;
            }
            _ => (),
        }
        if self.schemas > SCHEMAS
            || self.lists > SCHEMAS
            || self.types > TYPES
            || place.members > MEMBERS
        {
            return Err(Excess::Introspection);
        }
        self.set(&field.selection_set.node, place)
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;

    use super::*;

    fn weighed(query: &str) -> Result<bool, Excess> {
        weigh(&parse_query(query).unwrap())
    }

    #[test]
    fn a_query_of_an_ordinary_day_passes() {
        assert_eq!(weighed("{ a { b ...F } } fragment F on T { c { d } }"), Ok(false));
        assert_eq!(weighed("{ __typename a { __typename } }"), Ok(false));
    }

    #[test]
    fn fragments_that_double_are_refused_before_they_are_expanded() {
        let mut query = "{ ...F0 }".to_owned();
        for n in 0..28 {
            query += &format!(" fragment F{n} on Query {{ ...F{} ...F{} }}", n + 1, n + 1);
        }
        query += " fragment F28 on Query { a }";
        assert_eq!(weighed(&query), Err(Excess::Many(What::Fields, FIELDS)));
    }

    #[test]
    fn fragments_that_hold_each_other_are_refused() {
        let circle = "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }";
        assert_eq!(weighed(circle), Err(Excess::Depth));
        assert_eq!(weighed("{ ...A } fragment A on Query { a { ...A } }"), Err(Excess::Depth));
    }

    #[test]
    fn depth_aliases_repetitions_and_numbers_are_bounded() {
        let deep = |n: usize| format!("{{ {} a {} }}", "a {".repeat(n - 1), "}".repeat(n - 1));
        assert_eq!(weighed(&deep(DEPTH)), Ok(false));
        assert_eq!(weighed(&deep(DEPTH + 1)), Err(Excess::Depth));
        let aliases = |n: usize| {
            let all: String = (0..n).map(|it| format!("a{it}: b ")).collect();
            format!("{{ {all} }}")
        };
        assert_eq!(weighed(&aliases(ALIASES)), Ok(false));
        assert_eq!(weighed(&aliases(ALIASES + 1)), Err(Excess::Many(What::Aliases, ALIASES)));
        let same = |n: usize| format!("{{ {} }}", "a ".repeat(n));
        assert_eq!(weighed(&same(REPETITIONS)), Ok(false));
        assert_eq!(weighed(&same(500)), Err(Excess::Many(What::Repetitions, REPETITIONS)));
        let directives = |n: usize| format!("{{ a {} }}", "@include(if: true) ".repeat(n));
        assert_eq!(weighed(&directives(DIRECTIVES)), Ok(false));
        let refused = Err(Excess::Many(What::Directives, DIRECTIVES));
        assert_eq!(weighed(&directives(DIRECTIVES + 1)), refused);
        let operations: String = (0..11).map(|it| format!("query Q{it} {{ a }} ")).collect();
        assert_eq!(weighed(&operations), Err(Excess::Many(What::Operations, OPERATIONS)));
        let fragments: String = (0..51).map(|it| format!("fragment F{it} on Q {{ a }} ")).collect();
        assert_eq!(
            weighed(&format!("{{ a }} {fragments}")),
            Err(Excess::Many(What::Fragments, FRAGMENTS))
        );
    }

    #[test]
    fn the_schema_is_asked_for_once_and_not_within_itself() {
        assert_eq!(
            weighed("{ __schema { types { fields { args { type { name } } } } } }"),
            Ok(true)
        );
        assert_eq!(weighed("{ __type(name: \"T\") { fields { name } } }"), Ok(true));
        for query in [
            "{ __schema { types { fields { type { fields { name } } } } } }",
            "{ __schema { types { possibleTypes { interfaces { name } } } } }",
            "{ a: __schema { queryType { name } } b: __schema { queryType { name } } }",
            "{ __schema { a: types { name } b: types { name } } }",
        ] {
            assert_eq!(weighed(query), Err(Excess::Introspection), "{query}");
        }
        assert_eq!(weighed("{ fields { fields { types { types } } } }"), Ok(false));
    }
}
