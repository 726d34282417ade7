//! Commands: everything that can be asked, and the one function that answers.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use strum::{EnumDiscriminants, EnumIter, EnumString, IntoStaticStr};

use crate::{
    actor::{Actor, Member, Role},
    event::Event,
    facts::Facts,
    file::{self, AttachFile, OpenFile},
    ids::{AssignmentId, PetitionId, UnitId, WhistleId},
    petition::{Petition, verbs as petition},
    recusal::Recuse,
    refusal::{Problem, Refusal},
    scene::{Scene, StreamId},
    stand::Stand,
    whistle::verbs as whistle,
};

/// Something asked for, in the imperative. One file for each holds its input and its rule.
#[derive(Debug, Clone, PartialEq, Eq, EnumDiscriminants)]
#[strum_discriminants(
    name(CommandKind),
    derive(EnumIter, EnumString, IntoStaticStr, PartialOrd, Ord, Hash),
    strum(serialize_all = "snake_case"),
    doc = "A command without its input."
)]
#[expect(missing_docs, reason = "each variant is documented by the struct it holds")]
pub enum Command {
    RegisterPetition(petition::Register),
    AcceptPetition(petition::Accept),
    DeclinePetition(petition::Decline),
    LinkDuplicate(petition::LinkDuplicate),
    RecogniseDifficult(petition::RecogniseDifficult),
    SetLegalBar(petition::SetLegalBar),
    AnswerPetition(petition::Answer),
    ExtendPetition(petition::Extend),
    ConcludePetition(petition::Conclude),
    ReopenPetition(petition::Reopen),
    AssignCaseOwner(petition::AssignCaseOwner),
    UpdateMeasures(petition::UpdateMeasures),
    SignOff(petition::SignOff),
    DraftWhistle(whistle::Draft),
    AmendWhistle(whistle::Amend),
    SubmitWhistle(whistle::Submit),
    EndorseWhistle(whistle::Endorse),
    SendBackWhistle(whistle::SendBack),
    IssueWhistle(whistle::Issue),
    BlowNow(whistle::BlowNow),
    Ratify(whistle::Ratify),
    AttachPetition(whistle::AttachPetition),
    DetachPetition(whistle::DetachPetition),
    Acknowledge(whistle::Acknowledge),
    RequestReturn(whistle::RequestReturn),
    RuleReturn(whistle::RuleReturn),
    OpenDispute(whistle::OpenDispute),
    Designate(whistle::Designate),
    ReportIn(whistle::ReportIn),
    RecordAbsence(whistle::RecordAbsence),
    AddUnit(whistle::AddUnit),
    ReleaseUnit(whistle::ReleaseUnit),
    ChangeLead(whistle::ChangeLead),
    Consult(whistle::Consult),
    ReportProgress(whistle::ReportProgress),
    RequestExtension(whistle::RequestExtension),
    RuleExtension(whistle::RuleExtension),
    Reply(whistle::Reply),
    Verify(whistle::Verify),
    Rate(whistle::Rate),
    CloseWhistle(whistle::Close),
    RequestHold(whistle::RequestHold),
    HoldWhistle(whistle::Hold),
    ResumeWhistle(whistle::Resume),
    TerminateWhistle(whistle::Terminate),
    WithdrawWhistle(whistle::Withdraw),
    BlowAgain(whistle::BlowAgain),
    EscalateWhistle(whistle::Escalate),
    Supervise(whistle::Supervise),
    Recuse(Recuse),
    Unseal(petition::Unseal),
    ErasePerson(petition::ErasePerson),
    AttachFile(AttachFile),
    OpenFile(OpenFile),
    Lapse(Lapse),
}

/// The scheduler's command: a deadline has passed, or a newer calendar is to be adopted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lapse {
    /// The stream.
    pub stream: StreamId,
    /// The clock; none where only the calendar is to be adopted.
    pub key: Option<crate::clock::ClockKey>,
}

