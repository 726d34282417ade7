//! The year is played once, and held against what the report and the stories say.

use std::{collections::BTreeMap, sync::Arc, time::Instant};

use app::{Attempt, Parts, SystemIds};
use engine::{
    Event, StreamId,
    account::{Rules, administer, pass::Pass},
    clock::{ClockKey, Step},
    notice::NoticeKind,
    petition::{Petition, PetitionFact},
    whistle::{Assignment, Ratification, Resolution, ReturnRight, Whistle, WhistleFact},
};
use store::{LetterFilter, Options};

use super::*;

/// A district whose year was played.
struct District {
    app: App,
    clock: Arc<HeldClock>,
    world: World,
    played: Played,
    _folder: tempfile::TempDir,
}

impl District {
    async fn played() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("demo.sqlite").display());
        let store = Store::open(&Options::of(url)).await.unwrap();
        store.keyring().replace([(1, store::Key::new([7; store::KEY_LEN]))], 1).unwrap();
        store.migrate().await.unwrap();
        let clock = Arc::new(HeldClock::at(begins().unwrap()));
        set_up(&store, begins().unwrap()).await.unwrap();
        let parts = Parts {
            store,
            clock: clock.clone(),
            wall: clock.clone(),
            ids: Arc::new(SystemIds),
            domain: "zhangwan.example".to_owned(),
            accounts: Rules::default(),
        };
        let app = App::open(parts).await.unwrap();
        let mut told = vec![];
        let began = Instant::now();
        let played = play(&app, &clock, &mut |percent, what| told.push((percent, what.to_owned())))
            .await
            .unwrap_or_else(|error| panic!("{error:#}"));
        println!("played {} acts in {:?}", played.acts, began.elapsed());
        println!("{played:?}");
        assert_eq!(told.last().map(|it| it.0), Some(100));
        assert!(told.is_sorted_by_key(|it| it.0));
        let world = World::read().unwrap();
        Self { app, clock, world, played, _folder: folder }
    }

    async fn caller(&self, login: &str) -> Caller {
        caller(&self.app, &self.world, login).await.unwrap()
    }

    async fn whistles(&self, filter: WhistleFilter) -> Vec<Whistle> {
        let page = PageRequest { first: 100, after: None, count: false };
        let director = self.caller("gezh").await;
        let page = self.app.whistles(&director, &filter, WhistleOrder::Newest, page).await.unwrap();
        page.items.into_iter().map(|(_, it)| it.into_inner()).collect()
    }

    async fn petitions(&self, filter: PetitionFilter) -> Vec<Petition> {
        let page = PageRequest { first: 100, after: None, count: false };
        let director = self.caller("gezh").await;
        let page =
            self.app.petitions(&director, &filter, PetitionOrder::Newest, page).await.unwrap();
        page.items.into_iter().map(|(_, it)| it.into_inner()).collect()
    }

    async fn events(&self, stream: StreamId) -> Vec<Event> {
        let page = PageRequest { first: 100, after: None, count: false };
        let director = self.caller("gezh").await;
        let page = self.app.events(&director, stream, page).await.unwrap().unwrap();
        assert!(!page.more);
        page.items.into_iter().map(|(_, it)| it.into_inner().envelope.event).collect()
    }

    /// How many letters there are of each kind.
    async fn letters(&self) -> BTreeMap<NoticeKind, usize> {
        let director = self.caller("gezh").await;
        let filter = LetterFilter { everybody: true, ..LetterFilter::default() };
        let (mut res, mut after) = (BTreeMap::new(), None);
        loop {
            let page = PageRequest { first: 100, after, count: false };
            let page = self.app.letters(&director, &filter, page).await.unwrap();
            for (cursor, it) in page.items {
                *res.entry(it.kind).or_default() += 1;
                after = Some(cursor);
            }
            if !page.more {
                return res;
            }
        }
    }
}

fn tally<'a>(stages: impl Iterator<Item = &'a str>) -> BTreeMap<String, usize> {
    let mut res = BTreeMap::new();
    stages.for_each(|it| *res.entry(it.to_owned()).or_default() += 1);
    res
}

#[tokio::test(flavor = "multi_thread")]
async fn the_year_comes_out_as_the_report_counts_it() {
    let it = District::played().await;
    counts(&it).await;
    stages(&it).await;
    may_day(&it).await;
    facts(&it).await;
    people(&it).await;
    store_is_whole(&it).await;
    accounts_sign_in(&it).await;
}

