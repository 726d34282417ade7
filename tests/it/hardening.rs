//! GraphQL under attack: the twelve checks of graphql-cop, bombs, and bytes at random, against the
//! real program.

use serde_json::{Value, json};
use tests::{
    Database, TestApp, on_both,
    wire::{Answer, Wire, request},
};

use crate::house::{House, JSON};

/// The standard introspection query, as tools send it.
const INTROSPECTION: &str = "query IntrospectionQuery { __schema { queryType { name } mutationType { name } \
    subscriptionType { name } types { ...FullType } directives { name description locations args { ...InputValue } } } } \
    fragment FullType on __Type { kind name description fields(includeDeprecated: true) { name description \
    args { ...InputValue } type { ...TypeRef } isDeprecated deprecationReason } inputFields { ...InputValue } \
    interfaces { ...TypeRef } enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason } \
    possibleTypes { ...TypeRef } } fragment InputValue on __InputValue { name description type { ...TypeRef } defaultValue } \
    fragment TypeRef on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name \
    ofType { kind name ofType { kind name ofType { kind name } } } } } } } }";

/// Refused as a whole: a code, a sentence, no data.
fn assert_refused(answer: &Answer, code: &str, what: &str) {
    let body = answer.json();
    assert_eq!(answer.status, 200, "{what} {body}");
    assert!(body["data"].is_null(), "{what} {body}");
    assert_eq!(answer.code(), code, "{what} {body}");
    assert!(body["errors"].as_array().unwrap().len() <= 5, "{what} {body}");
    assert!(answer.body.len() < 4096, "{what} {}", answer.body.len());
}

fn times(n: usize, text: impl Fn(usize) -> String) -> String {
    (0..n).map(text).collect()
}

