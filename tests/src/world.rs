//! The world of the scenarios: a district, a street under it, some departments, and their people.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use engine::{
    actor::{Rank, Role},
    calendar::Calendar,
    directory::{Tier, Unit, UnitKind},
    ids::{AuditId, DistrictId, PersonId, UnitId},
    lists::Lists,
};
use store::{Account, NewAccount, Notes, Store};
use uuid::Uuid;

/// A matter of the preset lists, 攻坚 at the level 重点, led by `rsj` with `zjj`.
pub const MATTER: &str = "wage_arrears";

/// The id of the unit with this code.
pub fn unit_id(code: &str) -> UnitId {
    UnitId(id("unit", code))
}

fn id(kind: &str, name: &str) -> Uuid {
    let digest = engine::text::Digest::of(format!("{kind} {name}").as_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest.0[..16]);
    Uuid::from_bytes(bytes)
}

/// (code, name, kind, tier, parent)
const UNITS: &[(&str, &str, UnitKind, Tier, Option<&str>)] = &[
    ("qzx", "某区综治中心", UnitKind::Centre, Tier::District, None),
    ("hjzx", "汉江街道综治中心", UnitKind::Centre, Tier::Township, Some("qzx")),
    ("hj", "汉江街道", UnitKind::Township, Tier::Township, Some("qzx")),
    ("rsj", "区人社局", UnitKind::Department, Tier::District, Some("qzx")),
    ("zjj", "区住建局", UnitKind::Department, Tier::District, Some("qzx")),
    ("zrj", "区自然资源局", UnitKind::Department, Tier::District, Some("qzx")),
    ("cgj", "区城管局", UnitKind::Department, Tier::District, Some("qzx")),
    ("czj", "区财政局", UnitKind::Department, Tier::District, Some("qzx")),
    ("kjj", "区科经局", UnitKind::Department, Tier::District, Some("qzx")),
    ("ybj", "区医保局", UnitKind::Department, Tier::District, Some("qzx")),
    ("yjj", "区应急局", UnitKind::Department, Tier::District, Some("qzx")),
    ("rqgs", "市燃气公司", UnitKind::External, Tier::District, Some("qzx")),
    ("lxhy", "区信访联席会议", UnitKind::Conference, Tier::District, Some("qzx")),
    ("jw", "区纪委监委", UnitKind::Discipline, Tier::District, Some("qzx")),
    ("gaj", "区公安局", UnitKind::Department, Tier::District, Some("qzx")),
    ("hjpcs", "汉江派出所", UnitKind::Institution, Tier::Township, Some("gaj")),
];

/// Everybody: login, unit, roles, rank.
pub const PEOPLE: &[(&str, &str, &[Role], Rank)] = &[
    ("dispatcher", "qzx", &[Role::Dispatcher], Rank::Staff),
    ("dispatcher2", "qzx", &[Role::Dispatcher], Rank::Staff),
    ("director", "qzx", &[Role::Director], Rank::Head),
    ("duty", "qzx", &[Role::DutyLeader], Rank::DeputyHead),
    ("leader", "qzx", &[Role::Leader], Rank::Head),
    ("admin", "qzx", &[Role::SystemAdmin], Rank::Staff),
    ("auditor", "qzx", &[Role::Auditor], Rank::Staff),
    ("hj_dispatcher", "hjzx", &[Role::Dispatcher], Rank::Staff),
    ("hj_director", "hjzx", &[Role::Director], Rank::Head),
    ("rsj", "rsj", &[Role::Liaison], Rank::Staff),
    ("rsj2", "rsj", &[Role::Liaison], Rank::Staff),
    ("rsj_head", "rsj", &[Role::UnitLeader], Rank::Head),
    ("zjj", "zjj", &[Role::Liaison], Rank::Staff),
    ("zjj_head", "zjj", &[Role::UnitLeader], Rank::Head),
    ("zrj", "zrj", &[Role::Liaison], Rank::Staff),
    ("zrj_head", "zrj", &[Role::UnitLeader], Rank::Head),
    ("cgj", "cgj", &[Role::Liaison], Rank::Staff),
    ("cgj_head", "cgj", &[Role::UnitLeader], Rank::Head),
    ("yjj", "yjj", &[Role::Liaison, Role::UnitLeader], Rank::Head),
    ("rqgs", "rqgs", &[Role::Liaison, Role::UnitLeader], Rank::Head),
    ("convenor", "lxhy", &[Role::Leader], Rank::Head),
    ("officer", "qzx", &[Role::PetitionOfficer], Rank::Staff),
    ("grid", "qzx", &[Role::GridWorker], Rank::Staff),
    ("program", "qzx", &[Role::Service], Rank::Staff),
    ("security", "qzx", &[Role::SecurityAdmin], Rank::Staff),
    ("hj_head", "hj", &[Role::UnitLeader], Rank::Head),
    ("jw", "jw", &[Role::Liaison, Role::UnitLeader], Rank::Head),
    ("gaj_head", "gaj", &[Role::UnitLeader], Rank::Head),
    ("pcs", "hjpcs", &[Role::Liaison, Role::UnitLeader], Rank::Head),
];

/// Sets up the world. Nobody signs in with a password here; the hash opens nothing.
pub(crate) async fn set_up(store: &Store, now: DateTime<Utc>) -> HashMap<String, PersonId> {
    let district = DistrictId(id("district", "test"));
    store.add_district(district, "mq", "某区").await.expect("a district");
    let units = UNITS
        .iter()
        .map(|(code, name, kind, tier, parent)| Unit {
            id: unit_id(code),
            code: (*code).to_owned(),
            name: (*name).to_owned(),
            short_name: (*name).to_owned(),
            kind: *kind,
            tier: *tier,
            parent: parent.map(unit_id),
            // A police station answers to its bureau and to the street that it works in.
            territory: (*code == "hjpcs").then(|| unit_id("hj")),
            closed: false,
            heir: None,
        })
        .collect();
    let by = Notes::by_program(now, AuditId(id("log", "world")));
    store.put_units(district, units, None, &by, store::Commit::default()).await.expect("units");
    let people: Vec<NewAccount> = PEOPLE
        .iter()
        .map(|(login, unit, roles, rank)| NewAccount {
            account: Account {
                person: PersonId(id("person", login)),
                login: (*login).to_owned(),
                unit: unit_id(unit),
                roles: roles.to_vec(),
                rank: *rank,
                post: "职务".to_owned(),
                mail: Some(format!("{login}@test.example")),
                disabled: false,
            },
            name: format!("测试{login}"),
            password_hash: "-".to_owned(),
            password_at: None,
            password_reset: false,
        })
        .collect();
    store.add_accounts(district, people, &by).await.expect("people");
    store.add_lists(district, &Lists::preset().expect("the preset"), &by).await.expect("lists");
    for calendar in Calendar::presets().expect("the presets") {
        store.add_calendar(district, &calendar, &by).await.expect("a calendar");
    }
    PEOPLE.iter().map(|(login, ..)| ((*login).to_owned(), PersonId(id("person", login)))).collect()
}
