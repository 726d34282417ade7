//! What is kept from somebody reaches them on no path: a secret word is planted, and every byte of
//! every answer to everybody is searched for it.

use std::collections::{BTreeMap, BTreeSet};

use engine::{
    actor::Member,
    authority::{self, Subject},
    ids::{PetitionId, WhistleId},
    petition::Nature,
};
use serde_json::{Value, json};
use tests::{PEOPLE, TestApp, contract::Contract, on_both, unit, unit_id};

use crate::{
    files::attached,
    story::{accepted, drafted, issued, part},
};

/// A case with the word that nobody else's case holds.
struct Planted {
    id: String,
    word: &'static str,
}

/// Those who may see a case, by the engine's tables alone.
async fn entitled(app: &TestApp, id: &str) -> BTreeSet<&'static str> {
    let registers = app.app.registers().await.expect("registers");
    let district = app.app.district();
    let (subject, loaded) = match id.parse::<WhistleId>() {
        Ok(whistle) => {
            let loaded = app.app.store().load_case(district, None, Some(whistle), &[], true).await;
            (Subject::Case, loaded.expect("a whistle"))
        }
        Err(_) => {
            let petition: PetitionId = id.parse().expect("an id");
            let loaded = app.app.store().load_case(district, None, None, &[petition], true).await;
            let loaded = loaded.expect("a petition");
            let is_accusation =
                loaded.scene.petitions[&petition].nature() == Some(Nature::Accusation);
            let subject = if is_accusation { Subject::Accusation } else { Subject::Case };
            (subject, loaded)
        }
    };
    let sees = |member: &Member| {
        let relations = match id.parse::<WhistleId>() {
            Ok(whistle) => authority::relations_to_whistle(
                member,
                &loaded.scene.whistles[&whistle],
                None,
                &registers.directory,
            ),
            Err(_) => {
                let petition: PetitionId = id.parse().expect("an id");
                authority::relations_to_petition(
                    member,
                    &loaded.scene.petitions[&petition],
                    loaded.scene.whistles.values(),
                    &registers.directory,
                )
            }
        };
        authority::may_read(subject, member, &relations)
    };
    let member =
        |login: &str| registers.member(app.person(login).parse().expect("an id"), app.app.now());
    PEOPLE
        .iter()
        .map(|(login, ..)| *login)
        .filter(|login| member(login).is_some_and(|it| sees(&it)))
        .collect()
}

async fn accusation(app: &TestApp, title: &str, accused: &str) -> String {
    let petition = app
        .by("dispatcher")
        .act(
            "registerPetition",
            json!({
                "procedure": "PETITION", "source": "LETTER", "nature": "ACCUSATION",
                "title": title, "detail": format!("{title}的经过"), "accused": [unit(accused)],
                "petitioner": {
                    "name": "举报人甲", "phone": "19900005678", "idNumber": "420302198001011234",
                    "address": "举报人的住处某街某巷"
                }
            }),
            "id",
        )
        .await;
    petition["id"].as_str().expect("an id").to_owned()
}

/// A petition over which the wage bureau and the building bureau were called.
async fn whistled(app: &TestApp, title: &str) -> (String, Value) {
    let petition = accepted(app, title, "HOTLINE").await;
    let whistle = drafted(app, &[&petition], Some("general"), &["rsj", "zjj"]).await;
    (petition, issued(app, &whistle).await)
}

async fn sees(app: &TestApp, login: &str, id: &str) -> bool {
    let field = if id.starts_with("whi_") { "whistle" } else { "petition" };
    let query = format!("query($id: ID!) {{ {field}(id: $id) {{ id }} }}");
    let answer = app.by(login).ask(&query, json!({ "id": id })).await;
    !answer["data"][field].is_null()
}

