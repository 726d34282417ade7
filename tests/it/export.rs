//! What came of imported petitions goes back in the table that they came in, to whoever may see them.

use app::{ExportError, Exported};
use engine::petition::Procedure;
use papers::messages::{Message, Options, Override, read, read_whole};
use serde_json::{Value, json};
use tests::{TestApp, on_both};

use crate::{
    record::Desk,
    story::{drafted, issued, part, replied, reported_in},
};

/// A table of another system, in which two rows have no number of their own.
const TABLE: &str = "\
工单编号,来电人,联系电话,诉求主题,来电时间,诉求内容,备注
202602270001,李晓明,19900005678,拖欠工资,2026-02-27 09:10:11,三个月未发,\"=1+1\"
202602270002,,,路灯不亮,2026-02-27 10:00:00,整排不亮,
202602270003,,,路灯又不亮,2026-02-27 11:00:00,还是那一排,
202602270004,,,噪声扰民,2026-02-27 12:00:00,夜间施工,
,赵一,,井盖松动,2026-02-28,车过有响声,
,赵一,,井盖松动,2026-02-28,车过有响声,
";

fn options(app: &TestApp, columns: &[&str]) -> Options {
    let overrides = columns.iter().map(|it| Override::parse(it).unwrap()).collect();
    let now = app.app.now().with_timezone(&papers::messages::CHINA);
    Options { overrides, ..Options::new(now) }
}

async fn caller(app: &TestApp, login: &str) -> app::Caller {
    app.app.caller(app.person(login).parse().unwrap(), None).await.unwrap().unwrap()
}

/// Imports a table as somebody: how many were added and how many were known.
async fn imported(app: &TestApp, login: &str, bytes: &[u8]) -> (usize, usize) {
    let sheet = read(bytes, &options(app, &[])).unwrap();
    assert!(sheet.problems.is_empty(), "{:?}", sheet.problems);
    let caller = caller(app, login).await;
    let it = app.app.import(&caller, Procedure::Hotline, &sheet.messages).await.unwrap();
    (it.added, it.known)
}

async fn taken(app: &TestApp, login: &str, bytes: &[u8]) -> Result<Exported, ExportError> {
    let original = read_whole(bytes, &options(app, &[])).unwrap();
    app.app.export_outcomes(&caller(app, login).await, original).await
}

/// Rows of a table that was taken out, with columns of ours read in place of those of a message.
fn told(app: &TestApp, bytes: &[u8]) -> Vec<Message> {
    let columns = [
        "吹哨·诉求编号=external_ref",
        "吹哨·当前状态=title",
        "吹哨·办理结果=detail",
        "吹哨·承办单位=place",
        "吹哨·协办单位=category",
        "吹哨·首次件编号=petitioner_ref",
        "吹哨·是否化解=petitioner_name",
        "吹哨·是否办结=phone",
        "吹哨·答复时间=received_at",
    ];
    read(bytes, &options(app, &columns)).unwrap().messages
}

fn stages(app: &TestApp, bytes: &[u8]) -> Vec<String> {
    told(app, bytes).into_iter().map(|it| it.title).collect()
}

/// The petition of a row.
async fn petition(app: &TestApp, reference: &str) -> String {
    let query = "query($n: String!) { petitions(filter: { number: $n }) { nodes { id } } }";
    let found = app.by("director").query(query, json!({ "n": reference })).await;
    found["petitions"]["nodes"][0]["id"].as_str().unwrap_or_else(|| panic!("{found}")).to_owned()
}

async fn does(app: &TestApp, login: &str, act: &str, input: Value) {
    app.tick();
    app.by(login).act(act, input, "id").await;
}

/// The first is whistled and its lead has replied, the second is concluded, the third is its duplicate.
async fn worked_on(app: &TestApp) {
    let first = petition(app, "202602270001").await;
    does(app, "dispatcher", "acceptPetition", json!({ "petition": first })).await;
    let whistle = drafted(app, &[&first], Some("general"), &["rsj", "zjj"]).await;
    let whistle = issued(app, &whistle).await;
    app.tick();
    reported_in(app, &part(&whistle, "rsj"), "DEPUTY_HEAD").await;
    reported_in(app, &part(&whistle, "zjj"), "DEPUTY_HEAD").await;
    app.tick();
    replied(app, "rsj", &part(&whistle, "rsj")).await;
    let second = petition(app, "202602270002").await;
    does(app, "dispatcher", "acceptPetition", json!({ "petition": second })).await;
    does(app, "dispatcher", "answerPetition", json!({
        "petition": second, "answer": "SUPPORTED", "text": "整排路灯已修复", "resolution": "RESOLVED"
    })).await;
    does(app, "dispatcher", "concludePetition", json!({ "petition": second })).await;
    let third = petition(app, "202602270003").await;
    does(app, "dispatcher", "linkDuplicate", json!({ "petition": third, "of": second })).await;
}

