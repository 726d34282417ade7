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
