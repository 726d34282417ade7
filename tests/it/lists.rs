//! The four lists: drafted, checked, put in force by a second person, and kept by what runs.

use std::time::Duration;

use engine::{
    calendar::{Limit, LimitUnit},
    clock::Step,
};
use serde_json::{Value, json};
use tests::{TestApp, on_both, wire};

use crate::{
    house::House,
    story::{accepted, called, drafted as whistle_drafted, issued, part},
};

/// What a draft is asked for.
const DRAFT: &str = "id edit base changes { sentence } publishable { allowed refusal } \
    proof { proven states findings { severity sentence story { who act outcome } } } checking { done of }";

/// A draft of what is in force, with another name, so that it was written twice.
pub(crate) async fn drafted(app: &TestApp, login: &str) -> String {
    let draft = app.by(login).act("draftLists", json!({}), "id edit").await;
    let rows = cells(app, login, &draft["id"], "GENERAL").await;
    let named = change(rows, 0, 0, "某区四张清单(2026年版)");
    write(app, login, &draft["id"], "GENERAL", &named).await;
    draft["id"].as_str().expect("an id").to_owned()
}

/// A draft whose matters are those that the district of the scenarios can answer for.
async fn begun(app: &TestApp, login: &str) -> Value {
    const OURS: [&str; 9] = [
        "housing_utilities",
        "social_insurance",
        "title_deed",
        "wage_arrears",
        "property_mgmt",
        "illegal_building",
        "noise_pollution",
        "street_light",
        "gas_leak",
    ];
    let draft = app.by(login).act("draftLists", json!({}), "id edit").await;
    let mut rows = cells(app, login, &draft["id"], "MATTERS").await;
    rows.retain(|it| OURS.contains(&it[1].as_str()));
    let written = write(app, login, &draft["id"], "MATTERS", &rows).await;
    assert_eq!(written["problems"], json!([]));
    draft["id"].clone()
}

/// The cells of a table of a draft.
async fn cells(app: &TestApp, login: &str, draft: &Value, sheet: &str) -> Vec<Vec<String>> {
    let query = "query($draft: ID!, $sheet: ListsSheet!) { listsDraft(draft: $draft) { lists { tables(sheets: [$sheet]) { rows { cells } } } } }";
    let found = app.by(login).query(query, json!({ "draft": draft, "sheet": sheet })).await;
    let rows = &found["listsDraft"]["lists"]["tables"][0]["rows"];
    let rows = rows.as_array().unwrap_or_else(|| panic!("{found}"));
    rows.iter().map(|it| serde_json::from_value(it["cells"].clone()).expect("cells")).collect()
}

fn change(mut rows: Vec<Vec<String>>, row: usize, column: usize, text: &str) -> Vec<Vec<String>> {
    rows[row][column] = text.to_owned();
    rows
}

/// Writes a table into a draft; what it answers.
async fn write(
    app: &TestApp,
    login: &str,
    draft: &Value,
    sheet: &str,
    rows: &[Vec<String>],
) -> Value {
    app.by(login)
        .act(
            "editLists",
            json!({ "draft": draft, "tables": [{ "sheet": sheet, "rows": rows }] }),
            "draft { id edit } problems { place sentence column row }",
        )
        .await
}

/// Where in a table of steps a step of a kind and level stands.
fn step(rows: &[Vec<String>], of: [&str; 3]) -> usize {
    rows.iter().position(|it| it[1..4] == of.map(str::to_owned)).expect("the step")
}

/// Why somebody may not publish a draft, by its code.
async fn unpublished(app: &TestApp, login: &str, id: &Value) -> String {
    let answer = app.by(login).try_act("publishLists", json!({ "draft": id }), "version").await;
    let code = answer["errors"][0]["extensions"]["code"].as_str();
    code.unwrap_or_else(|| panic!("{answer}")).to_owned()
}

async fn draft(app: &TestApp, login: &str, id: &Value) -> Value {
    let query = format!("query($draft: ID!) {{ listsDraft(draft: $draft) {{ {DRAFT} }} }}");
    app.by(login).query(&query, json!({ "draft": id })).await["listsDraft"].clone()
}

