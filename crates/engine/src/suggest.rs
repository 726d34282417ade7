//! 派单建议: which row of the lists a petition falls under and why, whom that row calls, and what was
//! considered and passed over. It advises; a draft that departs from its row needs a reason.

mod ruling;
mod said;

use std::collections::BTreeSet;

use chrono::NaiveDate;

pub use ruling::{Outcome, Precedent, Ruling, Similar, similar};

use crate::{
    Facts, Refusal, Scene,
    actor::{Actor, Rank, Role},
    alike::{Reading, Weights},
    calendar::Limit,
    clock::Step,
    command::CommandKind,
    directory::Unit,
    file::FileKind,
    ids::{PetitionId, UnitId},
    lists::{Hours, Initiation, KindCode, LevelCode, Lists, Matter, MatterCode, Power, PowerCode},
    petition::Petition,
    refusal::Problem,
    stand::Stand,
    whistle::{AssignmentRole, Purpose, verbs},
};

/// The most rows that are shown beside the one that fired.
const SHOWN: usize = 5;

/// What a suggestion is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The petition.
    pub petition: PetitionId,
    /// Its title and its text. The rules keep neither.
    pub text: &'a str,
    /// The matter that the asker has in mind, where they have one.
    pub matter: Option<&'a MatterCode>,
}

/// Why a row speaks for a petition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// 指定: the asker named it.
    Chosen,
    /// 登记: the petition was registered as this matter.
    Registered,
    /// 分类对照: the petition's class, or one above it, stands for this matter.
    Class {
        /// The class whose row says so.
        class: String,
    },
    /// 字面相近: what the petition says holds words of the row.
    Words {
        /// The phrases in common.
        common: Vec<String>,
        /// How much of what is telling in the row's name the petition holds, or half of that for its
        /// condition, whichever is more, in per cent.
        share: u8,
    },
}

impl Why {
    /// What a person said comes before what the lists say, and that before what words say.
    fn weight(&self) -> (u8, u8) {
        match self {
            Self::Chosen => (3, 0),
            Self::Registered => (2, 0),
            Self::Class { .. } => (1, 0),
            Self::Words { share, .. } => (0, *share),
        }
    }
}

/// Why a row was passed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rejected {
    /// 已失效.
    Expired {
        /// The last day on which it could be whistled.
        until: NaiveDate,
    },
    /// 无权发起: the centre that asks may not blow this kind and level.
    NotBlown {
        /// Kind and level in words.
        pair: String,
    },
    /// 依据较弱: another row has a stronger reason.
    Weaker,
}

/// A row that was considered and passed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PassedOver {
    /// The row.
    pub matter: Matter,
    /// What spoke for it.
    pub why: Vec<Why>,
    /// What spoke against it.
    pub rejected: Rejected,
}

/// Where a suggested unit comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Because {
    /// The row names it.
    Row,
    /// The row names a unit that it took over from.
    Heir {
        /// The code in the row.
        of: String,
    },
    /// 属地: the row names no lead, and the matter happened in this unit's place (R9).
    Place,
}

/// A unit that is suggested.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SuggestedCall {
    /// The unit.
    pub unit: UnitId,
    /// As what.
    pub role: AssignmentRole,
    /// Why.
    pub because: Because,
}

/// Why a unit that the row names, or whose place it is, is not suggested.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LeftOut {
    /// No unit has this code.
    Unknown,
    /// It is closed, and nobody took over from it.
    Closed,
    /// The initiation list does not let this centre call units of its kind.
    NotCallable,
    /// 回避、被举报: it is accused or recused, or stands under such a unit (R2, R3).
    Shut,
    /// It is called already, by another name.
    Twice,
}

/// A unit that was considered and left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitLeftOut {
    /// What it is called, or its code where nobody is called so.
    pub unit: String,
    /// As what it was considered.
    pub role: AssignmentRole,
    /// Why not.
    pub why: LeftOut,
}

/// An item of the catalogue that the row cites; of a centre without a catalogue the code alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cited {
    /// 权责清单编码.
    pub code: PowerCode,
    /// The item.
    pub power: Option<Power>,
}

/// A limit that would run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SuggestedLimit {
    /// The step.
    pub step: Step,
    /// How long.
    pub limit: Limit,
    /// Whether it is the matter's own and not that of its kind and level.
    pub own: bool,
    /// Where it comes from.
    pub source: String,
}

/// A level that repeated whistles raise (R33).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raised {
    /// From this kind and level, which the row says.
    pub from: (KindCode, LevelCode),
    /// Because it would be so manieth whistle over the petition.
    pub nth: u32,
}

