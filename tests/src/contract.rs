//! The contract as data: what can be asked, so that a test asks all of it.

use std::collections::{BTreeMap, BTreeSet};

use async_graphql::parser::{
    parse_schema,
    types::{BaseType, Type, TypeKind, TypeSystemDefinition},
};
use serde_json::{Value, json};

/// A field, or an input's.
#[derive(Debug, Clone)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Its arguments: name, type, and whether it must be given.
    pub args: Vec<(String, Of, bool)>,
    /// What it gives.
    pub of: Of,
}

/// A type, apart from what may be absent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Of {
    /// The named type.
    pub name: String,
    /// Whether it is a list of them.
    pub list: bool,
}

/// The committed contract.
#[derive(Debug, Default)]
pub struct Contract {
    /// Objects with their fields.
    pub objects: BTreeMap<String, Vec<Field>>,
    inputs: BTreeMap<String, Vec<Field>>,
    enums: BTreeMap<String, String>,
}

/// Ids by the name of the argument or field that takes them.
pub type Ids<'a> = &'a BTreeMap<&'static str, String>;

fn of(ty: &Type) -> Of {
    match &ty.base {
        BaseType::Named(name) => Of { name: name.to_string(), list: false },
        BaseType::List(inner) => Of { list: true, ..of(inner) },
    }
}

impl Contract {
    /// Reads it.
    pub fn read() -> Self {
        let document = parse_schema(graph::sdl()).expect("the contract is read");
        let mut res = Self::default();
        for definition in document.definitions {
            let TypeSystemDefinition::Type(it) = definition else { continue };
            let it = it.node;
            let name = it.name.node.to_string();
            match it.kind {
                TypeKind::Object(object) => {
                    let field = |it: async_graphql::Positioned<
                        async_graphql::parser::types::FieldDefinition,
                    >| Field {
                        name: it.node.name.node.to_string(),
                        args: it
                            .node
                            .arguments
                            .iter()
                            .map(|it| {
                                let ty = &it.node.ty.node;
                                (it.node.name.node.to_string(), of(ty), !ty.nullable)
                            })
                            .collect(),
                        of: of(&it.node.ty.node),
                    };
                    res.objects.insert(name, object.fields.into_iter().map(field).collect());
                }
                TypeKind::InputObject(input) => {
                    let field = |it: async_graphql::Positioned<
                        async_graphql::parser::types::InputValueDefinition,
                    >| Field {
                        name: it.node.name.node.to_string(),
                        args: vec![],
                        of: of(&it.node.ty.node),
                    };
                    res.inputs.insert(name, input.fields.into_iter().map(field).collect());
                }
                TypeKind::Enum(it) => {
                    let first = it.values.first().map(|it| it.node.value.node.to_string());
                    res.enums.insert(name, first.unwrap_or_default());
                }
                TypeKind::Scalar | TypeKind::Interface(_) | TypeKind::Union(_) => (),
            }
        }
        res
    }

    /// The fields of an object.
    pub fn fields(&self, object: &str) -> &[Field] {
        self.objects.get(object).map_or(&[], Vec::as_slice)
    }

    /// How a field is asked with what must be given; few of what comes by pages.
    pub fn asked(&self, field: &Field, ids: Ids<'_>) -> String {
        let mut args: Vec<String> = field
            .args
            .iter()
            .filter(|(_, _, required)| *required)
            .map(|(name, of, _)| format!("{name}: {}", literal(&self.value(name, of, ids))))
            .collect();
        if field.args.iter().any(|(name, ..)| name == "first") {
            args.push("first: 5".to_owned());
        }
        let args = if args.is_empty() { String::new() } else { format!("({})", args.join(", ")) };
        format!("{}{args}", field.name)
    }

    /// Everything that an object shows, so deep; an object is not entered again within itself.
    pub fn everything(&self, object: &str, depth: usize, ids: Ids<'_>) -> String {
        self.within(object, depth, ids, &mut BTreeSet::new())
    }

    fn within(
        &self,
        object: &str,
        depth: usize,
        ids: Ids<'_>,
        inside: &mut BTreeSet<String>,
    ) -> String {
        let mut parts = vec!["__typename".to_owned()];
        inside.insert(object.to_owned());
        for field in self.fields(object) {
            let asked = self.asked(field, ids);
            if !self.objects.contains_key(&field.of.name) {
                parts.push(asked);
            } else if depth > 0 && !inside.contains(&field.of.name) && field.name != "edges" {
                // The steps through a connection are no depth of their own.
                let through = field.name == "nodes" || field.of.name.ends_with("Connection");
                let depth = if through { depth } else { depth - 1 };
                parts.push(format!(
                    "{asked} {{ {} }}",
                    self.within(&field.of.name, depth, ids, inside)
                ));
            }
        }
        inside.remove(object);
        parts.join(" ")
    }

    /// A value of an input's field: an id by its name, else something plausible.
    pub fn value(&self, name: &str, of: &Of, ids: Ids<'_>) -> Value {
        if of.list {
            let one = Of { list: false, ..of.clone() };
            return json!([self.value(name.trim_end_matches('s'), &one, ids)]);
        }
        match of.name.as_str() {
            "ID" => json!(ids.get(name).unwrap_or_else(|| panic!("no id for {name}"))),
            "String" => json!("文字"),
            "Int" => json!(1),
            "Float" => json!(1.0),
            "Boolean" => json!(true),
            "DateTime" => json!("2026-03-02T01:00:00Z"),
            "NaiveDate" => json!("2026-03-06"),
            other => match (self.inputs.get(other), self.enums.get(other)) {
                (Some(fields), _) => {
                    let skipped = ["idempotencyKey", "expectedVersion", "onBehalfOf"];
                    let fields = fields.iter().filter(|it| !skipped.contains(&it.name.as_str()));
                    let pairs =
                        fields.map(|it| (it.name.clone(), self.value(&it.name, &it.of, ids)));
                    Value::Object(pairs.collect())
                }
                (None, Some(first)) => json!(first),
                (None, None) => panic!("nothing is known of {other}"),
            },
        }
    }
}

/// A value as it stands in a document.
fn literal(value: &Value) -> String {
    match value {
        Value::Object(pairs) => {
            let pairs: Vec<String> =
                pairs.iter().map(|(name, it)| format!("{name}: {}", literal(it))).collect();
            format!("{{ {} }}", pairs.join(", "))
        }
        Value::Array(all) => {
            format!("[{}]", all.iter().map(literal).collect::<Vec<_>>().join(", "))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.to_string(),
    }
}