/// What a command is about.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Target {
    /// The whistle it changes; its petitions are part of the scene.
    pub whistle: Option<WhistleId>,
    /// The assignment whose version the caller may name.
    pub assignment: Option<AssignmentId>,
    /// Petitions that it changes or reads.
    pub petitions: BTreeSet<PetitionId>,
    /// Whether it begins the stream that it names first.
    pub begins: bool,
    /// Whether the other whistles over its petitions are part of the scene, too.
    pub linked: bool,
}

impl CommandKind {
    /// Whether a scan is owed where it is recorded for another. A file is its own paper.
    #[must_use]
    pub fn owes_scan(self) -> bool {
        self != Self::AttachFile && self != Self::Lapse
    }

    /// The command's code, as tables and spans name it.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.into()
    }

    /// The command's name in Chinese.
    #[must_use]
    pub fn zh(self) -> &'static str {
        match self {
            Self::RegisterPetition => "登记",
            Self::AcceptPetition => "受理",
            Self::DeclinePetition => "不予受理",
            Self::LinkDuplicate => "认定重复件",
            Self::RecogniseDifficult => "认定疑难复杂",
            Self::SetLegalBar => "标记法定途径",
            Self::AnswerPetition => "答复",
            Self::ExtendPetition => "延期答复",
            Self::ConcludePetition => "诉求办结",
            Self::ReopenPetition => "重新办理",
            Self::AssignCaseOwner => "包案",
            Self::UpdateMeasures => "更新化解措施",
            Self::SignOff => "销号",
            Self::DraftWhistle => "草拟",
            Self::AmendWhistle => "修改",
            Self::SubmitWhistle => "提交",
            Self::EndorseWhistle => "审核",
            Self::SendBackWhistle => "退回补正",
            Self::IssueWhistle => "签发",
            Self::BlowNow => "先吹后补",
            Self::Ratify => "追认",
            Self::AttachPetition => "并入诉求",
            Self::DetachPetition => "移出诉求",
            Self::Acknowledge => "签收",
            Self::RequestReturn => "申请退单",
            Self::RuleReturn => "退单裁定",
            Self::OpenDispute => "启动争议会商",
            Self::Designate => "指定主办",
            Self::ReportIn => "确认报到",
            Self::RecordAbsence => "记录未报到",
            Self::AddUnit => "增派",
            Self::ReleaseUnit => "释放",
            Self::ChangeLead => "改派主办",
            Self::Consult => "会商纪要",
            Self::ReportProgress => "阶段反馈",
            Self::RequestExtension => "申请延期",
            Self::RuleExtension => "延期审批",
            Self::Reply => "办理反馈",
            Self::Verify => "核查",
            Self::Rate => "记录评价",
            Self::CloseWhistle => "办结",
            Self::RequestHold => "申请挂账",
            Self::HoldWhistle => "挂账审批",
            Self::ResumeWhistle => "恢复办理",
            Self::TerminateWhistle => "终止办理",
            Self::WithdrawWhistle => "撤哨",
            Self::BlowAgain => "二次吹哨",
            Self::EscalateWhistle => "升级吹哨",
            Self::Supervise => "督办",
            Self::Recuse => "回避",
            Self::Unseal => "调阅身份信息",
            Self::ErasePerson => "清除个人信息",
            Self::AttachFile => "上传附件",
            Self::OpenFile => "调阅封存附件",
            Self::Lapse => "期限届满",
        }
    }
}

impl Command {
    /// Which command it is.
    #[must_use]
    pub fn kind(&self) -> CommandKind {
        self.into()
    }

