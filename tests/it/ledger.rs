//! 化解责任清单: a leader owns a case, sees it and no other, and does not sign it off.

use serde_json::{Value, json};
use tests::{TestApp, on_both};

use crate::story::accepted;

async fn sees(app: &TestApp, login: &str, petition: &str) -> bool {
    let query = "query($id: ID!) { petition(id: $id) { id } }";
    let found = app.by(login).query(query, json!({ "id": petition })).await;
    !found["petition"].is_null()
}

async fn refused(app: &TestApp, login: &str, act: &str, input: Value) -> String {
    let answer = app.by(login).try_act(act, input, "id").await;
    answer["errors"][0]["extensions"]["code"].as_str().unwrap_or("DONE").to_owned()
}

on_both! {
    async fn a_leader_owns_a_case_and_somebody_else_signs_it_off(app) {
        let petition = accepted(&app, "三户漏水多年", "HOTLINE").await;
        let other = accepted(&app, "路灯不亮", "HOTLINE").await;
        assert!(!sees(&app, "cgj_head", &petition).await);
        let assign = |owner: &str, reason: Option<&str>| json!({
            "petition": petition, "owner": app.person(owner), "risk": "HIGH", "dueOn": "2026-04-10", "reason": reason
        });
        assert_eq!(refused(&app, "dispatcher", "assignCaseOwner", assign("cgj_head", None)).await, "NOT_PERMITTED");
        assert_eq!(refused(&app, "director", "assignCaseOwner", assign("admin", None)).await, "INVALID", "no leader of a case");
        let entry = "responsibility { caseOwner { name } dueOn risk updates measures signedOff { resolution } } deadlines { step }";
        let it = app.by("director").act("assignCaseOwner", assign("cgj_head", None), entry).await;
        assert_eq!(it["responsibility"]["risk"], "HIGH");
        let steps = it["deadlines"].to_string();
        assert!(steps.contains("REVIEW_MEASURES") && steps.contains("RESOLVE"), "{steps}");
        // Their own case, and no other; nobody beside them in the bureau, and no letter to those.
        assert!(sees(&app, "cgj_head", &petition).await && !sees(&app, "cgj_head", &other).await);
        assert!(!sees(&app, "cgj", &petition).await);
        let mails = app.mails().await;
        let told = mails.iter().filter(|it| it.contains("包案")).count();
        assert_eq!(told, 1, "the owner alone");
        app.tick();
        let measures = json!({ "petition": petition, "measures": "每周走访, 落实防水维修", "progress": "已勘验" });
        assert_eq!(refused(&app, "cgj", "updateMeasures", measures.clone()).await, "NOT_FOUND");
        let it = app.by("cgj_head").act("updateMeasures", measures, entry).await;
        assert_eq!(it["responsibility"]["measures"], "每周走访, 落实防水维修");
        app.tick();
        let done = json!({ "petition": petition, "resolution": "RESOLVED", "text": "维修完成, 三户签字" });
        assert_ne!(refused(&app, "cgj_head", "signOff", done.clone()).await, "DONE", "not by the owner");
        let it = app.by("director").act("signOff", done, entry).await;
        assert_eq!(it["responsibility"]["signedOff"]["resolution"], "RESOLVED");
        assert!(!it["deadlines"].to_string().contains("REVIEW_MEASURES"), "{it}");
        assert!(!sees(&app, "cgj_head", &petition).await, "the entry is over");
        app.done().await;
    }
}

on_both! {
    async fn whoever_owned_a_case_loses_it_when_another_does(app) {
        let petition = accepted(&app, "征地补偿争议", "HOTLINE").await;
        let assign = |owner: &str, reason: Option<&str>| json!({
            "petition": petition, "owner": app.person(owner), "risk": "LOW", "dueOn": "2026-04-10", "reason": reason
        });
        app.by("director").act("assignCaseOwner", assign("cgj_head", None), "id").await;
        app.tick();
        assert_eq!(refused(&app, "director", "assignCaseOwner", assign("rsj_head", None)).await, "INVALID", "a reason");
        app.by("director").act("assignCaseOwner", assign("rsj_head", Some("职责调整")), "id").await;
        assert!(sees(&app, "rsj_head", &petition).await && !sees(&app, "cgj_head", &petition).await);
        app.done().await;
    }
}