/// Asks everything that can be asked, by everybody, and searches the answers.
async fn hunt(app: &TestApp, planted: &[Planted]) {
    let contract = Contract::read();
    let absent = |prefix: &str| format!("{prefix}_00000000000000000000000000000001");
    let queries = contract.fields("Query").to_vec();
    let mut n_answers = 0;
    for it in planted {
        let may = entitled(app, &it.id).await;
        assert!(!may.is_empty(), "nobody may see {}", it.word);
        let is_whistle = it.id.starts_with("whi_");
        let mut ids: BTreeMap<&'static str, String> = BTreeMap::new();
        ids.insert("case", it.id.clone());
        ids.insert("id", it.id.clone());
        for (login, ..) in PEOPLE {
            assert_eq!(may.contains(login), sees(app, login, &it.id).await, "{login}: {}", it.word);
            if may.contains(login) {
                continue;
            }
            for field in &queries {
                let wrong = field.args.iter().any(|(name, _, required)| *required && name == "id")
                    && (field.name == "whistle") != is_whistle;
                let unknown = |(name, _, required): &(String, _, bool)| {
                    *required && !ids.contains_key(name.as_str())
                };
                if wrong || field.args.iter().any(unknown) {
                    continue;
                }
                let selection = match contract.objects.contains_key(&field.of.name) {
                    true => format!("{{ {} }}", contract.everything(&field.of.name, 3, &ids)),
                    false => String::new(),
                };
                let query = format!("{{ {} {selection} }}", contract.asked(field, &ids));
                let answer = app.by(login).ask(&query, json!({})).await.to_string();
                assert!(
                    !answer.contains(it.word),
                    "{login} reads {} in {query}\n{answer}",
                    it.word
                );
                let bare = it.id.get(4..).expect("a prefix");
                let given = field.args.iter().any(|(_, _, required)| *required);
                assert!(
                    given || !answer.contains(bare),
                    "{login} learns of {} in {query}",
                    it.word
                );
                n_answers += 1;
            }
            // Searching tells nothing either: the word is answered like one that is nowhere.
            let search = |word: String| {
                let by = app.by(login);
                async move {
                    by.ask(
                        "query($w: String!) { petitions(filter: { text: $w }) { totalCount nodes { id } }
                           whistles(filter: { text: $w }) { totalCount nodes { id } }
                           deadlines(filter: { text: $w }) { totalCount }
                           inbox(filter: { text: $w }) { totalCount } }",
                        json!({ "w": word }),
                    )
                    .await
                    .to_string()
                }
            };
            assert_eq!(search(it.word.to_owned()).await, search("查无此词".to_owned()).await);
            // What is not to be seen answers like what is not there, to the byte.
            let object = if is_whistle { "whistle" } else { "petition" };
            let missing = absent(if is_whistle { "whi" } else { "pet" });
            let query = format!(
                "query($id: ID!, $c: ID!) {{ {object}(id: $id) {{ id }} events(case: $c) {{ totalCount }}
                   deadlines(case: $c) {{ totalCount nodes {{ step }} }} letters(filter: {{ case: $c }}) {{ totalCount }} }}"
            );
            let ask = |id: &str| {
                let variables = json!({ "id": id, "c": id });
                let (by, query) = (app.by(login), query.clone());
                async move { by.ask(&query, variables).await.to_string() }
            };
            assert_eq!(ask(&it.id).await, ask(&missing).await, "{login}");
        }
    }
    assert!(n_answers > 200, "{n_answers}");
}

/// Every mutation, with the ids of a case that the caller may not see, against ids of nothing.
async fn acts(app: &TestApp, login: &str, petition: &str, whistle: &str, assignment: &str) {
    let contract = Contract::read();
    let ids = |petition: &str, whistle: &str, assignment: &str| -> BTreeMap<&'static str, String> {
        let case = if whistle.is_empty() { petition } else { whistle };
        [
            ("petition", petition.to_owned()),
            ("of", petition.to_owned()),
            ("whistle", whistle.to_owned()),
            ("assignment", assignment.to_owned()),
            ("case", case.to_owned()),
            ("holder", app.person(login)),
            ("person", app.person(login)),
            ("account", app.person(login)),
            ("substitute", app.person(login)),
            ("token", "tok_00000000000000000000000000000001".to_owned()),
            ("absence", "abs_00000000000000000000000000000001".to_owned()),
            ("duty", "dut_00000000000000000000000000000001".to_owned()),
            ("owner", "per_00000000000000000000000000000001".to_owned()),
            ("upload", "upl_00000000000000000000000000000001".to_owned()),
            ("draft", "ldr_00000000000000000000000000000001".to_owned()),
            ("file", "fil_00000000000000000000000000000001".to_owned()),
        ]
        .into_iter()
        .chain(UNITS.iter().map(|it| (*it, unit("czj"))))
        .collect()
    };
    let nothing = "00000000000000000000000000000001";
    let real = ids(petition, whistle, assignment);
    let absent =
        ids(&format!("pet_{nothing}"), &format!("whi_{nothing}"), &format!("asg_{nothing}"));
    for field in contract.fields("Mutation") {
        let Some((_, of, _)) = field.args.iter().find(|(name, ..)| name == "input") else {
            continue;
        };
        let query = format!(
            "mutation($input: {}!) {{ {}(input: $input) {{ __typename }} }}",
            of.name, field.name
        );
        let inputs = [&real, &absent].map(|ids| contract.value("input", of, ids));
        // What names no case has no business here.
        if inputs[0] == inputs[1] {
            continue;
        }
        let mut answers = vec![];
        for input in inputs {
            answers.push(app.by(login).ask(&query, json!({ "input": input })).await.to_string());
        }
        assert_eq!(answers[0], answers[1], "{login} learns by {}", field.name);
    }
}