    /// What it is about, so that the caller knows what to load.
    #[must_use]
    pub fn target(&self) -> Target {
        let petition = |id: &PetitionId| Target { petitions: [*id].into(), ..Target::default() };
        let whistle = |id: &WhistleId| Target { whistle: Some(*id), ..Target::default() };
        let part = |id: &WhistleId, assignment: &AssignmentId| Target {
            whistle: Some(*id),
            assignment: Some(*assignment),
            ..Target::default()
        };
        match self {
            Self::RegisterPetition(it) => Target { begins: true, ..petition(&it.petition) },
            Self::AcceptPetition(it) => petition(&it.petition),
            Self::DeclinePetition(it) => petition(&it.petition),
            Self::LinkDuplicate(it) => {
                Target { petitions: [it.petition, it.of].into(), ..Target::default() }
            }
            Self::RecogniseDifficult(it) => petition(&it.petition),
            Self::SetLegalBar(it) => petition(&it.petition),
            Self::AnswerPetition(it) => petition(&it.petition),
            Self::ExtendPetition(it) => petition(&it.petition),
            Self::ConcludePetition(it) => petition(&it.petition),
            Self::ReopenPetition(it) => petition(&it.petition),
            // Whoever owns a case sees each whistle over it, and each whistle is told.
            Self::AssignCaseOwner(it) => Target { linked: true, ..petition(&it.petition) },
            Self::UpdateMeasures(it) => petition(&it.petition),
            Self::SignOff(it) => Target { linked: true, ..petition(&it.petition) },
            Self::DraftWhistle(it) => Target {
                whistle: Some(it.whistle),
                petitions: it.petitions.clone(),
                begins: true,
                ..Target::default()
            },
            Self::BlowNow(it) => Target {
                whistle: Some(it.draft.whistle),
                petitions: it.draft.petitions.clone(),
                begins: true,
                ..Target::default()
            },
            Self::AmendWhistle(it) => whistle(&it.whistle),
            Self::SubmitWhistle(it) => whistle(&it.whistle),
            Self::EndorseWhistle(it) => whistle(&it.whistle),
            Self::SendBackWhistle(it) => whistle(&it.whistle),
            Self::IssueWhistle(it) => whistle(&it.whistle),
            Self::Ratify(it) => whistle(&it.whistle),
            Self::AttachPetition(it) => {
                Target { petitions: [it.petition].into(), ..whistle(&it.whistle) }
            }
            Self::DetachPetition(it) => whistle(&it.whistle),
            Self::Acknowledge(it) => part(&it.whistle, &it.assignment),
            Self::RequestReturn(it) => part(&it.whistle, &it.assignment),
            Self::RuleReturn(it) => part(&it.whistle, &it.assignment),
            Self::OpenDispute(it) => part(&it.whistle, &it.assignment),
            Self::Designate(it) => part(&it.whistle, &it.assignment),
            Self::ReportIn(it) => part(&it.whistle, &it.assignment),
            Self::RecordAbsence(it) => part(&it.whistle, &it.assignment),
            Self::AddUnit(it) => whistle(&it.whistle),
            Self::ReleaseUnit(it) => part(&it.whistle, &it.assignment),
            Self::ChangeLead(it) => whistle(&it.whistle),
            Self::Consult(it) => whistle(&it.whistle),
            Self::ReportProgress(it) => part(&it.whistle, &it.assignment),
            Self::RequestExtension(it) => part(&it.whistle, &it.assignment),
            Self::RuleExtension(it) => part(&it.whistle, &it.assignment),
            Self::Reply(it) => part(&it.whistle, &it.assignment),
            Self::Verify(it) => whistle(&it.whistle),
            Self::Rate(it) => whistle(&it.whistle),
            Self::CloseWhistle(it) => whistle(&it.whistle),
            Self::RequestHold(it) => whistle(&it.whistle),
            Self::HoldWhistle(it) => whistle(&it.whistle),
            Self::ResumeWhistle(it) => whistle(&it.whistle),
            Self::TerminateWhistle(it) => whistle(&it.whistle),
            Self::WithdrawWhistle(it) => whistle(&it.whistle),
            Self::BlowAgain(it) => whistle(&it.whistle),
            Self::EscalateWhistle(it) => whistle(&it.whistle),
            Self::Supervise(it) => part(&it.whistle, &it.assignment),
            Self::Recuse(it) => match it.case {
                StreamId::Petition(id) => Target { linked: true, ..petition(&id) },
                StreamId::Whistle(id) => Target { linked: true, ..whistle(&id) },
            },
            Self::OpenFile(it) => match it.case {
                StreamId::Petition(id) => Target { linked: true, ..petition(&id) },
                StreamId::Whistle(id) => whistle(&id),
            },
            // A lead stands to a petition by the whistles over it.
            Self::Unseal(it) => Target { linked: true, ..petition(&it.petition) },
            Self::ErasePerson(it) => petition(&it.petition),
            Self::AttachFile(it) => match it.case {
                StreamId::Petition(id) => petition(&id),
                StreamId::Whistle(id) => Target { assignment: it.assignment, ..whistle(&id) },
            },
            Self::Lapse(it) => match it.stream {
                StreamId::Petition(id) => petition(&id),
                StreamId::Whistle(id) => whistle(&id),
            },
        }
    }

