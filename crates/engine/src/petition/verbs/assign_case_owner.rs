//! 包案: a leader comes to own a case, or another does, with a date by which it is to be settled.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use crate::{
    actor::{Rank, Role},
    authority,
    clock::{ClockKey, Step, Term},
    command::CommandKind,
    ids::{PersonId, PetitionId, UnitId},
    petition::{
        Assigned, Care, CaseOwner, EntryRule, Petition, PetitionFact, Risk, responsibility,
    },
    refusal::{Problem, Refusal},
    stand::{self, Named, Stand},
    text::Words,
};

/// 包案, 改派包案领导.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssignCaseOwner {
    /// The petition.
    pub petition: PetitionId,
    /// Who owns it from now on.
    pub owner: PersonId,
    /// The roles that they have there now; none where nobody of that id can act.
    pub roles: BTreeSet<Role>,
    /// Of which unit.
    pub unit: UnitId,
    /// Of which rank.
    pub rank: Rank,
    /// In which post.
    pub post: Option<Words>,
    /// The risk.
    pub risk: Risk,
    /// 化解时限.
    pub due_on: NaiveDate,
    /// 稳控; as it was where none is given.
    pub care: Option<Care>,
    /// Whether whoever is named there has an account.
    pub care_known: bool,
    /// Why; mandatory where an entry is open.
    pub reason: Option<Words>,
}

/// The rule of the level that the petition has.
fn rule(stand: &Stand<'_>, petition: &Petition) -> Result<EntryRule, Refusal> {
    let lists = stand.facts.lists;
    let level = petition.level(lists).ok_or(Refusal::NoProcess)?;
    let rule = lists.responsibility.get(&level.code).ok_or(Refusal::NoProcess)?;
    Ok(EntryRule {
        level: rule.level.clone(),
        case_owner: rule.case_owner,
        review: rule.review,
        papers: rule.papers.clone(),
    })
}

impl AssignCaseOwner {
    pub(crate) fn allowed(stand: &Stand<'_>, petition: &Petition) -> Result<(), Refusal> {
        stand.permit_petition(CommandKind::AssignCaseOwner, petition)?;
        // Before the stage: an accusation goes to discipline inspection, and is nobody's to settle.
        if petition.is_accusation() {
            return Err(Refusal::Accusation);
        }
        if petition.owed().is_none() {
            return Err(stand::wrong_petition_stage(petition));
        }
        Ok(())
    }

    pub(crate) fn decide(self, stand: &mut Stand<'_>) -> Result<(), Refusal> {
        let petition = stand.petition(self.petition)?;
        Self::allowed(stand, petition)?;
        let Self { owner, unit, rank, post, risk, due_on, care, care_known, reason, .. } = self;
        if !self.roles.iter().any(|it| authority::OWNERS.contains(it)) {
            return Err(Refusal::invalid("owner", Problem::Unknown));
        }
        let owner = CaseOwner { person: owner, unit, rank, post };
        if stand.facts.directory.unit(unit).is_none_or(|it| it.closed) {
            return Err(Refusal::invalid("unit", Problem::Unknown));
        }
        responsibility::untainted(stand, petition, &owner)?;
        responsibility::cared_for(stand, petition, care, care_known)?;
        let due = responsibility::due(stand, due_on)?;
        let rule = rule(stand, petition)?;
        if owner.rank < rule.case_owner {
            return Err(Refusal::BelowRank { least: rule.case_owner });
        }
        if let Some(entry) = petition.entry() {
            if reason.is_none() {
                return Err(Refusal::missing("reason"));
            }
            let same = entry.owner == owner && (entry.risk, entry.due_on) == (risk, due_on);
            if same && care.is_none_or(|it| entry.care == Some(it)) && entry.rule == rule {
                return Err(Refusal::Already);
            }
            // More time is given with the consent of the head, and nobody gives it to themselves.
            if due_on > entry.due_on && stand.by()? == entry.owner.person {
                return Err(Refusal::RulesOnItself);
            }
        }
        let warning = stand.petition_warning(petition, Step::ReviewMeasures);
        let (calendar, now) = (stand.facts.calendar, stand.facts.now);
        let named = Named::from([
            (
                ClockKey::of(Step::ReviewMeasures),
                Term::counted(calendar, now, rule.review, None, warning),
            ),
            (ClockKey::of(Step::Resolve), stand.facts.named(due, warning)),
        ]);
        let person = owner.person;
        let assigned = Box::new(Assigned { owner, rule, risk, due_on, care, reason });
        let fact = PetitionFact::CaseOwnerAssigned { assigned, by: stand.by()?, at: now };
        stand.record_petition(self.petition, fact, named)?;
        stand.tell_whistles(self.petition, Some(person))
    }
}
