//! The matrix: every field of every object and every mutation, by everybody who stands somehow to a
//! case. It is committed as `matrix.txt`; what is new in the contract changes the file, and so does
//! a right that somebody gains or loses.

use std::collections::{BTreeMap, VecDeque};
use std::fmt::Write as _;

use async_graphql::Request;
use engine::text::Lang;
use serde_json::{Value, json};
use tests::{Database, TestApp, contract::Contract, unit};

use crate::story::{WHISTLE, accepted, drafted, issued, part, replied, reported_in};

/// Who asks: how they stand to the case, and who that is in the world; nobody has no login.
const WHO: &[(&str, &str)] = &[
    ("中心调度员", "dispatcher"),
    ("中心主任", "director"),
    ("值班领导", "duty"),
    ("领导", "leader"),
    ("信访干部", "officer"),
    ("牵头联络员", "rsj"),
    ("牵头负责人", "rsj_head"),
    ("协办联络员", "zjj"),
    ("无关联络员", "cgj"),
    ("回避的联络员", "rsj2"),
    ("下级中心调度员", "hj_dispatcher"),
    ("纪检监察", "jw"),
    ("网格员", "grid"),
    ("程序", "program"),
    ("系统管理员", "admin"),
    ("安全管理员", "security"),
    ("审计员", "auditor"),
    ("未登录", ""),
];

async fn ask(app: &TestApp, login: &str, query: &str, variables: Value) -> Value {
    if !login.is_empty() {
        return app.by(login).ask(query, variables).await;
    }
    let request = Request::new(query)
        .variables(async_graphql::Variables::from_json(variables))
        .data(Lang::Zh);
    serde_json::to_value(app.schema.execute(request).await).expect("JSON")
}

/// Whether anything of a field is shown anywhere in an answer, along a path through lists.
fn shown(value: &Value, path: &[String]) -> bool {
    match (value, path) {
        (Value::Null, _) => false,
        (Value::Array(all), _) => all.iter().any(|it| shown(it, path)),
        (_, []) => true,
        (Value::Object(map), [first, rest @ ..]) => {
            map.get(first).is_some_and(|it| shown(it, rest))
        }
        (Value::Bool(_) | Value::Number(_) | Value::String(_), _) => true,
    }
}

/// A way from the root to each object: the fields to go through.
fn ways(
    contract: &Contract,
    ids: &BTreeMap<&'static str, String>,
) -> BTreeMap<String, Vec<(String, String)>> {
    let mut res: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    // People and pages are looked at where they stand beside a case; what only a roster shows comes
    // last.
    for rosters in [false, true] {
        let mut next = VecDeque::from([("Query".to_owned(), vec![])]);
        while let Some((object, way)) = next.pop_front() {
            for field in contract.fields(&object) {
                let known = |(name, _, required): &(String, _, bool)| {
                    !required || ids.contains_key(name.as_str())
                };
                let waits = ROSTERS.contains(&field.name.as_str()) != rosters && way.is_empty();
                let fits = field.name != "edges" && field.args.iter().all(known) && !waits;
                let is_object = contract.objects.contains_key(&field.of.name);
                if !fits || !is_object || res.contains_key(&field.of.name) {
                    continue;
                }
                let mut way: Vec<(String, String)> = way.clone();
                // One case is looked at, whichever way it is reached.
                let ids = of_root(&field.name, ids);
                way.push((field.name.clone(), contract.asked(field, &ids)));
                res.insert(field.of.name.clone(), way.clone());
                next.push_back((field.of.name.clone(), way));
            }
        }
    }
    res
}