    /// The units that it would call by name.
    #[must_use]
    pub fn calls(&self) -> Vec<UnitId> {
        match self {
            Self::DraftWhistle(it) => it.asked.calls.iter().map(|it| it.unit).collect(),
            Self::BlowNow(it) => it.draft.asked.calls.iter().map(|it| it.unit).collect(),
            Self::AmendWhistle(it) => it.asked.calls.iter().map(|it| it.unit).collect(),
            Self::AddUnit(it) => vec![it.unit],
            Self::ChangeLead(it) => vec![it.unit],
            Self::Designate(it) => vec![it.unit],
            Self::RuleReturn(it) => it.replacement.into_iter().collect(),
            Self::RegisterPetition(_)
            | Self::AcceptPetition(_)
            | Self::DeclinePetition(_)
            | Self::LinkDuplicate(_)
            | Self::RecogniseDifficult(_)
            | Self::SetLegalBar(_)
            | Self::AnswerPetition(_)
            | Self::ExtendPetition(_)
            | Self::ConcludePetition(_)
            | Self::ReopenPetition(_)
            | Self::AssignCaseOwner(_)
            | Self::UpdateMeasures(_)
            | Self::SignOff(_)
            | Self::SubmitWhistle(_)
            | Self::EndorseWhistle(_)
            | Self::SendBackWhistle(_)
            | Self::IssueWhistle(_)
            | Self::Ratify(_)
            | Self::AttachPetition(_)
            | Self::DetachPetition(_)
            | Self::Acknowledge(_)
            | Self::RequestReturn(_)
            | Self::OpenDispute(_)
            | Self::ReportIn(_)
            | Self::RecordAbsence(_)
            | Self::ReleaseUnit(_)
            | Self::Consult(_)
            | Self::ReportProgress(_)
            | Self::RequestExtension(_)
            | Self::RuleExtension(_)
            | Self::Reply(_)
            | Self::Verify(_)
            | Self::Rate(_)
            | Self::CloseWhistle(_)
            | Self::RequestHold(_)
            | Self::HoldWhistle(_)
            | Self::ResumeWhistle(_)
            | Self::TerminateWhistle(_)
            | Self::WithdrawWhistle(_)
            | Self::BlowAgain(_)
            | Self::EscalateWhistle(_)
            | Self::Supervise(_)
            | Self::Recuse(_)
            | Self::Unseal(_)
            | Self::ErasePerson(_)
            | Self::AttachFile(_)
            | Self::OpenFile(_)
            | Self::Lapse(_) => vec![],
        }
    }

    /// Whether it takes the next numbers of its centre.
    #[must_use]
    pub fn takes_numbers(&self) -> bool {
        let kind = self.kind();
        kind == CommandKind::IssueWhistle || kind == CommandKind::BlowNow
    }
}