/// The bytes of a file are for those whom its case is for; to everybody else it is not there.
async fn shut(app: &TestApp, may: &BTreeSet<&'static str>, file: &Value) {
    let id = file["id"].as_str().expect("an id");
    for (login, ..) in PEOPLE {
        let answer = crate::files::read(app, login, id).await;
        let seen = match &answer {
            Ok(_) => true,
            Err(app::FileError::NotFound) => false,
            Err(error) => panic!("{login}: {error}"),
        };
        assert_eq!(seen, may.contains(login), "{login}");
    }
}

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

on_both! {
    async fn an_accusation_reaches_discipline_inspection_and_never_the_accused(app) {
        let id = accusation(&app, "机密甲字号线索", "cgj").await;
        let may = entitled(&app, &id).await;
        assert_eq!(may, ["director", "dispatcher", "jw", "officer"].into(), "as the table says");
        let file = attached(&app, "dispatcher", &id, "机密甲字号附件.pdf").await;
        hunt(&app, &[Planted { id: id.clone(), word: "机密甲字号线索" }, Planted { id: id.clone(), word: "机密甲字号附件" }]).await;
        shut(&app, &may, &file).await;
        for login in ["cgj", "cgj_head", "dispatcher2", "leader", "hj_director", "admin", "auditor"] {
            acts(&app, login, &id, "whi_00000000000000000000000000000009", "asg_00000000000000000000000000000009").await;
        }
        // Nobody is told by mail but those whom it is for.
        for mail in app.mails().await {
            assert!(!mail.contains("cgj@test.example") && !mail.contains("leader@test.example"), "{mail}");
        }
        app.done().await;
    }
}

on_both! {
    async fn calling_over_an_accusation_is_refused_and_the_attempt_recorded(app) {
        let id = accusation(&app, "机密乙字号线索", "cgj").await;
        let code = app.by("director").refused("draftWhistle", json!({
            "petitions": [id], "content": { "matter": tests::MATTER, "title": "核实", "request": "核实", "tried": "无",
                "units": [{ "unit": unit("cgj") }] }
        })).await;
        assert_eq!(code, "ACCUSATION");
        let found = app.app.store().notes(app.app.district(), "refused", 10).await.expect("notes");
        let note = found.first().expect("the attempt is noted");
        assert_eq!(note.actor.map(|it| it.to_string()), Some(app.person("director")));
        match &note.fact {
            engine::audit::AuditFact::Refused { act, code, case, units } => {
                assert_eq!((act.as_str(), code.as_str()), ("draft_whistle", "ACCUSATION"));
                assert_eq!(case.map(|it| PetitionId(it).to_string()), Some(id));
                assert_eq!(units, &[unit_id("cgj")]);
            }
            other => panic!("{other:?}"),
        }
        app.done().await;
    }
}

on_both! {
    async fn a_declared_interest_takes_effect_at_once_and_on_every_path(app) {
        let (petition, whistle) = whistled(&app, "机密丙字号纠纷").await;
        let id = whistle["id"].as_str().expect("an id").to_owned();
        assert!(sees(&app, "rsj2", &id).await);
        let letter = attached(&app, "dispatcher", &petition, "机密丙字号来信.pdf").await;
        let picture = attached(&app, "rsj2", &id, "机密丙字号现场.pdf").await;
        // Letters to rsj2 are written and not yet sent.
        let answer = app.by("rsj2").act("recuse", json!({ "case": id, "reason": "当事人系本人近亲属" }), "id").await;
        assert_eq!(answer["id"], id, "nothing of the case is shown any more");
        for case in [&petition, &id] {
            assert!(!sees(&app, "rsj2", case).await, "at once, on the whole matter");
            assert!(sees(&app, "rsj", case).await, "and nobody else loses it");
        }
        for mail in app.mails().await {
            assert!(!mail.contains("rsj2@test.example"), "what was written before is withheld: {mail}");
        }
        hunt(&app, &[
            Planted { id: petition.clone(), word: "机密丙字号纠纷" },
            Planted { id: petition.clone(), word: "机密丙字号来信" },
            Planted { id: id.clone(), word: "督促支付" },
            Planted { id: id.clone(), word: "机密丙字号现场" },
        ]).await;
        shut(&app, &entitled(&app, &petition).await, &letter).await;
        shut(&app, &entitled(&app, &id).await, &picture).await;
        acts(&app, "rsj2", &petition, &id, &part(&whistle, "rsj")).await;

        // A second whistle over the same petition is kept from them, too; and so is what was asked by key.
        app.by("director").act("withdrawWhistle", json!({ "whistle": id, "reason": "事项已由街道解决" }), "id").await;
        let again = drafted(&app, &[&petition], Some("general"), &["rsj"]).await;
        issued(&app, &again).await;
        assert!(!sees(&app, "rsj2", &again).await && sees(&app, "rsj", &again).await);
        app.done().await;
    }
}