on_both! {
    async fn what_came_of_each_message_stands_beside_it_and_nobody_types_twice(app) {
        assert_eq!(imported(&app, "dispatcher", TABLE.as_bytes()).await, (6, 0));
        worked_on(&app).await;
        let done = taken(&app, "dispatcher", TABLE.as_bytes()).await.unwrap();
        assert_eq!((done.found, done.absent, done.unread), (6, 0, 0));
        let rows = told(&app, &done.workbook);
        assert_eq!(stages(&app, &done.workbook), ["办理中", "已办结", "重复件", "已登记", "已登记", "已登记"]);
        assert_eq!(rows[0].detail, "解决措施：约谈企业并核定数额\n处理结果：工资已足额支付");
        assert_eq!((rows[0].place.as_deref(), rows[0].category.as_deref()), (Some("区人社局"), Some("区住建局")));
        assert!(rows[0].received_at.is_some() && rows[0].phone.as_deref() == Some("否"));
        assert_eq!((rows[1].detail.as_str(), rows[1].petitioner_name.as_deref()), ("整排路灯已修复", Some("已化解")));
        assert_eq!(rows[1].phone.as_deref(), Some("是"));
        assert_eq!(rows[2].petitioner_ref, rows[1].external_ref, "the number of the first");
        // What the other system gave is as it was, and the table may go in and out again.
        let (before, after) = (read(TABLE.as_bytes(), &options(&app, &[])).unwrap(), read(&done.workbook, &options(&app, &[])).unwrap());
        let bare = |it: &Message| Message { petition: None, row: it.row, ..it.clone() };
        assert_eq!(after.messages.iter().map(bare).collect::<Vec<_>>(), before.messages);
        assert_eq!(imported(&app, "dispatcher", &done.workbook).await, (0, 6));
        let again = taken(&app, "dispatcher", &done.workbook).await.unwrap();
        assert_eq!(again.workbook, done.workbook, "the same layout");
        // A file opened anew waits for its next answer.
        let second = petition(&app, "202602270002").await;
        does(&app, "director", "reopenPetition", json!({ "petition": second, "reason": "路灯又坏了" })).await;
        let done = taken(&app, "dispatcher", &done.workbook).await.unwrap();
        let rows = told(&app, &done.workbook);
        assert_eq!((rows[1].title.as_str(), rows[1].detail.as_str()), ("已受理", ""));
        app.done().await;
    }
}

on_both! {
    async fn what_may_not_be_seen_is_told_like_what_is_not_there(app) {
        imported(&app, "dispatcher", TABLE.as_bytes()).await;
        let fourth = petition(&app, "202602270004").await;
        app.by("dispatcher2").act("recuse", json!({ "case": fourth, "reason": "当事人系本人近亲属" }), "id").await;
        let more = format!("{TABLE}202602270099,,,没有登记的,2026-02-28,没有登记,\n");
        let done = taken(&app, "dispatcher2", more.as_bytes()).await.unwrap();
        assert_eq!((done.found, done.absent), (5, 2));
        let rows = told(&app, &done.workbook);
        let (unseen, unknown) = (&rows[3], &rows[6]);
        assert_eq!((unseen.title.as_str(), unknown.title.as_str()), ("未登记", "未登记"));
        assert_eq!(Message { row: 0, ..unseen.clone() }, Message { row: 0, ..unknown.clone() });
        let done = taken(&app, "director", more.as_bytes()).await.unwrap();
        assert_eq!((done.found, done.absent), (6, 1));
        // Another centre, a department, and who reads no case take nothing out.
        for stranger in ["hj_dispatcher", "rsj", "admin", "security", "auditor"] {
            let nothing = taken(&app, stranger, TABLE.as_bytes()).await;
            assert!(matches!(nothing, Err(ExportError::Nothing)), "{stranger}");
            let nothing = app.app.export_petitions(&caller(&app, stranger).await, (None, None)).await;
            assert!(matches!(nothing, Err(ExportError::Nothing)), "{stranger}");
        }
        // A row that was spoiled since is kept, and said to be none.
        let spoiled = TABLE.replace("2026-02-27 12:00:00", "不知何时");
        let done = taken(&app, "director", spoiled.as_bytes()).await.unwrap();
        assert_eq!((done.found, done.unread), (5, 1));
        assert_eq!(stages(&app, &done.workbook)[3], "未导入");
    }
}