/// `id` is the whistle's where a whistle is asked for, and the petition's elsewhere.
fn of_root(field: &str, ids: &BTreeMap<&'static str, String>) -> BTreeMap<&'static str, String> {
    let mut ids = ids.clone();
    let id = if field == "whistle" { &ids["whistle"] } else { &ids["petition"] };
    let id = id.clone();
    ids.insert("id", id);
    ids
}

/// The case that everybody is held against: replied by its lead, one of whose liaisons is recused.
async fn case(app: &TestApp) -> BTreeMap<&'static str, String> {
    let text = |it: &Value| it.as_str().expect("an id").to_owned();
    let petition = accepted(app, "工资未按月足额支付", "HOTLINE").await;
    let whistle = drafted(app, &[&petition], Some("general"), &["rsj", "zjj"]).await;
    let whistle = issued(app, &whistle).await;
    let lead = part(&whistle, "rsj");
    reported_in(app, &lead, "DEPUTY_HEAD").await;
    replied(app, "rsj", &lead).await;
    let letter = json!({
        "assignment": lead, "paper": "SUPERVISION_LETTER", "text": "请说明敷衍答复的原因",
        "replyDue": "2026-03-09"
    });
    app.by("director").act("supervise", letter, "id").await;
    app.by("director")
        .act(
            "recuse",
            json!({ "case": whistle["id"], "holder": app.person("rsj2"), "reason": "近亲属" }),
            "id",
        )
        .await;
    crate::files::attached(app, "rsj", text(&whistle["id"]).as_str(), "现场.pdf").await;
    crate::files::attached(app, "dispatcher", &petition, "来信.pdf").await;
    crate::record::seal(app).await;
    // A token, an absence and a turn of duty that lie ahead and change nothing yet.
    app.token("dispatcher").await;
    let (from, until) = ("2026-04-01T00:00:00Z", "2026-04-02T00:00:00Z");
    let away = json!({ "from": from, "until": until, "person": app.person("rsj2"), "substitute": app.person("rsj") });
    app.by("rsj_head").act("setAbsence", away, "id").await;
    let turn =
        json!({ "from": from, "until": until, "person": app.person("duty"), "unit": unit("qzx") });
    app.by("director").act("setDuty", turn, "id").await;
    let draft = crate::lists::drafted(app, "dispatcher").await;
    let query = format!("query($id: ID!) {{ whistle(id: $id) {{ {WHISTLE} }} }}");
    let whistle =
        app.by("dispatcher").query(&query, json!({ "id": whistle["id"] })).await["whistle"].clone();
    let nobody = "per_00000000000000000000000000000042".to_owned();
    let mut ids = BTreeMap::from([
        ("petition", petition.clone()),
        ("of", petition.clone()),
        ("whistle", text(&whistle["id"])),
        ("case", text(&whistle["id"])),
        ("assignment", lead),
        ("person", nobody.clone()),
        ("holder", nobody.clone()),
        ("owner", nobody.clone()),
        ("substitute", nobody.clone()),
        ("account", nobody),
        ("token", "tok_00000000000000000000000000000042".to_owned()),
        ("absence", "abs_00000000000000000000000000000042".to_owned()),
        ("duty", "dut_00000000000000000000000000000042".to_owned()),
        ("upload", "upl_00000000000000000000000000000042".to_owned()),
        ("draft", draft),
        ("file", "fil_00000000000000000000000000000042".to_owned()),
    ]);
    for name in UNITS {
        ids.insert(name, unit("czj"));
    }
    ids
}

/// Cases to which the same people stand otherwise.
async fn others(app: &TestApp) -> Vec<(&'static str, String)> {
    let mut res = vec![];
    for (name, login, input) in [
        (
            "检举控告 (被检举单位: 无关联络员的单位; 登记人: 中心调度员)",
            "dispatcher",
            json!({ "procedure": "PETITION", "source": "LETTER", "nature": "ACCUSATION", "title": "反映问题线索", "accused": [unit("cgj")] }),
        ),
        (
            "下级中心登记的诉求",
            "hj_dispatcher",
            json!({ "procedure": "DISPUTE", "source": "GRID", "title": "邻里纠纷" }),
        ),
        (
            "网格员登记的诉求",
            "grid",
            json!({ "procedure": "REPORT_UP", "source": "GRID", "title": "路灯不亮" }),
        ),
    ] {
        let petition = app.by(login).act("registerPetition", input, "id").await;
        res.push((name, petition["id"].as_str().expect("an id").to_owned()));
        app.tick();
    }
    res
}

