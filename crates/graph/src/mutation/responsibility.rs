//! Mutations of 化解责任清单: input to command, result to object.

use async_graphql::{Context, Object, Result};
use engine::{
    Command,
    actor::Rank,
    ids::{PersonId, UnitId},
    petition::{Care, verbs},
};

use super::run::{resolution, run};
use crate::{
    context::{app, registers},
    input::{
        id,
        responsibility::{AssignCaseOwnerInput, CareInput, SignOffInput, UpdateMeasuresInput},
    },
    object::Petition,
};

/// 化解责任清单.
#[derive(Default)]
pub(crate) struct ResponsibilityMutation;

/// 化解责任清单.
#[Object]
impl ResponsibilityMutation {
    /// 包案: a leader comes to own a case, or another does.
    #[graphql(complexity = "2000 + child_complexity")]
    async fn assign_case_owner(
        &self,
        ctx: &Context<'_>,
        input: AssignCaseOwnerInput,
    ) -> Result<Petition> {
        let petition = id(ctx, "petition", &input.petition)?;
        let owner: PersonId = id(ctx, "owner", &input.owner)?;
        let (care, care_known) = care(ctx, input.care.as_ref())?;
        let registers = registers(ctx)?;
        // Nobody has no role in no unit, and is refused for that, after authority was asked.
        let member = registers.member(owner, app(ctx)?.now());
        let unit = member.as_ref().map_or(UnitId(uuid::Uuid::nil()), |it| it.unit);
        let roles = member.map(|it| it.roles).unwrap_or_default();
        let rank = registers.account(owner).map_or(Rank::Staff, |it| it.rank);
        run(ctx, "assign_case_owner", &input, &input.common, |it| {
            Ok(Command::AssignCaseOwner(verbs::AssignCaseOwner {
                petition,
                owner,
                roles,
                unit,
                rank,
                post: it.optional("post", input.post.as_deref())?,
                risk: input.risk.into(),
                due_on: input.due_on,
                care,
                care_known,
                reason: it.optional("reason", input.reason.as_deref())?,
            }))
        })
        .await
    }

    /// 更新化解措施: what is done, what came of it, what comes next.
    #[graphql(complexity = "2000 + child_complexity")]
    async fn update_measures(
        &self,
        ctx: &Context<'_>,
        input: UpdateMeasuresInput,
    ) -> Result<Petition> {
        let petition = id(ctx, "petition", &input.petition)?;
        let (care, care_known) = care(ctx, input.care.as_ref())?;
        run(ctx, "update_measures", &input, &input.common, |it| {
            let come_to = input
                .resolution
                .map(|what| resolution(it, what, input.remainder.as_deref()))
                .transpose()?;
            Ok(Command::UpdateMeasures(verbs::UpdateMeasures {
                petition,
                measures: it.text("measures", &input.measures)?,
                progress: it.optional("progress", input.progress.as_deref())?,
                next: it.optional("next", input.next.as_deref())?,
                risk: input.risk.map(Into::into),
                due_on: input.due_on,
                reason: it.optional("reason", input.reason.as_deref())?,
                care,
                care_known,
                resolution: come_to,
            }))
        })
        .await
    }

    /// 销号: an entry ends, accepted by somebody who neither owns nor handles the case.
    #[graphql(complexity = "2000 + child_complexity")]
    async fn sign_off(&self, ctx: &Context<'_>, input: SignOffInput) -> Result<Petition> {
        let petition = id(ctx, "petition", &input.petition)?;
        run(ctx, "sign_off", &input, &input.common, |it| {
            Ok(Command::SignOff(verbs::SignOff {
                petition,
                how: resolution(it, input.resolution, input.remainder.as_deref())?,
                fulfilment: it.optional("fulfilment", input.fulfilment.as_deref())?,
                text: it.text("text", &input.text)?,
            }))
        })
        .await
    }
}

/// Who helps and persuades, and whether the person has an account here.
fn care(ctx: &Context<'_>, given: Option<&CareInput>) -> Result<(Option<Care>, bool)> {
    let Some(given) = given else { return Ok((None, true)) };
    let person: Option<PersonId> =
        given.person.as_ref().map(|it| id(ctx, "person", it)).transpose()?;
    let registers = registers(ctx)?;
    let known = person.is_none_or(|it| registers.account(it).is_some());
    let unit = id(ctx, "unit", &given.unit)?;
    Ok((Some(Care { unit, person, next_visit: given.next_visit }), known))
}