/// Checks a draft; what was found.
async fn checked(app: &TestApp, login: &str, id: &Value) -> Value {
    app.by(login).act("checkLists", json!({ "draft": id }), "id").await;
    for _ in 0..3000 {
        let it = draft(app, login, id).await;
        if it["checking"].is_null() {
            return it;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the check does not end");
}

on_both! {
    async fn a_version_is_drafted_checked_and_published_by_another_and_running_whistles_keep_theirs(app) {
        let before = called(&app).await;
        let id = &begun(&app, "dispatcher").await;
        let rows = cells(&app, "dispatcher", id, "PROCESS").await;
        let row = step(&rows, ["攻坚", "重点", "办理"]);
        // Assists may not have longer than the lead: the proof would say so.
        let task = step(&rows, ["攻坚", "重点", "协办"]);
        let rows = change(change(rows, row, 7, "7"), task, 7, "7");
        let written = write(&app, "dispatcher", id, "PROCESS", &rows).await;
        assert_eq!(written["problems"], json!([]));
        let it = draft(&app, "dispatcher", id).await;
        let said: Vec<&str> = it["changes"].as_array().unwrap().iter().map(|it| it["sentence"].as_str().unwrap()).collect();
        assert!(said.contains(&"吹哨流程清单：攻坚 重点 办理 时限 10 → 7 个工作日"), "{said:?}");
        // Not before it was checked, and not by who wrote it.
        assert_eq!(unpublished(&app, "leader", id).await, "LISTS_UNCHECKED");
        let proof = checked(&app, "dispatcher", id).await;
        assert_eq!(proof["proof"]["proven"], true, "{proof}");
        assert!(proof["proof"]["states"].as_u64().unwrap() > 1000, "{proof}");
        assert_eq!(unpublished(&app, "dispatcher", id).await, "NOT_PERMITTED");
        assert_eq!(proof["publishable"]["refusal"], "NOT_PERMITTED");
        for stranger in ["rsj", "hj_dispatcher", "admin", "auditor"] {
            assert_eq!(unpublished(&app, stranger, id).await, "NOT_FOUND", "{stranger}");
            assert_eq!(draft(&app, stranger, id).await, json!(null), "{stranger}");
        }
        let published = app.by("director").act("publishLists", json!({ "draft": id }), "version name effectiveOn").await;
        assert_eq!(published["version"], 2);
        assert_eq!(unpublished(&app, "director", id).await, "NOT_FOUND", "it is a version now");
        let versions = app.by("rsj").query("{ listsVersions { version inForce publishedBy { name } editors { name } } listsDiff(from: 1, to: 2) { sentence } }", json!({})).await;
        assert_eq!(versions["listsVersions"][0]["version"], 2);
        assert_eq!(versions["listsVersions"][0]["inForce"], true);
        assert_eq!(versions["listsVersions"][0]["editors"].as_array().unwrap().len(), 1);
        // What runs keeps the version that it was issued under, what is issued now has the new limit.
        let petition = accepted(&app, "又一起欠薪", "HOTLINE").await;
        let whistle = whistle_drafted(&app, &[&petition], None, &["rsj", "zjj"]).await;
        let after = issued(&app, &whistle).await;
        let query = "query($id: ID!) { whistle(id: $id) { listsVersion assignments { deadlines { step limit explanation } } } }";
        let old = app.by("dispatcher").query(query, json!({ "id": before["id"] })).await;
        let new = app.by("dispatcher").query(query, json!({ "id": after["id"] })).await;
        assert_eq!(old["whistle"]["listsVersion"], 1);
        assert_eq!(new["whistle"]["listsVersion"], 2);
        let lead = &new["whistle"]["assignments"][0]["deadlines"];
        let handle = lead.as_array().unwrap().iter().find(|it| it["step"] == "HANDLE").unwrap();
        assert_eq!(handle["limit"], "7个工作日", "{handle}");
        // The bureau that leads in such matters is told of its limit, and only of what is its own.
        let letters = app.by("rsj").query("{ letters { nodes { kind } } }", json!({})).await;
        assert!(letters["letters"]["nodes"].as_array().unwrap().iter().any(|it| it["kind"] == "LISTS_PUBLISHED"), "{letters}");
        let mails = app.mails().await;
        let mail = mails.iter().find(|it| it.contains("四张清单第2版") && it.contains("rsj@test.example")).unwrap_or_else(|| panic!("{mails:?}"));
        assert!(mail.contains("攻坚 重点 办理 时限 10 → 7 个工作日"), "{mail}");
        let record = app.by("auditor").query("{ record(filter: { kinds: [\"lists_drafted\", \"lists_checked\", \"lists_published\"] }, first: 50) { nodes { kind person { name } } } }", json!({})).await;
        let kinds: Vec<&str> = record["record"]["nodes"].as_array().unwrap().iter().map(|it| it["kind"].as_str().unwrap()).collect();
        assert_eq!(kinds[..5], ["lists_published", "lists_checked", "lists_drafted", "lists_drafted", "lists_drafted"]);
        app.done().await;
    }
}

on_both! {
    async fn of_two_who_write_at_once_the_second_looks_again_and_whoever_wrote_does_not_publish(app) {
        accepted(&app, "路灯不亮", "HOTLINE").await;
        let begun = app.by("dispatcher").act("draftLists", json!({}), "id edit").await;
        let id = &begun["id"];
        let rows = cells(&app, "dispatcher", id, "GENERAL").await;
        let edit = |login: &'static str, name: &str, edit: u32| {
            let input = json!({ "draft": id, "edit": edit, "tables": [{ "sheet": "GENERAL", "rows": change(rows.clone(), 0, 0, name) }] });
            let by = app.by(login);
            async move { by.try_act("editLists", input, "draft { edit }").await }
        };
        let (one, other) = tokio::join!(edit("dispatcher", "甲", 1), edit("director", "乙", 1));
        let stale = [&one, &other].into_iter().filter(|it| it["errors"][0]["extensions"]["code"] == "STALE").count();
        assert_eq!(stale, 1, "{one} {other}");
        let again = edit("director", "丙", 2).await;
        assert_eq!(again["data"]["editLists"]["draft"]["edit"], 3, "{again}");
        assert_eq!(unpublished(&app, "director", id).await, "OWN_DRAFT");
        assert_eq!(app.by("leader").try_act("editLists", json!({ "draft": id, "tables": [] }), "draft { id }").await["errors"][0]["extensions"]["code"], "NOT_PERMITTED");
        let gone = app.by("dispatcher").act("discardLists", json!({ "draft": id }), "id").await;
        assert_eq!(&gone["id"], id);
        assert_eq!(draft(&app, "dispatcher", id).await, json!(null));
        app.done().await;
    }
}

on_both! {
    async fn what_is_wrong_is_told_by_its_place_and_nothing_is_changed(app) {
        accepted(&app, "路灯不亮", "HOTLINE").await;
        let begun = app.by("dispatcher").act("draftLists", json!({}), "id edit").await;
        let id = &begun["id"];
        let rows = cells(&app, "dispatcher", id, "PROCESS").await;
        let row = step(&rows, ["快捷", "一般", "办理"]);
        let rows = change(change(rows, row, 7, "0"), row, 13, "随便");
        let written = write(&app, "dispatcher", id, "PROCESS", &rows).await;
        let place = format!("吹哨流程清单!{} 时限", row + 1);
        assert_eq!(written["problems"][0]["place"], json!(place), "{written}");
        assert_eq!(written["problems"][0]["sentence"], "时限不能为零；请填写大于零的数");
        assert_eq!(written["draft"]["edit"], 1, "nothing was changed");
        let changes = draft(&app, "dispatcher", id).await["changes"].clone();
        assert_eq!(changes, json!([{ "sentence": "通则：生效日期 2019-01-01 → 2026-03-02" }]), "it begins today");
        app.done().await;
    }
}

on_both! {
    async fn a_workbook_goes_out_comes_back_and_one_that_is_wrong_changes_nothing(app) {
        accepted(&app, "路灯不亮", "HOTLINE").await;
        let id = begun(&app, "dispatcher").await;
        let registers = app.app.registers().await.unwrap();
        let kept = app.app.store().lists_draft(app.app.district(), id.as_str().unwrap().parse().unwrap()).await;
        let before = kept.unwrap().unwrap().0.lists;
        let house = House::open(app, &[]).await;
        let whole = |path: String, login: &'static str| {
            let (house, bearer) = (&house, format!("Bearer {}", house.token(login)));
            async move { wire::ask(house.address(), "GET", &path, &[("Authorization", &bearer)], b"").await }
        };
        let draft = id.as_str().unwrap();
        let out = whole(format!("/files/lists/{draft}"), "dispatcher").await;
        assert_eq!(out.status, 200, "{}", out.whole());
        assert!(out.header("content-disposition").starts_with("attachment; filename="));
        assert!(out.header("content-type").contains("spreadsheetml"));
        for stranger in ["rsj", "admin"] {
            assert_eq!(whole(format!("/files/lists/{draft}"), stranger).await.status, 404, "{stranger}");
            assert_eq!(whole("/files/lists/1".to_owned(), stranger).await.status, 200, "a version is everybody's");
        }
        // Three limits and a lead are changed as in a spreadsheet program, and it comes back.
        let limits = papers::lists::Limits::of_lists();
        let mut lists = papers::lists::read(&out.body, &before, &registers.directory, &limits).unwrap();
        assert_eq!(lists, before, "nothing is lost on the way");
        lists.matters.rows.iter_mut().find(|it| it.code.0 == "property_mgmt").unwrap().lead = Some("cgj".to_owned());
        let steps = &mut lists.process.rows.iter_mut().find(|it| it.kind.0 == "joint" && it.level.0 == "key").unwrap().steps;
        for step in [Step::Handle, Step::Task, Step::ReportIn] {
            steps.get_mut(&step).unwrap().limit = Limit::new(2, LimitUnit::WorkingDay).unwrap();
        }
        let bytes = papers::lists::write(&lists, &registers.directory).unwrap();
        let import = |bytes: Vec<u8>| {
            let house = &house;
            let id = &id;
            async move {
                let bearer = format!("Bearer {}", house.token("dispatcher"));
                let headers = [("Authorization", bearer.as_str()), ("Content-Type", "application/octet-stream")];
                let sent = wire::ask(house.address(), "POST", "/files", &headers, &bytes).await;
                let upload = sent.json()["upload"].clone();
                let query = "mutation($input: ImportListsInput!) { importLists(input: $input) { draft { edit changes { sentence } } problems { place sentence } } }";
                let input = json!({ "draft": id, "upload": upload });
                house.query_with(Some("dispatcher"), query, json!({ "input": input })).await.json()["data"]["importLists"].clone()
            }
        };
        let written = import(bytes).await;
        assert_eq!(written["problems"], json!([]));
        let said: Vec<&str> = written["draft"]["changes"].as_array().unwrap().iter().map(|it| it["sentence"].as_str().unwrap()).collect();
        for it in ["matter list: 物业服务纠纷 lead 区住建局 → 区城管局", "process list: 攻坚 重点 报到 limit 3 → 2 个工作日", "process list: 攻坚 重点 办理 limit 10 → 2 个工作日"] {
            assert!(said.contains(&it), "{it}: {said:?}");
        }
        let edit = written["draft"]["edit"].clone();
        // What is no workbook is told so, and the draft stays as it was written.
        let wrong = import(crate::files::pdf("不是清单")).await;
        assert_eq!(wrong["draft"]["edit"], edit, "{wrong}");
        assert_eq!(wrong["problems"].as_array().unwrap().len(), 1, "{wrong}");
    }
}