/// The row that fired, and what follows from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fired {
    /// 事项清单的行.
    pub matter: Matter,
    /// All that speaks for it, the strongest first.
    pub why: Vec<Why>,
    /// 哨种.
    pub kind: KindCode,
    /// 等级.
    pub level: LevelCode,
    /// Where kind and level are not the row's.
    pub raised: Option<Raised>,
    /// The lowest rank that must come.
    pub attendee: Option<Rank>,
    /// 权责清单.
    pub powers: Vec<Cited>,
    /// Whom to call, the lead first; no lead where nobody could be named.
    pub calls: Vec<SuggestedCall>,
    /// Who was considered and left out.
    pub left_out: Vec<UnitLeftOut>,
    /// 审核人.
    pub endorse: Vec<Role>,
    /// 签发人.
    pub issue: Vec<Role>,
    /// 必备材料.
    pub materials: Vec<FileKind>,
    /// Whether it must be said what was already tried.
    pub tried_required: bool,
    /// 时段.
    pub hours: Hours,
    /// 限次.
    pub at_most: Option<u32>,
    /// The legal basis of the calling power.
    pub basis: String,
    /// The limits that would run for the units.
    pub limits: Vec<SuggestedLimit>,
    /// 不适用情形: phrases of the row's exceptions that the petition holds, too.
    pub caution: Vec<String>,
}

/// What is suggested.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// Why no whistle may be blown over it as things are; what is suggested holds for later.
    pub barred: Option<Refusal>,
    /// The row that fired; none where the petition is off the list.
    pub fired: Option<Box<Fired>>,
    /// What was considered and passed over, the strongest first.
    pub passed_over: Vec<PassedOver>,
}

/// Suggests under which row a centre would whistle over a petition.
///
/// # Errors
/// [`Refusal::NotPermitted`] for whoever may not draft a whistle over it, and a refusal for a matter
/// or a petition that is unknown.
pub fn suggest(
    scene: &Scene,
    actor: &Actor,
    facts: &Facts<'_>,
    asked: &Asked<'_>,
) -> Result<Suggestion, Refusal> {
    let stand = Stand::new(scene.clone(), actor, facts);
    let directory = facts.directory;
    let petition = stand.petition(asked.petition)?;
    let centre = stand.decider()?.unit;
    stand.permit(CommandKind::DraftWhistle, |it| {
        crate::authority::relations_to_centre(it, centre, directory)
    })?;
    stand.within(centre, petition)?;
    if asked.matter.is_some_and(|it| facts.lists.matters.get(it).is_none()) {
        return Err(Refusal::invalid("matter", Problem::Unknown));
    }
    let barred = verbs::may_be_whistled(petition, Purpose::Resolve).err();
    if petition.is_accusation() {
        return Ok(Suggestion { barred, fired: None, passed_over: vec![] });
    }
    let asker = Asker { stand: &stand, petition, centre };
    let reading = Reading::of(asked.text);
    let mut candidates = candidates(facts.lists, petition, asked, &reading);
    candidates.sort_by_key(|(_, why)| std::cmp::Reverse(why.iter().map(Why::weight).max()));
    let mut fired = None;
    let mut passed_over = vec![];
    for (matter, why) in candidates {
        let rejected = match asker.row(matter) {
            Ok(row) if fired.is_none() => {
                fired = Some(Box::new(asker.fire(matter, row, why, &reading)));
                continue;
            }
            Ok(_) => Rejected::Weaker,
            Err(rejected) => rejected,
        };
        passed_over.push(PassedOver { matter: matter.clone(), why, rejected });
    }
    passed_over.truncate(SHOWN);
    Ok(Suggestion { barred, fired, passed_over })
}

/// Every row for which something speaks, with all that does, the strongest first.
fn candidates<'a>(
    lists: &'a Lists,
    petition: &Petition,
    asked: &Asked<'_>,
    reading: &Reading,
) -> Vec<(&'a Matter, Vec<Why>)> {
    let registration = petition.registration.as_deref();
    let registered = registration.and_then(|it| it.matter.as_ref());
    let class = registration.and_then(|it| it.class.as_ref());
    let class = class.and_then(|it| lists.nearest_mapped(it));
    let words = |it: &Matter| format!("{} {} {}", it.name, it.subcategory, it.condition);
    let texts: Vec<String> = lists.matters.rows.iter().map(words).collect();
    let weights = Weights::of(texts.iter().map(String::as_str));
    let mut res = vec![];
    for (it, text) in lists.matters.rows.iter().zip(&texts) {
        let name = weights.share(reading, &format!("{} {}", it.name, it.subcategory));
        let share = name.max(weights.share(reading, &it.condition) / 2);
        let mut why = vec![];
        if asked.matter == Some(&it.code) {
            why.push(Why::Chosen);
        }
        if registered == Some(&it.code) {
            why.push(Why::Registered);
        }
        if let Some(class) = class.filter(|class| class.matter.as_ref() == Some(&it.code)) {
            why.push(Why::Class { class: class.key() });
        }
        let common = reading.common(text);
        if share > 0 && !common.is_empty() {
            why.push(Why::Words { common, share });
        }
        if !why.is_empty() {
            res.push((it, why));
        }
    }
    res
}

/// Who asks, over what.
struct Asker<'a> {
    stand: &'a Stand<'a>,
    petition: &'a Petition,
    centre: UnitId,
}

/// A kind and level under which a row would be blown, with the row of the initiation list.
struct Row<'a> {
    initiation: &'a Initiation,
    kind: KindCode,
    level: LevelCode,
    raised: Option<Raised>,
}