on_both! {
    async fn a_centre_takes_its_petitions_out_under_masks_and_they_do_not_come_in_again(app) {
        imported(&app, "dispatcher", TABLE.as_bytes()).await;
        crate::story::accepted(&app, "三户漏水多年", "HOTLINE").await;
        app.by("dispatcher").act("registerPetition", json!({
            "procedure": "PETITION", "source": "LETTER", "nature": "ACCUSATION", "title": "反映某人收受财物",
            "detail": "检举的内容", "accused": [tests::unit("cgj")]
        }), "id").await;
        let of = async |login: &str| {
            let done = app.app.export_petitions(&caller(&app, login).await, (None, None)).await.unwrap();
            read(&done.workbook, &options(&app, &[])).unwrap()
        };
        let sheet = of("dispatcher2").await;
        let titles: Vec<&str> = sheet.messages.iter().map(|it| it.title.as_str()).collect();
        assert_eq!(titles, ["拖欠工资", "路灯不亮", "路灯又不亮", "噪声扰民", "井盖松动", "井盖松动", "三户漏水多年"]);
        let first = &sheet.messages[0];
        assert_eq!((first.petitioner_name.as_deref(), first.phone.as_deref()), (Some("李**"), Some("199******78")));
        assert_eq!(sheet.messages[6].petitioner_name.as_deref(), Some("张**"));
        // An accusation is not handed on, by those who see it either.
        assert_eq!(of("officer").await.messages.len(), 7);
        let done = app.app.export_petitions(&caller(&app, "dispatcher").await, (None, None)).await.unwrap();
        let (added, known) = imported(&app, "dispatcher", &done.workbook).await;
        assert_eq!((added, known), (0, done.found));
        let later = Some(app.app.now() + chrono::TimeDelta::days(1));
        let none = app.app.export_petitions(&caller(&app, "dispatcher").await, (later, None)).await;
        assert!(matches!(none, Err(ExportError::Nothing)));
    }
}

on_both! {
    async fn a_long_table_costs_the_same_few_statements_a_page(app) {
        let rows = |n: u32| {
            let row = |n| format!("88{n:05},第{n}路公交,希望延长末班车时间\n");
            format!("工单编号,诉求主题,诉求内容\n{}", (0..n).map(row).collect::<String>())
        };
        imported(&app, "dispatcher", rows(600).as_bytes()).await;
        let of = async |n: u32| {
            let table = rows(n);
            let (done, n_statements) = app.statements(taken(&app, "dispatcher", table.as_bytes())).await;
            assert_eq!(done.unwrap().found, n as usize);
            n_statements
        };
        let (one, full, three) = (of(1).await, of(200).await, of(600).await);
        assert_eq!(one, full, "statements grow with the rows");
        assert!(three <= full + 2 * 12, "{full} for a page, {three} for three");
    }
}

on_both! {
    async fn the_command_line_gives_the_table_back_and_the_auditor_finds_who_took_it(app) {
        imported(&app, "dispatcher", TABLE.as_bytes()).await;
        worked_on(&app).await;
        app.step_aside().await;
        let desk = Desk::at(app.url());
        let (table, out) = (desk.path("工单.csv"), desk.path("结果.xlsx"));
        std::fs::write(&table, TABLE).unwrap();
        let export = |arguments: &[&str]| desk.run(&[&["petitions", "export"], arguments].concat());
        export(&[&table, "--to", &out, "--as", "dispatcher"]).expect(0, &["6 件", "未登记 0 行", "6 petitions"]);
        assert_eq!(stages(&app, &std::fs::read(&out).unwrap())[1], "已办结");
        desk.run(&["petitions", "import", &out, "--as", "dispatcher"]).expect(0, &["0 added, 6 known"]);
        export(&["--to", &desk.path("全部.xlsx"), "--as", "dispatcher", "--from", "2026-03-02", "--until", "2026-03-02"]).expect(0, &["6 件"]);
        assert_eq!(desk.noted("exported").await, 2);

        // Nothing is written where nothing is there, or may be seen.
        let other = desk.path("另一表.csv");
        std::fs::write(&other, "工单编号,诉求主题\n77,别处的事\n").unwrap();
        let none = desk.path("无.xlsx");
        for (file, login) in [(&other, "dispatcher"), (&table, "hj_dispatcher"), (&table, "auditor"), (&table, "admin")] {
            let said = export(&[file, "--to", &none, "--as", login]);
            said.expect(2, &["没有写出", "当初导入的文件", "nothing was written"]);
        }
        export(&["--to", &none, "--as", "rsj"]).expect(2, &["没有写出"]);
        assert_eq!(desk.noted("refused").await, 4);
        assert_eq!(desk.noted("exported").await, 2);

        // What is wrong with the command is told, and costs nothing.
        for (arguments, said) in [
            (vec![&*table, "--to", "x.csv", "--as", "dispatcher"], ".xlsx"),
            (vec![&*table, "--to", "/nowhere/结果.xlsx", "--as", "dispatcher"], "/nowhere/结果.xlsx cannot be written"),
            (vec![&*out, "--to", &*out, "--as", "dispatcher"], "原表"),
            (vec!["--to", &*none, "--as", "dispatcher", "--map", "甲=title"], "原表的文件名"),
            (vec![&*table, "--to", &*none, "--as", "dispatcher", "--from", "2026-03-02"], "--from"),
            (vec![&*desk.path("没有.csv"), "--to", &*none, "--as", "dispatcher"], "cannot be read"),
            (vec![&*table, "--to", &*none, "--as", "nobody"], "nobody"),
        ] {
            export(&arguments).expect(2, &[said]);
        }
        assert!(!std::fs::exists(&none).unwrap());
    }
}