on_both! {
    async fn the_past_is_counted_anew_under_a_draft_and_said_to_be_no_forecast(app) {
        // Called on Monday, answered on Friday: within five working days, and not within three.
        let whistle = called(&app).await;
        crate::story::reported_in(&app, &part(&whistle, "rsj"), "DEPUTY_HEAD").await;
        app.advance_to("2026-03-06 10:00").await;
        crate::story::replied(&app, "rsj", &part(&whistle, "rsj")).await;
        let id = &begun(&app, "dispatcher").await;
        let rows = cells(&app, "dispatcher", id, "PROCESS").await;
        let row = step(&rows, ["攻坚", "一般", "办理"]);
        write(&app, "dispatcher", id, "PROCESS", &change(rows, row, 7, "3")).await;
        let query = "query($draft: ID!) { simulateLists(draft: $draft) { caveat whistles moved limit lead newlyLate changes { sentences lateBefore lateAfter } units { unit { code } before { late } after { late } } } }";
        let it = app.by("director").query(query, json!({ "draft": id })).await["simulateLists"].clone();
        assert!(it["caveat"].as_str().unwrap().contains("不是预测"), "{it}");
        assert_eq!((&it["whistles"], &it["moved"], &it["limit"], &it["lead"]), (&json!(1), &json!(1), &json!(1), &json!(0)), "{it}");
        let one = &it["changes"][0];
        let late = |it: &Value| it.as_u64().unwrap();
        assert_eq!(late(&one["lateAfter"]), late(&one["lateBefore"]) + 1, "{it}");
        let said = one["sentences"].to_string();
        assert!(said.contains("5 → 3") || said.contains("5个工作日"), "{said}");
        let rsj = it["units"].as_array().unwrap().iter().find(|it| it["unit"]["code"] == "rsj").unwrap();
        assert_eq!(late(&rsj["after"]["late"]), late(&rsj["before"]["late"]) + 1, "{it}");
        // Under the version that it ran under nothing is different, and who writes no lists counts nothing.
        let same = app.by("leader").query("{ simulateLists(version: 1) { whistles moved } }", json!({})).await;
        assert_eq!(same["simulateLists"], json!({ "whistles": 1, "moved": 0 }));
        for stranger in ["rsj", "admin", "hj_director"] {
            let answer = app.by(stranger).ask("{ simulateLists(version: 1) { moved } }", json!({})).await;
            assert_eq!(answer["errors"][0]["extensions"]["code"], "NOT_PERMITTED", "{stranger} {answer}");
        }
        app.done().await;
    }
}