/// The entries of a list that was taken out: number, petitioner, request, risk, measures, progress, how.
async fn entries(
    app: &TestApp,
    login: &str,
    all: bool,
) -> Result<Vec<papers::messages::Message>, app::ExportError> {
    let caller = app.app.caller(app.person(login).parse().unwrap(), None).await.unwrap().unwrap();
    let (workbook, n) = app.app.export_ledger(&caller, all).await?;
    let messages = read_back(app, &workbook);
    assert_eq!(messages.len(), n);
    Ok(messages)
}

fn read_back(app: &TestApp, workbook: &[u8]) -> Vec<papers::messages::Message> {
    use papers::messages::{CHINA, Options, Override, read};
    let columns = [
        "信访人/当事人(脱敏)=petitioner_name",
        "主要诉求=detail",
        "风险等级=category",
        "化解措施=title",
        "进展(逐次)=petitioner_ref",
        "是否化解/方式=place",
        "包案领导=phone",
        "销号日期=ignore",
    ];
    let overrides = columns.map(|it| Override::parse(it).unwrap()).to_vec();
    let now = app.app.now().with_timezone(&CHINA);
    read(workbook, &Options { overrides, header_row: Some(3), ..Options::new(now) })
        .unwrap()
        .messages
}

/// Three entries: of two leaders, one of them signed off.
async fn listed(app: &TestApp) {
    for (title, owner, risk, due) in [
        ("三户漏水多年", "cgj_head", "LOW", "2026-04-20"),
        ("征地补偿争议", "rsj_head", "HIGH", "2026-04-10"),
        ("楼道堆物", "cgj_head", "MEDIUM", "2026-04-01"),
    ] {
        let petition = accepted(app, title, "HOTLINE").await;
        app.by("director")
            .act(
                "assignCaseOwner",
                json!({
                    "petition": petition, "owner": app.person(owner), "risk": risk, "dueOn": due
                }),
                "id",
            )
            .await;
        app.tick();
        app.by(owner).act("updateMeasures", json!({
            "petition": petition, "measures": format!("{title}: 每周走访"), "progress": "已勘验"
        }), "id").await;
        app.tick();
        if title == "楼道堆物" {
            app.by("director")
                .act(
                    "signOff",
                    json!({
                        "petition": petition, "resolution": "RESOLVED", "text": "已清理, 双方签字"
                    }),
                    "id",
                )
                .await;
        }
    }
    // Nobody owns this one, so it is no entry.
    accepted(app, "路灯不亮", "HOTLINE").await;
}

on_both! {
    async fn the_list_is_printed_for_each_as_far_as_they_see_it(app) {
        listed(&app).await;
        let rows = entries(&app, "director", false).await.unwrap();
        let of = |rows: &[papers::messages::Message]| -> Vec<String> {
            rows.iter().map(|it| it.detail.lines().next().unwrap_or_default().to_owned()).collect()
        };
        assert_eq!(of(&rows), ["征地补偿争议", "三户漏水多年"], "what is due soonest first");
        let it = &rows[0];
        assert_eq!((it.petitioner_name.as_deref(), it.title.as_str()), (Some("张**"), "征地补偿争议: 每周走访"));
        assert!(it.category.as_deref().unwrap().starts_with('高'), "{:?}", it.category);
        assert!(it.petitioner_ref.as_deref().unwrap().ends_with("测试rsj_head:已勘验"));
        assert!(it.phone.as_deref().unwrap().starts_with("区人社局测试rsj_head"));
        let all = entries(&app, "dispatcher", true).await.unwrap();
        assert_eq!(of(&all), ["征地补偿争议", "三户漏水多年", "楼道堆物"], "open ones first");
        assert_eq!(all[2].place.as_deref(), Some("已化解 已清理, 双方签字"));
        // An owner has the cases that they own; once it is signed off, a case is not theirs any more.
        assert_eq!(of(&entries(&app, "cgj_head", true).await.unwrap()), ["三户漏水多年"]);
        assert_eq!(of(&entries(&app, "rsj_head", false).await.unwrap()), ["征地补偿争议"]);
        for nobody in ["cgj", "hj_dispatcher", "jw", "admin", "security", "auditor"] {
            let nothing = entries(&app, nobody, true).await;
            assert!(matches!(nothing, Err(app::ExportError::Nothing)), "{nobody}");
        }
        app.done().await;
    }
}

