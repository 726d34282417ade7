//! Every door, knocked at by nobody and by a stranger: a new one is knocked at from its first day.

use async_graphql::{
    Request,
    parser::types::{TypeKind, TypeSystemDefinition},
};
use engine::text::Lang;
use serde_json::{Value, json};
use tests::on_both;

use crate::story::{called, part};

/// The mutations of the contract with their input types, and the fields of each input.
fn mutations() -> Vec<(String, String)> {
    let document = async_graphql::parser::parse_schema(graph::sdl()).expect("a schema");
    let mut res = vec![];
    for it in &document.definitions {
        if let TypeSystemDefinition::Type(it) = it
            && it.node.name.node == "Mutation"
            && let TypeKind::Object(object) = &it.node.kind
        {
            for field in &object.fields {
                let input = &field.node.arguments[0].node;
                res.push((
                    field.node.name.node.to_string(),
                    input.ty.node.to_string().trim_end_matches('!').to_owned(),
                ));
            }
        }
    }
    res
}

/// What is about one's own sign-in or absence, and so for everybody.
const OWN: &[&str] = &[
    "changePassword",
    "beginSecondFactor",
    "confirmSecondFactor",
    "signOutEverywhere",
    "issueToken",
    "revokeToken",
    "setAbsence",
    "endAbsence",
    "endDuty",
];
/// What a system administrator is for.
const ADMINISTERS: &[&str] = &["addAccount", "confirmRoles", "disableAccount", "enableAccount"];

/// A well-formed value of an input type, naming the given ids.
fn value(kind: &str, ids: &Value) -> Value {
    let document = async_graphql::parser::parse_schema(graph::sdl()).expect("a schema");
    let mut fields = serde_json::Map::new();
    for it in &document.definitions {
        let TypeSystemDefinition::Type(it) = it else { continue };
        if it.node.name.node != kind {
            continue;
        }
        match &it.node.kind {
            TypeKind::InputObject(object) => {
                for field in &object.fields {
                    let ty = field.node.ty.node.to_string();
                    let name = field.node.name.node.as_str();
                    // What some choices require is given too, so that the input is well formed.
                    let wanted =
                        ["remainder", "measures", "until", "reviewOn", "replacement", "outcomes"];
                    if !ty.ends_with('!') && !wanted.contains(&name) {
                        continue;
                    }
                    fields.insert(name.to_owned(), of_type(ty.trim_end_matches('!'), name, ids));
                }
                return Value::Object(fields);
            }
            TypeKind::Enum(values) => return json!(values.values[0].node.value.node.as_str()),
            _ => (),
        }
    }
    panic!("no type {kind}");
}

fn of_type(ty: &str, name: &str, ids: &Value) -> Value {
    if let Some(item) = ty.strip_prefix('[') {
        return json!([of_type(
            item.trim_end_matches(']').trim_end_matches('!'),
            name.trim_end_matches('s'),
            ids
        )]);
    }
    match ty {
        "ID" => ids.get(name).cloned().unwrap_or_else(|| ids["unit"].clone()),
        "String" => json!("文字"),
        "Int" => json!(1),
        "Boolean" => json!(true),
        "DateTime" => json!("2026-03-02T01:00:00Z"),
        "NaiveDate" => json!("2026-03-06"),
        other => value(other, ids),
    }
}

on_both! {
    async fn no_mutation_is_carried_out_for_nobody_or_for_a_stranger(app) {
        let whistle = called(&app).await;
        let found = app.by("dispatcher").query("query($id: ID!) { whistle(id: $id) { petitions { petition { id } } } }", json!({ "id": whistle["id"] })).await;
        let petition = &found["whistle"]["petitions"][0]["petition"]["id"];
        let ids = json!({
            "whistle": whistle["id"], "assignment": part(&whistle, "rsj"), "petition": petition, "of": petition,
            "case": whistle["id"], "unit": tests::unit("cgj"), "suggestedUnit": tests::unit("cgj"), "person": app.person("cgj"), "owner": app.person("cgj"),
            "account": app.person("cgj"), "substitute": app.person("cgj"), "upload": "upl_00000000000000000000000000000042", "draft": "ldr_00000000000000000000000000000042",
            "file": "fil_00000000000000000000000000000042"
        });
        let before = app.by("dispatcher").query("{ petitions { totalCount } whistles { totalCount } }", json!({})).await;
        let all = mutations();
        assert!(all.len() >= 45, "{}", all.len());
        for (name, kind) in all {
            let input = value(&kind, &ids);
            let query = format!("mutation($input: {kind}!) {{ {name}(input: $input) {{ __typename }} }}");
            let request = Request::new(&query)
                .variables(async_graphql::Variables::from_json(json!({ "input": input })))
                .data(Lang::Zh);
            let nobody = serde_json::to_value(app.schema.execute(request).await).expect("JSON");
            assert_eq!(nobody["errors"][0]["extensions"]["code"], "UNAUTHENTICATED", "{name} {nobody}");
            // What is about no case is in the matrix alone: some of it is everybody's.
            let about = ["whistle", "assignment", "petition", "petitions", "case", "draft", "content"];
            if !about.iter().any(|it| input.get(it).is_some()) && name != "registerPetition" {
                continue;
            }
            // A liaison of a unit that was not called, and an administrator.
            for login in ["cgj", "admin"] {
                if OWN.contains(&name.as_str()) || (login == "admin" && ADMINISTERS.contains(&name.as_str())) {
                    continue;
                }
                let answer = app.by(login).ask(&query, json!({ "input": input })).await;
                let code = answer["errors"][0]["extensions"]["code"].as_str().unwrap_or("DONE");
                let shut = ["NOT_FOUND", "NOT_PERMITTED"].contains(&code);
                assert!(shut, "{name} as {login}: {answer}\n{input}");
            }
        }
        let after = app.by("dispatcher").query("{ petitions { totalCount } whistles { totalCount } }", json!({})).await;
        assert_eq!(before, after);
        app.done().await;
    }
}

on_both! {
    async fn no_query_answers_nobody(app) {
        for query in [
            "{ me { id } }", "{ units { id } }", "{ petitions { totalCount } }", "{ whistles { totalCount } }",
            "{ inbox { totalCount } }", "{ deadlines { totalCount } }", "{ letters { totalCount } }",
            "{ lists { version } }", "{ calendar { version } }",
            "{ accounts { totalCount } }", "{ record { totalCount } }", "{ seals { totalCount } }", "{ absences { id } }", "{ duties { id } }",
            "{ petition(id: \"pet_00000000000000000000000000000001\") { id } }",
            "{ whistle(id: \"whi_00000000000000000000000000000001\") { id } }",
            "{ events(case: \"whi_00000000000000000000000000000001\") { nodes { kind } } }",
        ] {
            let answer = serde_json::to_value(app.schema.execute(Request::new(query).data(Lang::En)).await).expect("JSON");
            assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAUTHENTICATED", "{query} {answer}");
        }
    }
}