/// Queries that would cost much: name, query.
fn bombs() -> Vec<(&'static str, String)> {
    let doubled = |n: usize, end: &str| {
        let all =
            times(n, |it| format!("fragment F{it} on Query {{ ...F{} ...F{} }} ", it + 1, it + 1));
        format!("{{ ...F0 }} {all} fragment F{n} on Query {{ {end} }}")
    };
    let deep = |n: usize| {
        format!(
            "{{ whistles {{ nodes {{ {} id {} }} }} }}",
            "predecessor { ".repeat(n),
            "}".repeat(n)
        )
    };
    let nested =
        |open: &str, close: &str, n: usize| format!("{}{}", open.repeat(n), close.repeat(n));
    vec![
        ("aliases", format!("{{ {} }}", times(101, |it| format!("a{it}: __typename ")))),
        ("dear aliases", format!("{{ {} }}", times(60, |it| format!("a{it}: whistles(first: 100) {{ nodes {{ id stage version }} }} ")))),
        ("mutations", format!("mutation {{ {} }}", times(60, |it| format!("a{it}: acknowledge(input: {{ assignment: \"asg_1\" }}) {{ id }} ")))),
        ("circle of one", "query { ...A } fragment A on Query { ...A }".to_owned()),
        ("circle of two", "query { ...A } fragment A on Query { __typename ...B } fragment B on Query { __typename ...A }".to_owned()),
        ("circle that nobody spreads", "query { __typename } fragment A on Query { ...B } fragment B on Query { ...A }".to_owned()),
        ("doubled fragments", doubled(28, "__typename")),
        ("doubled fragments, shallow", doubled(13, "me { id }")),
        ("directives on a field", format!("{{ __typename {} }}", "@aa".repeat(10))),
        ("directives, known", format!("{{ __typename {} }}", "@include(if: true) ".repeat(500))),
        ("repeated fields", format!("{{ {} }}", "__typename ".repeat(500))),
        ("depth", deep(30)),
        ("depth by the thousand", deep(15_000)),
        ("inline fragments", format!("{{ {} __typename {} }}", "... { ".repeat(35), "} ".repeat(35))),
        ("brackets, round", nested("(", ")", 100_000)),
        ("brackets, square", format!("{{ petition(id: {}) {{ id }} }}", nested("[", "]", 50_000))),
        ("brackets of an object", format!("{{ petition(id: {}1{}) {{ id }} }}", "{a:".repeat(50_000), "}".repeat(50_000))),
        ("brackets of a type", format!("query($a: {}) {{ __typename }}", nested("[", "]", 50_000))),
        ("brackets that stay open", "{a".repeat(80_000)),
        ("words", format!("{{ {} }}", "a ".repeat(100_000))),
        ("variables", format!("query({}) {{ __typename }}", times(3000, |it| format!("$v{it}: Int ")))),
        ("operations", times(200, |it| format!("query Q{it} {{ __typename }} "))),
        ("fragments", format!("{{ __typename }} {}", times(200, |it| format!("fragment F{it} on Query {{ __typename }} ")))),
        ("dear pages", "{ whistles(first: 100) { nodes { petitions { petition { whistles(first: 100) { whistle { \
            events(first: 100) { nodes { kind } } } } } } } } }".to_owned()),
        ("circle of the schema", "{ __schema { types { fields { type { fields { type { fields { type { fields { type { name } } } } } } } } } }".to_owned()),
        ("schema over and over", format!("{{ __schema {{ {} }} }}", times(50, |it| format!("a{it}: types {{ fields {{ name }} }} ")))),
        ("a number of many digits", format!("{{ whistles(first: 1{}) {{ totalCount }} }}", "0".repeat(50_000))),
        ("a name of many letters", format!("{{ {} }}", "a".repeat(200_000))),
        ("unknown fields", format!("{{ {} }}", times(2000, |it| format!("whistl{it} ")))),
        ("a text without an end", format!("{{ petition(id: \"{} }}", "a".repeat(100_000))),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn the_twelve_checks_find_nothing() {
    let mut house = House::open(TestApp::start(Database::Sqlite).await, &[]).await;
    let bearer = format!("Bearer {}", house.token("dispatcher"));
    let signed_in = [JSON, ("Authorization", bearer.as_str())];
    let mutation = crate::house::registering("旁门");
    let before = house.petitions().await;

    // Alias overloading, circular fragments, directive overloading, field duplication, circular
    // introspection: refused, by one error each.
    for login in [None, Some("dispatcher")] {
        for name in [
            "aliases",
            "circle of one",
            "circle of two",
            "directives on a field",
            "directives, known",
            "repeated fields",
            "circle of the schema",
        ] {
            let (_, query) = bombs().into_iter().find(|(it, _)| *it == name).unwrap();
            assert_refused(&house.query(login, &query).await, "INVALID", name);
        }
    }
    // Batches.
    let batch = json!([{ "query": "{ __typename }" }, { "query": "{ __typename }" }]).to_string();
    let answer = house.ask("POST", "/graphql", &signed_in, &batch).await;
    assert_eq!((answer.status, answer.code().as_str()), (400, "INVALID"));
    // Queries and mutations by GET; by a form; as a file; as GraphQL.
    for path in
        ["/graphql?query={__typename}", "/graphql?query=mutation%7B__typename%7D", "/graphql"]
    {
        for headers in [&signed_in[..], &signed_in[1..]] {
            assert_eq!(house.ask("GET", path, headers, "").await.status, 405);
        }
    }
    let multipart = "--x\r\nContent-Disposition: form-data; name=\"operations\"\r\n\r\n{\"query\":\"{ __typename }\"}\r\n--x--\r\n";
    for (kind, body) in [
        ("application/x-www-form-urlencoded", "query=%7B__typename%7D"),
        ("multipart/form-data; boundary=x", multipart),
        ("application/graphql", "{ __typename }"),
        ("text/plain", mutation.as_str()),
        ("application/jsonp", mutation.as_str()),
        ("", mutation.as_str()),
    ] {
        let headers = [("Authorization", bearer.as_str()), ("Content-Type", kind)];
        let answer = house
            .ask("POST", "/graphql", &headers[..1 + usize::from(!kind.is_empty())], body)
            .await;
        assert_eq!((answer.status, answer.code().as_str()), (415, "INVALID"), "{kind}");
    }
    // Tracing and debugging: nothing is told besides the data, whatever is asked for.
    let headers = [
        signed_in[0],
        signed_in[1],
        ("X-Apollo-Tracing", "1"),
        ("X-Debug", "1"),
        ("Apollo-Query-Plan-Experimental", "1"),
    ];
    let asked = json!({ "query": "{ __typename }", "extensions": { "tracing": true, "debug": true, "persistedQuery": { "version": 1, "sha256Hash": "0" } } });
    let answer = house.ask("POST", "/graphql", &headers, &asked.to_string()).await;
    assert_eq!(answer.json(), json!({ "data": { "__typename": "Query" } }));
    let answer = house.ask("POST", "/graphql", &headers, r#"{"query":"{ nothing }"}"#).await.json();
    let extensions = answer["errors"][0]["extensions"].as_object().unwrap();
    assert_eq!(extensions.keys().collect::<Vec<_>>(), ["code"]);
    // Suggestions: none to nobody, nor whether there is such a field at all.
    let known = house.query(None, "{ me { id } }").await.json();
    for query in [
        "{ mee { id } }",
        "{ me { idd } }",
        "{ me(a: 1) { id } }",
        "{ me { id } ...Nothing }",
        "{ me { id",
        "mutation { acknowledge { id } }",
        "query($a: Nothing) { me { id } }",
    ] {
        let answer = house.query(None, query).await;
        assert!(!answer.text().contains("Did you mean"), "{}", answer.text());
        if query.ends_with('}') {
            assert_eq!(
                answer.json()["errors"][0]["message"],
                known["errors"][0]["message"],
                "{query}"
            );
            assert_eq!(answer.code(), "UNAUTHENTICATED", "{query}");
        }
    }
    let told = house.query(Some("rsj"), "{ whistlez { id } }").await.text();
    assert!(told.contains("Did you mean") && !told.contains("whistlez"), "{told}");
    // Introspection: for those who are signed in.
    for query in [
        INTROSPECTION,
        "{ __schema { directives { name } } }",
        "{ __type(name: \"Query\") { name } }",
    ] {
        assert_refused(&house.query(None, query).await, "UNAUTHENTICATED", query);
        assert!(house.query(Some("rsj"), query).await.json()["data"].is_object(), "{query}");
    }
    // A page to debug with is there, and asks for no more than anybody.
    assert_eq!(house.ask("GET", "/graphiql", &[], "").await.status, 200);
    for path in [
        "/playground",
        "/console",
        "/altair",
        "/v1/graphql",
        "/graphql/playground",
        "/graphql/console",
        "/.git/config",
        "/metrics/../graphql",
    ] {
        assert_eq!(
            house.ask("GET", path, &[("Accept", "text/html")], "").await.status,
            404,
            "{path}"
        );
    }
    assert_eq!(house.petitions().await, before);
    house.program.assert_well();
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_schema_and_the_debugging_page_can_be_kept_back_altogether() {
    let settings =
        [("CHUISHAO__HTTP__INTROSPECTION", "false"), ("CHUISHAO__HTTP__GRAPHIQL", "false")];
    let house = House::open(TestApp::start(Database::Sqlite).await, &settings).await;
    for query in [
        INTROSPECTION,
        "{ __type(name: \"Query\") { name } }",
        "{ me { id } __schema { queryType { name } } }",
    ] {
        assert_refused(&house.query(None, query).await, "UNAUTHENTICATED", query);
        assert_refused(&house.query(Some("admin"), query).await, "NOT_PERMITTED", query);
    }
    assert!(
        house.query(Some("admin"), "{ me { __typename } }").await.json()["data"]["me"].is_object()
    );
    assert_eq!(house.ask("GET", "/graphiql", &[], "").await.status, 404);
    house.close().await;
}

on_both! {
    async fn a_bomb_is_refused_before_anything_is_carried_out(app) {
        let by = app.by("dispatcher");
        // The registers are read once.
        by.ask("{ __typename }", Value::Null).await;
        let (_, usual) = app.statements(by.ask("{ __typename }", Value::Null)).await;
        for (name, query) in bombs() {
            let (answer, n) = app.statements(by.ask(&query, Value::Null)).await;
            assert!(answer["data"].is_null(), "{name} {answer}");
            assert_eq!(answer["errors"][0]["extensions"]["code"], "INVALID", "{name} {answer}");
            assert_eq!(n, usual, "{name}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bombs_leave_the_program_as_it_was() {
    let house = House::open(TestApp::start(Database::Sqlite).await, &[]).await;
    for (name, query) in bombs() {
        for login in [Some("dispatcher"), None] {
            let answer = house.query(login, &query).await;
            assert!(
                ["INVALID", "UNAUTHENTICATED"].contains(&answer.code().as_str()),
                "{name} {}",
                answer.text()
            );
            assert_refused(&answer, &answer.code(), name);
        }
    }
    // Bombs of JSON: depth, a huge number, keys that repeat, variables beside the query.
    let bearer = format!("Bearer {}", house.token("dispatcher"));
    let signed_in = [JSON, ("Authorization", bearer.as_str())];
    for body in [
        format!(
            "{{\"query\":\"{{__typename}}\",\"variables\":{}1{}}}",
            "{\"a\":".repeat(20_000),
            "}".repeat(20_000)
        ),
        format!("{}{}", "[".repeat(100_000), "]".repeat(100_000)),
        format!(
            "{{\"query\":\"{{__typename}}\",\"variables\":{{\"a\":1e{}}}}}",
            "9".repeat(10_000)
        ),
        format!("{{{}\"query\":\"{{__typename}}\"}}", "\"query\":\"{me{id}}\",".repeat(5_000)),
        "{\"query\":\"{__typename}\",\"operationName\":7}".to_owned(),
        "{\"query\":null}".to_owned(),
        "\u{feff}{\"query\":\"{__typename}\"}".to_owned(),
    ] {
        let answer = house.ask("POST", "/graphql", &signed_in, &body).await;
        assert_eq!((answer.status, answer.code().as_str()), (400, "INVALID"), "{}", &body[..60]);
    }
    assert_eq!(house.query(Some("dispatcher"), "{ me { __typename } }").await.status, 200);
    house.close().await;
}

/// Numbers at random that come the same each time.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(n.max(1)).unwrap()).unwrap()
    }

    fn bytes(&mut self, most: usize) -> Vec<u8> {
        (0..self.below(most)).map(|_| self.next().to_le_bytes()[3]).collect()
    }

    /// A text with some bytes exchanged, cut out, or doubled.
    fn spoil(&mut self, text: &str) -> Vec<u8> {
        let mut res = text.as_bytes().to_vec();
        for _ in 0..=self.below(6) {
            let at = self.below(res.len());
            let until = (at + self.below(20)).min(res.len());
            match self.below(4) {
                0 => res[at] = self.next().to_le_bytes()[0],
                1 => drop(res.drain(at..until)),
                2 => res.splice(at..at, res[at..until].to_vec()).for_each(drop),
                _ => res.splice(at..at, self.bytes(8)).for_each(drop),
            }
            if res.is_empty() {
                res.push(b'{');
            }
        }
        res
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_at_random_never_meet_a_fault() {
    at_random(10_000, 20).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes some minutes: make soak"]
async fn soak_bytes_at_random_never_meet_a_fault() {
    at_random(200_000, 200).await;
}

/// Sends so many requests of which one in `heads` is spoilt from its first byte on.
async fn at_random(requests: usize, heads: usize) {
    let settings = [("CHUISHAO__HTTP__RATE_PER_ACCOUNT", "0")];
    let mut house = House::open(TestApp::start(Database::Sqlite).await, &settings).await;
    let bearer = format!("Bearer {}", house.token("dispatcher"));
    let signed_in = [JSON, ("Authorization", bearer.as_str())];
    let good = [
        crate::house::registering("随机"),
        json!({ "query": INTROSPECTION }).to_string(),
        json!({ "query": "query Q($id: ID! = \"pet_1\") { petition(id: $id) { id ...F @include(if: true) } } fragment F on Petition { title }", "operationName": "Q" }).to_string(),
        json!({ "name": "dispatcher2", "password": "x" }).to_string(),
    ];
    let mut clients = tokio::task::JoinSet::new();
    for seed in [0x9e37_79b9_7f4a_7c15, 0xd1b5_4a32_d192_ed03_u64] {
        let address = house.address().to_owned();
        let (good, signed_in) =
            (good.clone(), signed_in.map(|(name, value)| (name, value.to_owned())));
        clients.spawn(async move {
            let headers = signed_in.each_ref().map(|(name, value)| (*name, value.as_str()));
            let mut random = Random(seed);
            let mut wire = Wire::open(&address).await.unwrap();
            for n in 0..requests / 2 {
                let body = match random.below(8) {
                    0 => random.bytes(300),
                    1 => json!({ "query": String::from_utf8_lossy(&random.bytes(200)) }).to_string().into_bytes(),
                    2..=4 => {
                        let one = &good[random.below(3)];
                        let query = serde_json::from_str::<Value>(one).unwrap();
                        let spoilt = random.spoil(query["query"].as_str().unwrap());
                        json!({ "query": String::from_utf8_lossy(&spoilt), "variables": query["variables"] }).to_string().into_bytes()
                    }
                    _ => {
                        let one = random.below(4);
                        random.spoil(&good[one])
                    }
                };
                // Attempts to sign in take turns that others need; a few of them do.
                let path = if n % 100 == 99 { "/session" } else { "/graphql" };
                let spoilt = n % heads == heads - 1;
                let bytes = if spoilt {
                    random.spoil(&String::from_utf8_lossy(&request("POST", path, &headers, &body)))
                } else {
                    request("POST", path, &headers, &body)
                };
                wire.send(&bytes).await.unwrap_or(());
                if spoilt {
                    // A head that promises more than comes would be waited for.
                    let end = std::time::Duration::from_millis(50);
                    if let Ok(Ok(answer)) = tokio::time::timeout(end, wire.answer()).await {
                        assert!(answer.status < 500, "seed {seed:#x}, request {n}: {}", answer.whole());
                    }
                    wire = Wire::open(&address).await.unwrap();
                    continue;
                }
                let answer = wire.answer().await.unwrap_or_else(|it| panic!("seed {seed:#x}, request {n}: {it}"));
                assert!(answer.status < 500, "seed {seed:#x}, request {n}: {}", answer.whole());
                if answer.status != 200 || answer.json().get("errors").is_some() {
                    assert!(!answer.code().is_empty());
                }
            }
        });
    }
    clients.join_all().await;
    house.program.assert_well();
    house.close().await;
}