/// Queries that list people and no case.
const ROSTERS: &[&str] = &[
    "absences",
    "accounts",
    "duties",
    "listsDraft",
    "listsDrafts",
    "listsVersions",
    "record",
    "seals",
];

/// The arguments that take a unit.
const UNITS: &[&str] = &[
    "unit",
    "suggestedUnit",
    "replacement",
    "accused",
    "place",
    "household",
    "residence",
    "competentUnit",
    "centre",
    "parent",
    "territory",
    "heir",
];

/// What becomes of a mutation: refused for want of authority, or let on to its own rules.
fn verdict(answer: &Value) -> char {
    match answer["errors"][0]["extensions"]["code"].as_str() {
        Some("UNAUTHENTICATED") => '×',
        Some("NOT_FOUND") => '隐',
        Some("NOT_PERMITTED") => '拒',
        Some(_) | None => '可',
    }
}

async fn table(app: &TestApp) -> String {
    let contract = Contract::read();
    let ids = case(app).await;
    let mut text = "每一项内容、每一项操作, 对与同一案件关系不同的各人.\n\
        案件: 一件诉求, 一张哨单 (牵头 rsj 已反馈, 协办 zjj); rsj 的另一联络员已回避.\n\
        内容: 见 = 显示, 空 = 不显示 (含无数据). 操作: 可 = 准予 (再按环节规则), 拒 = 无权, 隐 = 与不存在无异, × = 须登录.\n\
        各栏依次为:\n"
        .to_owned();
    for (index, (name, login)) in WHO.iter().enumerate() {
        writeln!(text, "  {:2} {name} {login}", index + 1).expect("text grows");
    }
    let ways = ways(&contract, &ids);
    for (object, way) in &ways {
        let fields = contract.fields(object);
        let known = |it: &&tests::contract::Field| {
            it.args.iter().all(|(name, _, required)| !required || ids.contains_key(name.as_str()))
        };
        let fields: Vec<_> = fields.iter().filter(known).collect();
        let inner: Vec<String> = fields
            .iter()
            .map(|it| {
                let asked = contract.asked(it, &ids);
                match contract.objects.contains_key(&it.of.name) {
                    true => format!("{asked} {{ __typename }}"),
                    false => asked,
                }
            })
            .collect();
        let open: String = way.iter().map(|(_, asked)| format!("{{ {asked} ")).collect();
        let close = " }".repeat(way.len());
        let query = format!("{open} {{ __typename {} }} {close}", inner.join(" "));
        let path: Vec<String> = way.iter().map(|(name, _)| name.clone()).collect();
        let mut answers = vec![];
        for (_, login) in WHO {
            answers.push(ask(app, login, &query, json!({})).await);
        }
        writeln!(text, "\n## {object} ({})", path.join(" / ")).expect("text grows");
        for field in fields {
            let mut path = path.clone();
            path.push(field.name.clone());
            let cells: String = answers
                .iter()
                .map(|it| if shown(&it["data"], &path) { '见' } else { '空' })
                .collect();
            writeln!(text, "{cells} {}", field.name).expect("text grows");
        }
    }
    text += "\n## 其他案件, 整件\n";
    for (name, id) in others(app).await {
        let query = format!("{{ petition(id: \"{id}\") {{ title }} }}");
        let path = ["petition".to_owned(), "title".to_owned()];
        let mut cells = String::new();
        for (_, login) in WHO {
            let answer = ask(app, login, &query, json!({})).await;
            cells.push(if shown(&answer["data"], &path) { '见' } else { '空' });
        }
        writeln!(text, "{cells} {name}").expect("text grows");
    }
    text += "\n## 操作\n";
    // What changes who is there comes last; nothing before it is changed by it.
    let mut mutations = contract.fields("Mutation").to_vec();
    mutations.sort_by_key(|it| (it.name == "recuse", it.name.clone()));
    for field in &mutations {
        let mut cells = String::new();
        for (_, login) in WHO {
            let args: Vec<(String, Value)> = field
                .args
                .iter()
                .map(|(name, of, _)| (name.clone(), contract.value(name, of, &ids)))
                .collect();
            let declared: Vec<String> = field
                .args
                .iter()
                .map(|(name, of, required)| {
                    format!("${name}: {}{}", of.name, if *required { "!" } else { "" })
                })
                .collect();
            let given: Vec<String> =
                field.args.iter().map(|(name, ..)| format!("{name}: ${name}")).collect();
            let head = match declared.is_empty() {
                true => String::new(),
                false => format!("({})", declared.join(", ")),
            };
            let call = match given.is_empty() {
                true => field.name.clone(),
                false => format!("{}({})", field.name, given.join(", ")),
            };
            let selection = match contract.objects.contains_key(&field.of.name) {
                true => " { __typename }",
                false => "",
            };
            let query = format!("mutation{head} {{ {call}{selection} }}");
            let answer = ask(app, login, &query, Value::Object(args.into_iter().collect())).await;
            let code = answer["errors"][0]["extensions"]["code"].as_str().unwrap_or_default();
            assert!(code != "INTERNAL", "{login} {query} {answer}");
            cells.push(verdict(&answer));
            app.tick();
        }
        writeln!(text, "{cells} {}", field.name).expect("text grows");
    }
    text
}