/// What happens if `actor` asks for `command`: the events, in order, on each stream; or a refusal.
///
/// # Errors
/// A [`Refusal`] says why not; nothing has happened then.
pub fn decide(
    scene: &Scene,
    actor: &Actor,
    command: Command,
    facts: &Facts<'_>,
) -> Result<Vec<(StreamId, Event)>, Refusal> {
    recorder(scene, actor, facts, &command)?;
    let mut stand = Stand::new(scene.clone(), actor, facts);
    let target = command.target();
    if !target.begins {
        let streams = match target.whistle {
            Some(id) => vec![StreamId::Whistle(id)],
            None => target.petitions.iter().map(|it| StreamId::Petition(*it)).collect(),
        };
        streams.into_iter().for_each(|it| stand.adopt_calendar(it));
    }
    let n_before = stand.n_events();
    let owes_scan = facts.on_behalf_of.is_some() && command.kind().owes_scan();
    match command {
        Command::RegisterPetition(it) => it.decide(&mut stand),
        Command::AcceptPetition(it) => it.decide(&mut stand),
        Command::DeclinePetition(it) => it.decide(&mut stand),
        Command::LinkDuplicate(it) => it.decide(&mut stand),
        Command::RecogniseDifficult(it) => it.decide(&mut stand),
        Command::SetLegalBar(it) => it.decide(&mut stand),
        Command::AnswerPetition(it) => it.decide(&mut stand),
        Command::ExtendPetition(it) => it.decide(&mut stand),
        Command::ConcludePetition(it) => it.decide(&mut stand),
        Command::ReopenPetition(it) => it.decide(&mut stand),
        Command::AssignCaseOwner(it) => it.decide(&mut stand),
        Command::UpdateMeasures(it) => it.decide(&mut stand),
        Command::SignOff(it) => it.decide(&mut stand),
        Command::DraftWhistle(it) => it.decide(&mut stand),
        Command::AmendWhistle(it) => it.decide(&mut stand),
        Command::SubmitWhistle(it) => it.decide(&mut stand),
        Command::EndorseWhistle(it) => it.decide(&mut stand),
        Command::SendBackWhistle(it) => it.decide(&mut stand),
        Command::IssueWhistle(it) => it.decide(&mut stand),
        Command::BlowNow(it) => it.decide(&mut stand),
        Command::Ratify(it) => it.decide(&mut stand),
        Command::AttachPetition(it) => it.decide(&mut stand),
        Command::DetachPetition(it) => it.decide(&mut stand),
        Command::Acknowledge(it) => it.decide(&mut stand),
        Command::RequestReturn(it) => it.decide(&mut stand),
        Command::RuleReturn(it) => it.decide(&mut stand),
        Command::OpenDispute(it) => it.decide(&mut stand),
        Command::Designate(it) => it.decide(&mut stand),
        Command::ReportIn(it) => it.decide(&mut stand),
        Command::RecordAbsence(it) => it.decide(&mut stand),
        Command::AddUnit(it) => it.decide(&mut stand),
        Command::ReleaseUnit(it) => it.decide(&mut stand),
        Command::ChangeLead(it) => it.decide(&mut stand),
        Command::Consult(it) => it.decide(&mut stand),
        Command::ReportProgress(it) => it.decide(&mut stand),
        Command::RequestExtension(it) => it.decide(&mut stand),
        Command::RuleExtension(it) => it.decide(&mut stand),
        Command::Reply(it) => it.decide(&mut stand),
        Command::Verify(it) => it.decide(&mut stand),
        Command::Rate(it) => it.decide(&mut stand),
        Command::CloseWhistle(it) => it.decide(&mut stand),
        Command::RequestHold(it) => it.decide(&mut stand),
        Command::HoldWhistle(it) => it.decide(&mut stand),
        Command::ResumeWhistle(it) => it.decide(&mut stand),
        Command::TerminateWhistle(it) => it.decide(&mut stand),
        Command::WithdrawWhistle(it) => it.decide(&mut stand),
        Command::BlowAgain(it) => it.decide(&mut stand),
        Command::EscalateWhistle(it) => it.decide(&mut stand),
        Command::Supervise(it) => it.decide(&mut stand),
        Command::Recuse(it) => it.decide(&mut stand),
        Command::Unseal(it) => it.decide(&mut stand),
        Command::ErasePerson(it) => it.decide(&mut stand),
        Command::AttachFile(it) => it.decide(&mut stand),
        Command::OpenFile(it) => it.decide(&mut stand),
        Command::Lapse(it) => it.decide(&mut stand),
    }?;
    if owes_scan && let Some((stream, version)) = stand.first_since(n_before) {
        file::owe(&mut stand, stream, version)?;
    }
    Ok(stand.into_events())
}