/// 21 批次, and 6 difficult petitions resolved; more that were not difficult.
async fn counts(it: &District) {
    assert_eq!((it.played.issued, it.played.difficult_resolved), (21, 6));
    let issued = it.whistles(WhistleFilter { year: Some(2019), ..WhistleFilter::default() }).await;
    assert_eq!(issued.len(), 21);
    let mut serials: Vec<String> =
        issued.iter().filter_map(|it| Some(it.issued.as_ref()?.serial.clone())).collect();
    serials.sort();
    let at_the_street = serials.iter().filter(|it| it.starts_with("汉江路吹")).count();
    assert_eq!((serials.len(), at_the_street), (21, 1));
    assert!(serials.contains(&"张吹〔2019〕20号".to_owned()));
    let easy = PetitionFilter {
        difficult: Some(false),
        resolution: Some(ResolutionKind::Resolved.into()),
        ..PetitionFilter::default()
    };
    let easy = it.petitions(easy).await.len();
    assert!(easy > 6, "{easy} petitions were resolved and not difficult");
}

/// Every stage that a stranger may want to see is there.
async fn stages(it: &District) {
    let whistles = it.whistles(WhistleFilter::default()).await;
    let found = tally(whistles.iter().map(|it| it.stage.code()));
    for stage in [
        "draft",
        "under_review",
        "responding",
        "handling",
        "verifying",
        "long_term",
        "closed",
        "terminated",
        "withdrawn",
        "escalated",
    ] {
        assert!(found.contains_key(stage), "no whistle is {stage}");
    }
    let petitions = it.petitions(PetitionFilter::default()).await;
    let found = tally(petitions.iter().map(|it| it.stage.code()));
    for stage in [
        "registered",
        "not_accepted",
        "accepted",
        "in_progress",
        "answered",
        "concluded",
        "duplicate",
    ] {
        assert!(found.contains_key(stage), "no petition is {stage}");
    }
    assert_eq!(petitions.len(), 34);
}

/// The May-Day change of 2019-03-22 moved a date that ran, later, and letters told of it.
async fn may_day(it: &District) {
    let mut moved = vec![];
    for petition in it.petitions(PetitionFilter::default()).await {
        let mut before = Petition::blank(petition.id);
        for event in it.events(StreamId::Petition(petition.id)).await {
            let Event::Petition(event) = event else { continue };
            if let PetitionFact::CalendarAdopted { calendar: 2, .. } = event.fact {
                for start in &event.starts {
                    let was = before.clocks.get(&start.key).unwrap().due;
                    assert!(was <= start.term.due);
                    if was < start.term.due {
                        moved.push((start.key.step, was, start.term.due));
                    }
                }
            }
            before = engine::evolve(before, &event);
        }
    }
    let day = |text: &str| script::instant(&format!("{text} 00:00")).unwrap();
    assert_eq!(moved, [(Step::Answer, day("05-04"), day("05-06"))]);
}

/// What the stories tell happened.
async fn facts(it: &District) {
    let mut found: BTreeMap<&'static str, usize> = BTreeMap::new();
    let mut raised = 0;
    for whistle in it.whistles(WhistleFilter::default()).await {
        raised += usize::from(whistle.raised_from.is_some());
        for event in it.events(StreamId::Whistle(whistle.id)).await {
            let Event::Whistle(event) = event else { continue };
            *found.entry((&event.fact).into()).or_default() += 1;
        }
    }
    for fact in [
        "sent_back",
        "amended",
        "endorsed",
        "ratified",
        "petition_attached",
        "return_requested",
        "return_ruled",
        "dispute_opened",
        "dispute_climbed",
        "designated",
        "absence_recorded",
        "unit_added",
        "unit_released",
        "lead_changed",
        "consulted",
        "progressed",
        "extension_requested",
        "extension_ruled",
        "reworked",
        "hold_requested",
        "held_long_term",
        "blown_again",
        "escalated",
        "calendar_adopted",
        "lapsed",
    ] {
        assert!(found.contains_key(fact), "nobody {fact}");
    }
    assert_eq!(raised, 1);
    let letters = it.letters().await;
    for kind in [NoticeKind::DateMoved, NoticeKind::LevelRaised, NoticeKind::Overdue] {
        assert!(letters.contains_key(&kind), "no letter is {kind}");
    }
}