on_both! {
    async fn whoever_is_recused_from_a_case_does_not_find_it_in_the_list(app) {
        listed(&app).await;
        let query = "{ petitions(filter: { text: \"征地补偿\" }) { nodes { id } } }";
        let found = app.by("director").query(query, json!({})).await;
        let case = found["petitions"]["nodes"][0]["id"].clone();
        app.by("dispatcher2").act("recuse", json!({ "case": case, "reason": "当事人系本人近亲属" }), "id").await;
        assert_eq!(entries(&app, "dispatcher2", true).await.unwrap().len(), 2);
        assert_eq!(entries(&app, "dispatcher", true).await.unwrap().len(), 3);
    }
}

on_both! {
    async fn a_long_list_costs_the_same_few_statements(app) {
        listed(&app).await;
        let asked = async || {
            let (rows, n) = app.statements(entries(&app, "director", false)).await;
            (rows.unwrap().len(), n)
        };
        let few = asked().await;
        for n in 0..20 {
            let petition = accepted(&app, &format!("第{n}件"), "HOTLINE").await;
            app.by("director").act("assignCaseOwner", json!({
                "petition": petition, "owner": app.person("cgj_head"), "risk": "LOW", "dueOn": "2026-04-20"
            }), "id").await;
        }
        let many = asked().await;
        assert_eq!((few.0 + 20, few.1), many, "statements grow with the entries");
    }
}

on_both! {
    async fn the_list_goes_out_at_the_terminal_and_over_http_and_the_auditor_finds_it(app) {
        listed(&app).await;
        app.step_aside().await;
        let desk = crate::record::Desk::at(app.url());
        let out = desk.path("台账.xlsx");
        let ledger = |arguments: &[&str]| desk.run(&[&["lists", "ledger"], arguments].concat());
        ledger(&["--to", &out, "--as", "director"]).expect(0, &["2 条", "2 entries"]);
        assert_eq!(read_back(&app, &std::fs::read(&out).unwrap()).len(), 2);
        ledger(&["--to", &out, "--as", "director", "--all"]).expect(0, &["3 条"]);
        ledger(&["--to", &desk.path("x.xlsx"), "--as", "auditor"]).expect(2, &["没有写出", "--all"]);
        ledger(&["--to", "/nowhere/x.xlsx", "--as", "director"]).expect(2, &["无法写入", "cannot be written"]);
        ledger(&["--to", "x.pdf", "--as", "director"]).expect(2, &[".xlsx"]);
        assert!(!std::fs::exists(desk.path("x.xlsx")).unwrap());
        assert_eq!((desk.noted("exported").await, desk.noted("refused").await), (2, 1));

        let house = crate::house::House::open(app.look_again().await, &[]).await;
        let get = async |login: &str, path: &str| {
            let token = format!("Bearer {}", house.token(login));
            let headers = [("Authorization", token.as_str())];
            tests::wire::ask(house.address(), "GET", path, &headers, b"").await
        };
        let answer = get("director", "/files/ledger?all=true").await;
        assert_eq!(answer.status, 200);
        assert!(answer.header("content-disposition").starts_with("attachment"));
        assert_eq!(read_back(&house.app, &answer.body).len(), 3);
        assert_eq!(read_back(&house.app, &get("director", "/files/ledger").await.body).len(), 2);
        for (login, path, status) in [
            ("rsj", "/files/ledger", 404),
            ("auditor", "/files/ledger?all=true", 404),
            ("director", "/files/ledger?all=perhaps", 400),
        ] {
            assert_eq!(get(login, path).await.status, status, "{login} {path}");
        }
        let nobody = tests::wire::ask(house.address(), "GET", "/files/ledger", &[], b"").await;
        assert_eq!(nobody.status, 401);
    }
}

on_both! {
    async fn what_an_owner_owes_in_person_is_nobody_elses_to_do(app) {
        let petition = accepted(&app, "三户漏水多年", "HOTLINE").await;
        let assign = json!({
            "petition": petition, "owner": app.person("leader"), "risk": "HIGH", "dueOn": "2026-04-10"
        });
        app.by("director").act("assignCaseOwner", assign, "id").await;
        let query = "{ inbox { nodes { deadline { step person { id } } } } }";
        let owes = async |login: &str| app.by(login).query(query, json!({})).await["inbox"].to_string();
        let own = owes("leader").await;
        assert!(own.contains("REVIEW_MEASURES") && own.contains(&app.person("leader")), "{own}");
        // They sit in the same centre and see the case, and might own one, too.
        for colleague in ["director", "duty"] {
            assert!(sees(&app, colleague, &petition).await);
            let it = owes(colleague).await;
            assert!(!it.contains("REVIEW_MEASURES") && !it.contains("RESOLVE"), "{colleague}: {it}");
        }
        app.done().await;
    }
}