/// Before when an act on this cannot have happened: the part was served, the whistle issued or
/// drafted, the petition registered.
fn earliest(scene: &Scene, target: &Target) -> Option<DateTime<Utc>> {
    if target.begins {
        return None;
    }
    let Some(whistle) = target.whistle.and_then(|id| scene.whistles.get(&id)) else {
        let petitions = target.petitions.iter().filter_map(|id| scene.petitions.get(id));
        return petitions.filter_map(|it| it.registered_at).max();
    };
    let served = target.assignment.and_then(|id| whistle.assignments.get(&id));
    let issued = whistle.issued.as_ref().map(|it| it.at);
    served.map(|it| it.served_at).or(issued).or(whistle.drafted_at)
}

/// Whether the actor may record an act for somebody else: at the centre, or within their own unit.
fn recorder(
    scene: &Scene,
    actor: &Actor,
    facts: &Facts<'_>,
    command: &Command,
) -> Result<(), Refusal> {
    let Some(behalf) = facts.on_behalf_of else { return Ok(()) };
    let Actor::Member(recorder) = actor else {
        return Err(Refusal::invalid("onBehalfOf", Problem::Contradiction));
    };
    if behalf.occurred_at > facts.now {
        return Err(Refusal::invalid("occurredAt", Problem::Future));
    }
    let target = command.target();
    if earliest(scene, &target).is_some_and(|it| behalf.occurred_at < it) {
        return Err(Refusal::invalid("occurredAt", Problem::Past));
    }
    let centre = |member: &Member| {
        [Role::Dispatcher, Role::Director, Role::DutyLeader]
            .iter()
            .any(|it| member.roles.contains(it))
    };
    let own =
        recorder.unit == behalf.member.unit && recorder.roles.iter().any(|it| it.reads_cases());
    // An owner of a case sits elsewhere, and what they say of it is recorded where it is kept.
    let case = match target.whistle {
        Some(id) => scene.whistles.get(&id).and_then(|it| it.centre),
        None => {
            let mut petitions = target.petitions.iter().filter_map(|it| scene.petitions.get(it));
            petitions.next().and_then(Petition::centre)
        }
    };
    if own || (centre(recorder) && case == Some(recorder.unit)) {
        Ok(())
    } else {
        Err(Refusal::NotPermitted { who: vec![Role::Dispatcher, Role::Director, Role::DutyLeader] })
    }
}

impl Lapse {
    fn decide(self, stand: &mut Stand<'_>) -> Result<(), Refusal> {
        match stand.actor {
            Actor::System => (),
            Actor::Member(_) => return Err(Refusal::NotPermitted { who: vec![] }),
        }
        let Some(key) = self.key else { return Ok(()) };
        match self.stream {
            StreamId::Petition(id) => petition::lapse(stand, id, key),
            StreamId::Whistle(id) => whistle::lapse(stand, id, key),
        }
    }
}

/// Something that can be done to a case, and why not, where it cannot be done now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// The command.
    pub kind: CommandKind,
    /// The assignment it would be about.
    pub assignment: Option<AssignmentId>,
    /// Why not; none where it can be done now.
    pub refusal: Option<Refusal>,
}

/// What an actor may do to a case now, and why not the rest.
///
/// Asks the same rules as [`decide`], before any input: what is permitted here can still be refused
/// for what is given.
#[must_use]
pub fn actions(scene: &Scene, stream: StreamId, actor: &Actor, facts: &Facts<'_>) -> Vec<Action> {
    let stand = Stand::new(scene.clone(), actor, facts);
    match stream {
        StreamId::Petition(id) => match scene.petitions.get(&id) {
            Some(it) => petition::actions(&stand, it),
            None => vec![],
        },
        StreamId::Whistle(id) => match scene.whistles.get(&id) {
            Some(it) => whistle::actions(&stand, it),
            None => vec![],
        },
    }
}