/// The turns that single stories are told for.
async fn people(it: &District) {
    let all = it.whistles(WhistleFilter::default()).await;
    let blown = |serial: &str| -> &Whistle {
        let serial = format!("张吹〔2019〕{serial}号");
        all.iter().find(|it| it.issued.as_ref().is_some_and(|it| it.serial == serial)).unwrap()
    };
    let part = |whistle: &Whistle, code: &str| -> Assignment {
        let unit = it.world.unit(code).unwrap();
        whistle.assignments.values().find(|it| it.unit == unit).unwrap().clone()
    };
    // The deputy was below the rank; the head, recalled, is who stands on record in the end.
    let below = it.events(StreamId::Whistle(blown("3").id)).await;
    let below = below.iter().filter(|it| match it {
        Event::Whistle(it) => {
            matches!(&it.fact, WhistleFact::ReportedIn { attendance, .. } if attendance.below_rank)
        }
        Event::Petition(_) => false,
    });
    assert_eq!(below.count(), 1);
    assert!(!part(blown("3"), "rsj").attendance.unwrap().below_rank);
    // Blown at night, and ratified.
    assert_eq!(blown("4").ratification, Ratification::Granted);
    assert!(blown("4").issued.as_ref().unwrap().blown_now);
    // One whistle over three petitions, of which two are resolved.
    let outcomes = blown("5").petitions.values().filter_map(|it| it.outcome.as_ref());
    let resolved = outcomes.filter(|it| **it == Resolution::Resolved).count();
    assert_eq!((blown("5").petitions.len(), resolved), (3, 2));
    // Acknowledged by telephone in time, recorded late.
    let (_, acknowledged) = part(blown("5"), "hj").acknowledged.unwrap();
    assert_eq!(acknowledged, script::instant("04-02 10:05").unwrap());
    // Another unit in the place of the one that returned, for good.
    assert_eq!(part(blown("13"), "cgj").return_right, ReturnRight::Designated);
    // Raised by the third blow, for a leader to issue.
    let chuyb = it.world.person("chuyb").unwrap().id();
    assert!(blown("14").raised_from.is_some());
    assert_eq!(blown("14").issued.as_ref().unwrap().by, chuyb);
    // Overdue and open; and acknowledged by nobody.
    let lead = blown("18").lead().unwrap();
    assert!(blown("18").clocks[&ClockKey::at(Step::Handle, lead.id)].lapsed);
    assert!(blown("20").assignments.values().all(|it| it.acknowledged.is_none()));
}

/// Every state is the fold of its history, and nothing that is due waits.
async fn store_is_whole(it: &District) {
    let (faults, n_streams) = it.app.store().check_folds(it.app.district()).await.unwrap();
    assert_eq!(faults, Vec::<String>::new());
    assert!(n_streams >= 34 + 23);
    assert_eq!(it.app.now(), ends().unwrap());
    let next = it.app.store().next_due().await.unwrap().unwrap();
    assert!(next > ends().unwrap(), "{next} was not fired");
    let last = it.app.store().last_event_at().await.unwrap().unwrap();
    assert!(last <= ends().unwrap());
    it.clock.set(begins().unwrap());
    assert_eq!(it.app.now(), ends().unwrap(), "the clock only moves forward");
}

/// Tokens stand for the accounts they are told with, and the password for all.
async fn accounts_sign_in(it: &District) {
    for account in &it.played.accounts {
        let caller = it.app.admit(&account.token, None).await.unwrap().unwrap();
        assert_eq!(caller.member.person, it.world.person(&account.name).unwrap().id());
        assert_eq!(caller.pass, Pass::full_token());
        let privileged = account.roles.iter().any(|it| it.is_privileged());
        assert_eq!(account.totp.is_some(), privileged, "{}", account.name);
    }
    // Each of the three administrators is among them, with no other role.
    for role in [Role::SystemAdmin, Role::SecurityAdmin, Role::Auditor] {
        assert!(it.played.accounts.iter().any(|it| it.roles == [role]), "{role}");
    }
    for it in it.world.people() {
        let roles = it.roles.iter().copied().collect();
        assert_eq!(administer::compatible(&roles), Ok(()), "{}", it.login);
    }
    let attempt = Attempt {
        name: "tanxm".to_owned(),
        password: PASSWORD.to_owned(),
        code: None,
        device: None,
        session: None,
        source: None,
    };
    let signed_in = it.app.sign_in(attempt).await.unwrap();
    assert_eq!((signed_in.roles, signed_in.must), (vec![Role::Dispatcher], vec![]));
}