impl Asker<'_> {
    /// How this centre would blow a matter now, or why it may not.
    fn row(&self, matter: &Matter) -> Result<Row<'_>, Rejected> {
        let facts = self.stand.facts;
        let lists = facts.lists;
        if let Some(until) = matter.until.filter(|_| !matter.is_in_force(facts.today())) {
            return Err(Rejected::Expired { until });
        }
        let nth = self.petition.n_whistles() + 1;
        let raise = lists.process.raised(&matter.kind, &matter.level, nth);
        let (kind, level) =
            raise.map_or((&matter.kind, &matter.level), |it| (&it.to_kind, &it.to_level));
        let tier = facts.directory.unit(self.centre).map(|it| it.tier);
        let initiation = tier.and_then(|it| lists.initiation.get(it, kind, level));
        let initiation =
            initiation.ok_or_else(|| Rejected::NotBlown { pair: lists.pair(kind, level) })?;
        Ok(Row {
            initiation,
            kind: kind.clone(),
            level: level.clone(),
            raised: raise
                .map(|_| Raised { from: (matter.kind.clone(), matter.level.clone()), nth }),
        })
    }

    fn fire(&self, matter: &Matter, row: Row<'_>, why: Vec<Why>, reading: &Reading) -> Fired {
        let lists = self.stand.facts.lists;
        let (calls, left_out) = self.calls(matter, row.initiation);
        let process = lists.process.get(&row.kind, &row.level);
        let assisted = calls.iter().any(|it| it.role == AssignmentRole::Assist);
        let steps = [Step::Acknowledge, Step::ReportIn, Step::Interim, Step::Handle, Step::Task];
        let limit = |step: Step| {
            if step == Step::Task && !assisted {
                return None;
            }
            let rule = process?.required(step)?;
            let limit = process?.limit(step, Some(matter), 1)?;
            let own = limit != rule.limit;
            let source = if own { &matter.source } else { &rule.source };
            Some(SuggestedLimit { step, limit, own, source: source.clone() })
        };
        let cited = |it: &PowerCode| Cited { code: it.clone(), power: lists.power(it).cloned() };
        Fired {
            matter: matter.clone(),
            why,
            attendee: lists.level(&row.level).map(|it| it.attendee),
            kind: row.kind,
            level: row.level,
            raised: row.raised,
            powers: matter.powers.iter().map(cited).collect(),
            calls,
            left_out,
            endorse: row.initiation.endorse.clone(),
            issue: row.initiation.issue.clone(),
            materials: row.initiation.needed().collect(),
            tried_required: row.initiation.tried_required,
            hours: row.initiation.hours,
            at_most: row.initiation.at_most,
            basis: row.initiation.basis.clone(),
            limits: steps.into_iter().filter_map(limit).collect(),
            caution: reading.common(&matter.not_when),
        }
    }

    /// Whom the row calls. Where it names no lead, the unit leads in whose place it happened.
    fn calls(&self, matter: &Matter, row: &Initiation) -> (Vec<SuggestedCall>, Vec<UnitLeftOut>) {
        let directory = self.stand.facts.directory;
        let (mut calls, mut left_out) = (vec![], vec![]);
        let mut seen = BTreeSet::new();
        let mut consider = |unit: Result<&Unit, LeftOut>, named: &str, role, because| {
            let fit = unit.and_then(|it| {
                if !row.may_call.contains(&it.kind) {
                    return Err(LeftOut::NotCallable);
                }
                self.stand.untainted(self.petition, it.id).map_err(|_| LeftOut::Shut)?;
                if seen.insert(it.id) { Ok(it.id) } else { Err(LeftOut::Twice) }
            });
            match fit {
                Ok(unit) => calls.push(SuggestedCall { unit, role, because }),
                Err(why) => left_out.push(UnitLeftOut { unit: named.to_owned(), role, why }),
            }
        };
        let named = matter.lead.iter().map(|it| (it, AssignmentRole::Lead));
        for (code, role) in
            named.chain(matter.assists.iter().map(|it| (it, AssignmentRole::Assist)))
        {
            let own = directory.by_code(code);
            let unit = match (directory.answering(code), own) {
                (Some(it), _) => Ok(it),
                (None, Some(_)) => Err(LeftOut::Closed),
                (None, None) => Err(LeftOut::Unknown),
            };
            let same = matches!((&unit, own), (Ok(it), Some(own)) if it.id == own.id);
            let because = if same { Because::Row } else { Because::Heir { of: code.clone() } };
            let name = own.map_or(code.as_str(), |it| it.name.as_str());
            consider(unit, name, role, because);
        }
        let place = self.petition.registration.as_deref().and_then(|it| it.place);
        let place = place.and_then(|it| directory.unit(directory.stands_for(it)));
        if let (None, Some(place)) = (&matter.lead, place) {
            let unit = if place.closed { Err(LeftOut::Closed) } else { Ok(place) };
            consider(unit, &place.name, AssignmentRole::Lead, Because::Place);
        }
        (calls, left_out)
    }
}