on_both! {
    async fn the_command_line_exports_imports_tells_apart_and_counts_anew(app) {
        let whistle = called(&app).await;
        crate::story::reported_in(&app, &part(&whistle, "rsj"), "DEPUTY_HEAD").await;
        let id = begun(&app, "dispatcher").await;
        let (url, home) = (app.url().to_owned(), tempfile::tempdir().unwrap());
        let data = home.path().join("data");
        app.step_aside().await;
        tests::keys::put(&data);
        let file = |name: &str| home.path().join(name).display().to_string();
        let lists = |arguments: &[&str]| {
            let arguments = [&["lists"], arguments].concat();
            let output = crate::backup::run(&url, &data, &arguments);
            (output.status.success(), crate::backup::text(&output))
        };
        let (done, said) = lists(&["show"]);
        assert!(done && said.contains("施行中") && said.contains(id.as_str().unwrap()), "{said}");
        let (done, said) = lists(&["export", id.as_str().unwrap(), "--to", &file("出.xlsx")]);
        assert!(done, "{said}");
        let (done, said) = lists(&["diff", "1", &file("出.xlsx")]);
        assert!(done && said.contains("吹哨事项清单：删去 停车秩序"), "{said}");
        // What is no workbook is told so, and leaves no draft behind.
        std::fs::write(file("坏.xlsx"), "不是表格").unwrap();
        let (done, said) = lists(&["import", &file("坏.xlsx"), "--as", "dispatcher"]);
        assert!(!done && said.contains("nothing was changed"), "{said}");
        let (done, said) = lists(&["import", &file("出.xlsx"), "--as", "dispatcher", "--dry-run"]);
        assert!(done && said.contains("nothing was imported"), "{said}");
        assert_eq!(lists(&["show"]).1.matches("ldr_").count(), 1, "one draft as before");
        let (done, said) = lists(&["import", &file("出.xlsx"), "--as", "dispatcher"]);
        assert!(done && lists(&["show"]).1.matches("ldr_").count() == 2, "{said}");
        let (done, said) = lists(&["import", &file("出.xlsx"), "--as", "rsj"]);
        assert!(!done, "who writes no lists imports none: {said}");
        let (done, said) = lists(&["publish", id.as_str().unwrap(), "--as", "director"]);
        assert!(!done && said.contains("验证"), "not before it is checked: {said}");
        let (done, said) = lists(&["check", "1", "--as", "dispatcher"]);
        assert!(!done && said.contains("ldr_"), "{said}");
        let (done, said) = lists(&["simulate", id.as_str().unwrap(), "--as", "director", "--to", &file("推演.xlsx")]);
        assert!(done && said.contains("不是预测") && said.contains("1 张哨"), "{said}");
        assert!(std::fs::metadata(file("推演.xlsx")).unwrap().len() > 1000);
    }
}
