//! 更新化解措施: what is done, what came of it, what comes next; the review begins anew.

use chrono::NaiveDate;

use crate::{
    actor::Role,
    authority::{self, Relation},
    clock::{ClockKey, Step, Term},
    command::CommandKind,
    ids::PetitionId,
    petition::{Care, Petition, PetitionFact, Risk, Update, responsibility},
    refusal::{Problem, Refusal},
    stand::{Named, Stand},
    text::Words,
    whistle::Resolution,
};

/// 更新化解措施.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpdateMeasures {
    /// The petition.
    pub petition: PetitionId,
    /// 化解措施, as they are now.
    pub measures: Words,
    /// 进展: what came of it since the last time.
    pub progress: Option<Words>,
    /// 下一步.
    pub next: Option<Words>,
    /// The risk, where it is another now.
    pub risk: Option<Risk>,
    /// 化解时限, where it moves; later only by the director, who is not the owner.
    pub due_on: Option<NaiveDate>,
    /// Why it moves; mandatory where it moves later.
    pub reason: Option<Words>,
    /// 稳控, where it changes.
    pub care: Option<Care>,
    /// Whether whoever is named there has an account.
    pub care_known: bool,
    /// What it has come to. Resolved hands the entry in for 销号.
    pub resolution: Option<Resolution>,
}

impl UpdateMeasures {
    pub(crate) fn allowed(stand: &Stand<'_>, petition: &Petition) -> Result<(), Refusal> {
        stand.permit_petition(CommandKind::UpdateMeasures, petition)?;
        // In every stage: help goes on when the file is closed, until the entry is signed off.
        responsibility::open(petition).map(|_| ())
    }

    pub(crate) fn decide(self, stand: &mut Stand<'_>) -> Result<(), Refusal> {
        let petition = stand.petition(self.petition)?;
        Self::allowed(stand, petition)?;
        responsibility::cared_for(stand, petition, self.care, self.care_known)?;
        let entry = responsibility::open(petition)?;
        let due_on = self.due_on.filter(|it| *it != entry.due_on);
        let mut named = Named::new();
        let warning = stand.petition_warning(petition, Step::ReviewMeasures);
        if let Some(on) = due_on {
            let due = responsibility::due(stand, on)?;
            if on > entry.due_on {
                may_extend(stand, petition)?;
                if self.reason.is_none() {
                    return Err(Refusal::missing("reason"));
                }
            }
            named.insert(ClockKey::of(Step::Resolve), stand.facts.named(due, warning));
        } else if self.reason.is_some() {
            return Err(Refusal::invalid("reason", Problem::Contradiction));
        }
        let (calendar, now) = (stand.facts.calendar, stand.facts.now);
        let review = Term::counted(calendar, now, entry.rule.review, None, warning);
        named.insert(ClockKey::of(Step::ReviewMeasures), review);
        let update = Box::new(Update {
            measures: self.measures,
            progress: self.progress,
            next: self.next,
            risk: self.risk,
            due_on,
            reason: self.reason,
            care: self.care,
            resolution: self.resolution,
        });
        let fact = PetitionFact::MeasuresUpdated { update, by: stand.by()?, at: now };
        stand.record_petition(self.petition, fact, named)
    }
}

/// More time is given with the consent of the head (包案办法): by the director, and not to themselves.
fn may_extend(stand: &Stand<'_>, petition: &Petition) -> Result<(), Refusal> {
    let member = stand.decider()?;
    let directory = stand.facts.directory;
    let relations = authority::relations_to_petition(member, petition, [], directory);
    if !member.roles.contains(&Role::Director) || !relations.contains(&Relation::OwnCentre) {
        return Err(Refusal::NotPermitted { who: vec![Role::Director] });
    }
    if petition.entry().is_some_and(|it| it.owner.person == member.person) {
        return Err(Refusal::RulesOnItself);
    }
    Ok(())
}