async fn is_current(database: Database) {
    let app = TestApp::start(database).await;
    let actual = table(&app).await;
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/it/matrix.txt");
    #[expect(clippy::disallowed_methods, reason = "a golden file is rewritten on demand")]
    if std::env::var("UPDATE").is_ok() {
        std::fs::write(path, &actual).expect("written");
    }
    let expected = std::fs::read_to_string(path).unwrap_or_default();
    let differs = |(a, b): &(&str, &str)| a != b;
    let first = actual.lines().zip(expected.lines()).find(differs);
    assert!(
        actual == expected,
        "matrix.txt is stale: run `make update` and read the difference; first: {first:#?}"
    );
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_sees_and_does_what_is_declared_on_sqlite() {
    is_current(Database::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_sees_and_does_what_is_declared_on_postgres() {
    is_current(Database::Postgres).await;
}

/// What the table must never show, whatever is declared.
#[test]
fn the_matrix_keeps_what_the_law_demands() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/it/matrix.txt");
    let text = std::fs::read_to_string(path).expect("the matrix");
    let column = |login: &str| WHO.iter().position(|(_, it)| *it == login).expect("somebody");
    let rows = text.lines().filter(|it| {
        let cells: Vec<char> = it.chars().take_while(|it| *it != ' ').collect();
        cells.len() == WHO.len() && it.chars().any(|it| "见空可拒隐×".contains(it))
    });
    let mut inside = 0;
    for row in rows {
        let cells: Vec<char> = row.chars().take(WHO.len()).collect();
        assert!(matches!(cells[column("")], '空' | '×'), "nobody signed in: {row}");
        inside += 1;
    }
    assert!(inside > 200, "{inside}");
    let cases = ["Whistle", "Petition", "Petitioner", "Assignment", "Event", "Reply", "Minutes"];
    let mut object = "";
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("## ") {
            object = rest.split(' ').next().unwrap_or_default();
        } else if cases.contains(&object) && line.starts_with(['见', '空']) {
            let cells: Vec<char> = line.chars().take(WHO.len()).collect();
            for login in
                ["cgj", "rsj2", "hj_dispatcher", "jw", "grid", "admin", "security", "auditor"]
            {
                assert_eq!(cells[column(login)], '空', "{login}: {object} {line}");
            }
        }
    }
}
