//! Acts on a petition.

use anyhow::Context as _;
use chrono::TimeDelta;
use engine::{
    Command,
    calendar::{Limit, LimitUnit},
    lists::MatterCode,
    petition::{
        AnswerKind, DeclineGround, LegalBar, Registration, Source,
        verbs::{
            Accept, Answer, Conclude, Decline, Extend, LinkDuplicate, RecogniseDifficult, Register,
            Reopen, SetLegalBar,
        },
    },
};

use super::{Act, Outcome, REGISTER};

/// The most representatives that come for many (信访工作条例 20).
const REPRESENTATIVES: u32 = 5;

/// 登记, as the data says.
pub(in crate::demo) fn register(key: &'static str) -> Act {
    register_with(key, None)
}

/// 登记, with a decision that is pending elsewhere.
pub(in crate::demo) fn register_barred(key: &'static str, bar: LegalBar) -> Act {
    register_with(key, Some(bar))
}

fn register_with(key: &'static str, legal_bar: Option<LegalBar>) -> Act {
    Act::on_petition(REGISTER, key, move |desk| {
        let petition = desk.begin_petition(key);
        let petitioner = desk.petitioner(key)?;
        let row = desk.world.petition(key)?;
        let (title, detail) = (desk.title(&row.title)?, desk.text(&row.detail)?);
        let visit = row.source == Source::Visit;
        let accused = row.accused.iter().map(|it| desk.unit(it)).collect::<Result<_, _>>()?;
        let registration = Box::new(Registration {
            district: desk.district(),
            centre: desk.unit,
            number: desk.number.take().context("a petition without a number")?,
            procedure: row.procedure,
            source: row.source,
            nature: row.nature,
            title,
            detail: Some(detail),
            petitioner: Some(petitioner),
            people: row.people,
            representatives: visit.then_some(row.people.min(REPRESENTATIVES)),
            place: Some(desk.unit(&row.place)?),
            household: None,
            residence: None,
            matter: Some(MatterCode::new(&row.matter)),
            class: None,
            external_ref: None,
            external_due: None,
            received_at: Some(desk.now - TimeDelta::minutes(10)),
            legal_bar,
            accused,
        });
        Ok(Command::RegisterPetition(Register { petition, registration }))
    })
}

/// 受理; the centre's own lead in the data is the unit that answers it.
pub(in crate::demo) fn accept(key: &'static str) -> Act {
    Act::on_petition("acceptPetition", key, move |desk| {
        let competent = Some(desk.unit(&desk.row(key)?.lead)?);
        Ok(Command::AcceptPetition(Accept { petition: desk.cases.petition(key)?, competent }))
    })
}

/// 不予受理, with the route that is told.
pub(in crate::demo) fn decline(
    key: &'static str,
    ground: DeclineGround,
    route: &'static str,
) -> Act {
    Act::on_petition("declinePetition", key, move |desk| {
        let (petition, route) = (desk.cases.petition(key)?, desk.text(route)?);
        Ok(Command::DeclinePetition(Decline { petition, ground, route }))
    })
}

/// 认定重复件.
pub(in crate::demo) fn duplicate(key: &'static str, of: &'static str) -> Act {
    Act::on_petition("linkDuplicate", key, move |desk| {
        let (petition, of) = (desk.cases.petition(key)?, desk.cases.petition(of)?);
        Ok(Command::LinkDuplicate(LinkDuplicate { petition, of }))
    })
}

/// 认定疑难复杂, for the reason in the data.
pub(in crate::demo) fn difficult(key: &'static str) -> Act {
    Act::on_petition("recogniseDifficult", key, move |desk| {
        let petition = desk.cases.petition(key)?;
        let row = desk.world.petition(key)?;
        let reason = row.difficult_reason.as_deref().context("no reason in the data")?;
        let reason = desk.text(reason)?;
        Ok(Command::RecogniseDifficult(RecogniseDifficult { petition, reason }))
    })
}

/// 标记法定途径.
pub(in crate::demo) fn barred(key: &'static str, bar: LegalBar, reason: &'static str) -> Act {
    Act::on_petition("setLegalBar", key, move |desk| {
        let (petition, reason) = (desk.cases.petition(key)?, desk.text(reason)?);
        Ok(Command::SetLegalBar(SetLegalBar { petition, bar: Some(bar), reason }))
    })
}

/// 答复.
pub(in crate::demo) fn answer(
    key: &'static str,
    answer: AnswerKind,
    text: &'static str,
    outcome: Outcome,
) -> Act {
    Act::on_petition("answerPetition", key, move |desk| {
        let (petition, text) = (desk.cases.petition(key)?, desk.text(text)?);
        let resolution = desk.resolution(outcome)?;
        Ok(Command::AnswerPetition(Answer { petition, answer, text, resolution }))
    })
}

/// 延期答复, by thirty days.
pub(in crate::demo) fn extend_answer(key: &'static str, reason: &'static str) -> Act {
    Act::on_petition("extendPetition", key, move |desk| {
        let (petition, reason) = (desk.cases.petition(key)?, desk.text(reason)?);
        let limit = Limit::new(30, LimitUnit::NaturalDay)?;
        Ok(Command::ExtendPetition(Extend { petition, limit, reason }))
    })
}

/// 诉求办结.
pub(in crate::demo) fn conclude(key: &'static str) -> Act {
    Act::on_petition("concludePetition", key, move |desk| {
        Ok(Command::ConcludePetition(Conclude { petition: desk.cases.petition(key)? }))
    })
}

/// 重新办理.
pub(in crate::demo) fn reopen(key: &'static str, reason: &'static str) -> Act {
    Act::on_petition("reopenPetition", key, move |desk| {
        let (petition, reason) = (desk.cases.petition(key)?, desk.text(reason)?);
        Ok(Command::ReopenPetition(Reopen { petition, reason }))
    })
}