on_both! {
    async fn a_recused_person_is_named_by_the_director_and_a_unit_that_owes_is_not(app) {
        let (petition, whistle) = whistled(&app, "机密丁字号纠纷").await;
        let id = whistle["id"].as_str().expect("an id").to_owned();
        let ask = |holder: String| json!({ "case": id, "holder": holder, "reason": "与一方有利害关系" });
        assert_eq!(app.by("rsj").refused("recuse", ask(app.person("zjj"))).await, "NOT_PERMITTED");
        assert_eq!(app.by("dispatcher").refused("recuse", ask(app.person("duty"))).await, "NOT_PERMITTED");
        assert_eq!(app.by("director").refused("recuse", ask(unit("rsj"))).await, "INVALID", "its duty goes to another first");
        app.by("director").act("recuse", ask(app.person("dispatcher2")), "id").await;
        app.by("director").act("recuse", ask(unit("zrj")), "id").await;
        assert!(!sees(&app, "dispatcher2", &petition).await);
        assert_eq!(app.by("director").refused("recuse", ask(app.person("dispatcher2"))).await, "ALREADY");
        let code = app.by("director").refused("addUnit", json!({ "whistle": id, "unit": unit("zrj"), "reason": "涉及土地" })).await;
        assert_eq!(code, "NOT_CALLABLE", "a recused unit is not called");
        app.done().await;
    }
}

/// Numbers that look drawn, and are the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("small") % n
    }
}

on_both! {
    async fn the_database_shows_what_the_table_says_however_the_district_is_reorganised(app) {
        let (petition, whistle) = whistled(&app, "调整前的纠纷").await;
        let second = accepted(&app, "另一件纠纷", "HOTLINE").await;
        app.by("director").act("recuse", json!({ "case": second, "holder": unit("zrj"), "reason": "利害关系" }), "id").await;
        let street = app.by("hj_dispatcher").act("registerPetition", json!({ "procedure": "DISPUTE", "source": "GRID", "title": "邻里纠纷" }), "id").await;
        let cases = [
            petition,
            whistle["id"].as_str().expect("an id").to_owned(),
            second,
            street["id"].as_str().expect("an id").to_owned(),
            accusation(&app, "反映问题", "cgj").await,
            accusation(&app, "反映问题", "gaj").await,
        ];
        let (store, district) = (app.app.store(), app.app.district());
        for seed in 0..8 {
            let mut dice = Dice(seed);
            let registers = app.app.registers().await.expect("registers");
            let mut units: Vec<_> = registers.directory.units().cloned().collect();
            units.sort_by_key(|it| (it.parent.is_some(), it.code.clone()));
            // Each stands under one before it, so that there is no ring; now and then one is taken over.
            for n in 1..units.len() {
                let above = units[dice.below(n)].id;
                let heir = (dice.below(4) == 0).then(|| units[dice.below(n)].id);
                let territory = (dice.below(4) == 0).then(|| units[dice.below(n)].id);
                let it = &mut units[n];
                (it.parent, it.heir, it.closed, it.territory) = (Some(above), heir, heir.is_some(), territory);
            }
            let by = app.app.notes(&app::By::default(), vec![]);
            store.put_units(district, units, None, &by, store::Commit::default()).await.expect("units");
            for case in &cases {
                let may = entitled(&app, case).await;
                for (login, ..) in PEOPLE {
                    let seen = sees(&app, login, case).await;
                    assert_eq!(may.contains(login), seen, "{login} and {case} in the district of seed {seed}");
                }
            }
        }
    }
}
