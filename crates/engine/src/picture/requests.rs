//! Everything that can be asked of a case, with input that is as good as the case allows.

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};

use super::{Body, Cast, Picture, Place, day, district, fresh, petition_id, words};
use crate::{
    actor::Rank,
    authority::audience::Holder,
    calendar::{Limit, LimitUnit},
    clock::{ClockKey, Clocks, Step},
    command::{Command, CommandKind, Lapse},
    directory::Tier,
    file::{AttachFile, FileKind, OpenFile, Received},
    ids::{self, AssignmentId, FileId, PersonId, PetitionId, UnitId, WhistleId},
    lists::{Initiation, KindCode, LevelCode},
    petition::{
        AnswerKind, Care, DeclineGround, LegalBar, Nature, Petition, Procedure, Registration, Risk,
        Source,
        verbs::{self as petition, Register},
    },
    recusal::Recuse,
    scene::{Scene, StreamId},
    supervision::Paper,
    text::Digest,
    whistle::{
        AssignmentRole, Judge, Purpose, Rating, Resolution, Split, Whistle,
        assignment::{Mode, ReplyOutcome, ReturnGround},
        fact::{TerminationGround, VerifyMethod},
        verbs::{self as verb, Asked, AskedCall, Draft, HoldRuling, Said},
    },
};

/// Something asked, and in which sense where a command has several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The sense, in Chinese; empty where there is one only.
    pub sense: &'static str,
    /// The command.
    pub command: Command,
}

impl Picture {
    /// A draft by the district over these petitions, calling the lead and both assists.
    #[must_use]
    pub fn draft(
        &self,
        whistle: WhistleId,
        petitions: &[PetitionId],
        kind: &str,
        level: &str,
    ) -> Draft {
        Draft {
            whistle,
            district: district(),
            centre: Body::District.id(),
            petitions: petitions.iter().copied().collect(),
            asked: asked(&KindCode::new(kind), &LevelCode::new(level)),
        }
    }

    /// A registration at the district's centre, under the statutory procedure.
    #[must_use]
    pub fn registration(&self, number: u32) -> Registration {
        Registration {
            district: district(),
            centre: Body::District.id(),
            number: format!("信〔2019〕{number:06}"),
            procedure: Procedure::Petition,
            source: Source::Visit,
            nature: Nature::Request,
            title: words(1),
            detail: None,
            petitioner: Some(PersonId(uuid::Uuid::from_u128(0x98))),
            people: 1,
            representatives: None,
            place: None,
            household: None,
            residence: None,
            matter: None,
            class: None,
            external_ref: None,
            external_due: None,
            received_at: None,
            legal_bar: None,
            accused: std::collections::BTreeSet::new(),
        }
    }

    /// The first row of the district's initiation list that does, or does not, let it blow now.
    fn row(&self, blow_now: bool) -> Option<&Initiation> {
        let mut rows = self.lists.initiation.rows.iter();
        rows.find(|it| it.tier == Tier::District && it.blow_now.is_empty() != blow_now)
    }

    /// What can be asked with this command here and now, in each of its senses. The input is what
    /// the rules take where they take anything, so a refusal is one of the rule and not of the input.
    #[must_use]
    pub fn requests(
        &self,
        kind: CommandKind,
        scene: &Scene,
        place: &Place,
        now: DateTime<Utc>,
    ) -> Vec<Request> {
        let one = |command: Command| vec![Request { sense: "", command }];
        let Place { petition, second, spare, .. } = *place;
        let next = WhistleId(ids::derive(fresh(scene), 99));
        let draft = |row: Option<&Initiation>| {
            let (kind, level) = row.map(|it| (&it.kind, &it.level))?;
            Some(self.draft(next, &[petition], &kind.0, &level.0))
        };
        match kind {
            CommandKind::RegisterPetition => one(Command::RegisterPetition(Register {
                petition: petition_id(900),
                registration: Box::new(self.registration(900)),
            })),
            CommandKind::Recuse => {
                let case = place.whistle.map_or(StreamId::Petition(petition), StreamId::Whistle);
                let other = Holder::Person(PersonId(uuid::Uuid::from_u128(0x99)));
                let recuse = |sense, holder| Request {
                    sense,
                    command: Command::Recuse(Recuse { case, holder, reason: words(56) }),
                };
                vec![recuse("本人", None), recuse("他人", Some(other))]
            }
            CommandKind::Unseal => {
                one(Command::Unseal(petition::Unseal { petition, reason: words(57) }))
            }
            CommandKind::ErasePerson => one(Command::ErasePerson(petition::ErasePerson {
                petition,
                texts: true,
                reason: words(58),
            })),
            CommandKind::AttachFile => {
                let case = place.whistle.map_or(StreamId::Petition(petition), StreamId::Whistle);
                let scans = match case {
                    StreamId::Petition(id) => scene.petitions.get(&id).map(|it| &it.scans),
                    StreamId::Whistle(id) => scene.whistles.get(&id).map(|it| &it.scans),
                };
                let owed = scans.and_then(|it| it.keys().next().copied());
                let attach = |sense, kind, sealed, scan_of| Request {
                    sense,
                    command: Command::AttachFile(AttachFile {
                        case,
                        assignment: None,
                        file: FileId(ids::derive(fresh(scene), 98)),
                        received: Some(Received {
                            digest: Digest::of(b"%PDF-"),
                            size: 5,
                            media: "application/pdf".to_owned(),
                        }),
                        name: words(61),
                        kind,
                        sealed,
                        scan_of,
                    }),
                };
                vec![
                    attach("材料", FileKind::Material, false, None),
                    attach("代录凭证", FileKind::Scan, false, Some(owed.unwrap_or(1))),
                    attach("封存材料", FileKind::Evidence, true, None),
                ]
            }
            CommandKind::OpenFile => {
                let case = place.whistle.map_or(StreamId::Petition(petition), StreamId::Whistle);
                let files = match case {
                    StreamId::Petition(id) => scene.petitions.get(&id).map(|it| &it.files),
                    StreamId::Whistle(id) => scene.whistles.get(&id).map(|it| &it.files),
                };
                let sealed = files.and_then(|it| it.values().find(|it| it.sealed));
                let file = sealed.map_or(FileId(uuid::Uuid::nil()), |it| it.id);
                one(Command::OpenFile(OpenFile { case, file, reason: words(59) }))
            }
            CommandKind::AcceptPetition => {
                one(Command::AcceptPetition(petition::Accept { petition, competent: None }))
            }
            CommandKind::DeclinePetition => one(Command::DeclinePetition(petition::Decline {
                petition,
                ground: DeclineGround::LegalRoute,
                route: words(2),
            })),
            CommandKind::LinkDuplicate => {
                one(Command::LinkDuplicate(petition::LinkDuplicate { petition, of: second }))
            }
            CommandKind::RecogniseDifficult => {
                one(Command::RecogniseDifficult(petition::RecogniseDifficult {
                    petition,
                    reason: words(3),
                }))
            }
            CommandKind::SetLegalBar => one(Command::SetLegalBar(petition::SetLegalBar {
                petition,
                bar: Some(LegalBar::Litigation),
                reason: words(4),
            })),
            CommandKind::AnswerPetition => one(Command::AnswerPetition(petition::Answer {
                petition,
                answer: AnswerKind::Supported,
                text: words(5),
                resolution: Resolution::Resolved,
            })),
            CommandKind::ExtendPetition => days(30).map_or(vec![], |limit| {
                one(Command::ExtendPetition(petition::Extend { petition, limit, reason: words(6) }))
            }),
            CommandKind::ConcludePetition => {
                one(Command::ConcludePetition(petition::Conclude { petition }))
            }
            CommandKind::ReopenPetition => {
                one(Command::ReopenPetition(petition::Reopen { petition, reason: words(7) }))
            }
            CommandKind::AssignCaseOwner => {
                [("包案", Cast::FurtherLeader), ("改派", Cast::SecondLeader)]
                    .into_iter()
                    .filter_map(|(sense, who)| Some((sense, who.member()?)))
                    .map(|(sense, owner)| Request {
                        sense,
                        command: Command::AssignCaseOwner(petition::AssignCaseOwner {
                            petition,
                            owner: owner.person,
                            roles: owner.roles,
                            unit: owner.unit,
                            rank: Rank::Head,
                            post: Some(words(62)),
                            risk: Risk::High,
                            due_on: ahead(now, 45),
                            care: Some(Care {
                                unit: Body::Township.id(),
                                person: Some(Cast::TownDispatcher.person()),
                                next_visit: Some(ahead(now, 7)),
                            }),
                            care_known: true,
                            reason: Some(words(63)),
                        }),
                    })
                    .collect()
            }
            CommandKind::UpdateMeasures => {
                let entry = scene.petitions.get(&petition).and_then(Petition::entry);
                let due = entry.map_or(day(now), |it| it.due_on).max(day(now));
                let later = due.checked_add_days(Days::new(10));
                [
                    ("", None, None),
                    ("已化解", None, Some(Resolution::Resolved)),
                    ("延期", later, None),
                ]
                .into_iter()
                .map(|(sense, due_on, resolution)| Request {
                    sense,
                    command: Command::UpdateMeasures(petition::UpdateMeasures {
                        petition,
                        measures: words(64),
                        progress: Some(words(65)),
                        next: Some(words(66)),
                        risk: Some(Risk::Medium),
                        due_on,
                        reason: due_on.map(|_| words(67)),
                        care_known: true,
                        care: None,
                        resolution,
                    }),
                })
                .collect()
            }
            CommandKind::SignOff => one(Command::SignOff(petition::SignOff {
                petition,
                how: Resolution::Resolved,
                fulfilment: Some(words(68)),
                text: words(69),
            })),
            CommandKind::DraftWhistle => {
                draft(self.row(false)).map_or(vec![], |it| one(Command::DraftWhistle(it)))
            }
            CommandKind::BlowNow => draft(self.row(true)).map_or(vec![], |draft| {
                one(Command::BlowNow(verb::BlowNow { draft, exception: None }))
            }),
            CommandKind::Lapse => vec![Request { sense: "", command: lapse(scene, place) }],
            CommandKind::AmendWhistle
            | CommandKind::SubmitWhistle
            | CommandKind::EndorseWhistle
            | CommandKind::SendBackWhistle
            | CommandKind::IssueWhistle
            | CommandKind::Ratify
            | CommandKind::AttachPetition
            | CommandKind::DetachPetition
            | CommandKind::AddUnit
            | CommandKind::ChangeLead
            | CommandKind::Consult
            | CommandKind::Verify
            | CommandKind::Rate
            | CommandKind::CloseWhistle
            | CommandKind::RequestHold
            | CommandKind::HoldWhistle
            | CommandKind::ResumeWhistle
            | CommandKind::TerminateWhistle
            | CommandKind::WithdrawWhistle
            | CommandKind::BlowAgain
            | CommandKind::EscalateWhistle => {
                let whistle = place.whistle.and_then(|id| scene.whistles.get(&id));
                whistle.map_or(vec![], |it| whole(kind, it, next, (second, spare), now))
            }
            CommandKind::Acknowledge
            | CommandKind::RequestReturn
            | CommandKind::RuleReturn
            | CommandKind::OpenDispute
            | CommandKind::Designate
            | CommandKind::ReportIn
            | CommandKind::RecordAbsence
            | CommandKind::ReleaseUnit
            | CommandKind::ReportProgress
            | CommandKind::RequestExtension
            | CommandKind::RuleExtension
            | CommandKind::Reply
            | CommandKind::Supervise => {
                let whistle = place.whistle.and_then(|id| scene.whistles.get(&id));
                match (whistle, place.assignment) {
                    (Some(whistle), Some(assignment)) => self.part(kind, whistle, assignment, now),
                    (Some(_) | None, None) | (None, Some(_)) => vec![],
                }
            }
        }
    }

    /// What can be asked of one unit's part.
    fn part(
        &self,
        kind: CommandKind,
        it: &Whistle,
        assignment: AssignmentId,
        now: DateTime<Utc>,
    ) -> Vec<Request> {
        let whistle = it.id;
        let of = it.assignments.get(&assignment).map(|it| it.unit);
        let other = uncalled(it);
        let ask = |sense, command| Request { sense, command };
        let content = it.content.as_ref();
        let process = content.and_then(|it| self.lists.process.get(&it.kind, &it.level));
        let longest = process.and_then(|it| it.bounds.extension).or(days(1));
        let kind_of = content.and_then(|it| self.lists.kind(&it.kind));
        match kind {
            CommandKind::Acknowledge => {
                vec![ask("", Command::Acknowledge(verb::Acknowledge { whistle, assignment }))]
            }
            CommandKind::RequestReturn => vec![ask(
                "",
                Command::RequestReturn(verb::RequestReturn {
                    whistle,
                    assignment,
                    ground: ReturnGround::WrongFunction,
                    basis: words(10),
                    suggested: other,
                }),
            )],
            CommandKind::RuleReturn => [("同意", Some(other)), ("驳回", None)]
                .into_iter()
                .map(|(sense, replacement)| {
                    let reason = words(11);
                    let rule = verb::RuleReturn { whistle, assignment, replacement, reason };
                    ask(sense, Command::RuleReturn(rule))
                })
                .collect(),
            CommandKind::OpenDispute => vec![ask(
                "",
                Command::OpenDispute(verb::OpenDispute { whistle, assignment, reason: words(12) }),
            )],
            CommandKind::Designate => [("原单位", of), ("他单位", Some(other))]
                .into_iter()
                .filter_map(|(sense, unit)| {
                    let basis = words(13);
                    let it = verb::Designate { whistle, assignment, unit: unit?, basis };
                    Some(ask(sense, Command::Designate(it)))
                })
                .collect(),
            CommandKind::ReportIn => [("主要负责人", Rank::Head), ("工作人员", Rank::Staff)]
                .into_iter()
                .map(|(sense, rank)| {
                    let proof = kind_of.filter(|it| it.presence_proof).map(|_| words(16));
                    ask(
                        sense,
                        Command::ReportIn(verb::ReportIn {
                            whistle,
                            assignment,
                            name: words(14),
                            post: words(15),
                            rank,
                            at: now,
                            mode: Mode::OnSite,
                            proof,
                        }),
                    )
                })
                .collect(),
            CommandKind::RecordAbsence => [("", false), ("先行办理", true)]
                .into_iter()
                .map(|(sense, go_ahead)| {
                    let reason = words(17);
                    let it = verb::RecordAbsence { whistle, assignment, reason, go_ahead };
                    ask(sense, Command::RecordAbsence(it))
                })
                .collect(),
            CommandKind::ReleaseUnit => vec![ask(
                "",
                Command::ReleaseUnit(verb::ReleaseUnit { whistle, assignment, reason: words(18) }),
            )],
            CommandKind::ReportProgress => [("", None), ("说明逾期", Some(words(20)))]
                .into_iter()
                .map(|(sense, late)| {
                    let report = words(19);
                    let it = verb::ReportProgress { whistle, assignment, report, late };
                    ask(sense, Command::ReportProgress(it))
                })
                .collect(),
            CommandKind::RequestExtension => longest
                .map(|limit| {
                    let reason = words(21);
                    let it = verb::RequestExtension { whistle, assignment, limit, reason };
                    ask("", Command::RequestExtension(it))
                })
                .into_iter()
                .collect(),
            CommandKind::RuleExtension => [("准", true), ("不准", false)]
                .into_iter()
                .map(|(sense, granted)| {
                    let reason = words(22);
                    let it = verb::RuleExtension { whistle, assignment, granted, reason };
                    ask(sense, Command::RuleExtension(it))
                })
                .collect(),
            CommandKind::Reply => vec![ask(
                "",
                Command::Reply(verb::Reply {
                    whistle,
                    assignment,
                    accepted_on: day(now),
                    talked_with: words(23),
                    measures: words(24),
                    result: words(25),
                    result_on: day(now),
                    outcome: ReplyOutcome::Solved,
                }),
            )],
            CommandKind::Supervise => {
                let papers = [Paper::Urge, Paper::SupervisionLetter, Paper::AccountabilityAdvice];
                papers
                    .into_iter()
                    .map(|paper| {
                        let (text, reply_due) = (words(26), Some(ahead(now, 3)));
                        let it = verb::Supervise { whistle, assignment, paper, text, reply_due };
                        ask(paper.zh(), Command::Supervise(it))
                    })
                    .collect()
            }
            CommandKind::RegisterPetition
            | CommandKind::AcceptPetition
            | CommandKind::DeclinePetition
            | CommandKind::LinkDuplicate
            | CommandKind::RecogniseDifficult
            | CommandKind::SetLegalBar
            | CommandKind::AnswerPetition
            | CommandKind::ExtendPetition
            | CommandKind::ConcludePetition
            | CommandKind::ReopenPetition
            | CommandKind::AssignCaseOwner
            | CommandKind::UpdateMeasures
            | CommandKind::SignOff
            | CommandKind::DraftWhistle
            | CommandKind::AmendWhistle
            | CommandKind::SubmitWhistle
            | CommandKind::EndorseWhistle
            | CommandKind::SendBackWhistle
            | CommandKind::IssueWhistle
            | CommandKind::BlowNow
            | CommandKind::Ratify
            | CommandKind::AttachPetition
            | CommandKind::DetachPetition
            | CommandKind::AddUnit
            | CommandKind::ChangeLead
            | CommandKind::Consult
            | CommandKind::Verify
            | CommandKind::Rate
            | CommandKind::CloseWhistle
            | CommandKind::RequestHold
            | CommandKind::HoldWhistle
            | CommandKind::ResumeWhistle
            | CommandKind::TerminateWhistle
            | CommandKind::WithdrawWhistle
            | CommandKind::BlowAgain
            | CommandKind::EscalateWhistle
            | CommandKind::Recuse
            | CommandKind::Unseal
            | CommandKind::ErasePerson
            | CommandKind::AttachFile
            | CommandKind::OpenFile
            | CommandKind::Lapse => vec![],
        }
    }
}

/// What is asked in a whistle of this kind and level: the lead and both assists, off the list.
fn asked(kind: &KindCode, level: &LevelCode) -> Asked {
    let call = |body: Body, role| AskedCall { unit: body.id(), role: Some(role), task: None };
    Asked {
        matter: None,
        off_list: Some(words(30)),
        kind: Some(kind.clone()),
        level: Some(level.clone()),
        title: words(31),
        request: words(32),
        tried: Some(words(33)),
        purpose: Purpose::Resolve,
        calls: vec![
            call(Body::Lead, AssignmentRole::Lead),
            call(Body::FirstAssist, AssignmentRole::Assist),
            call(Body::SecondAssist, AssignmentRole::Assist),
        ],
        override_reason: None,
    }
}

/// What can be asked of a whistle as a whole.
fn whole(
    kind: CommandKind,
    it: &Whistle,
    next: WhistleId,
    (second, spare): (PetitionId, PetitionId),
    now: DateTime<Utc>,
) -> Vec<Request> {
    let whistle = it.id;
    let ask = |sense, command| Request { sense, command };
    let one = |command| vec![ask("", command)];
    match kind {
        CommandKind::AmendWhistle => it.content.as_ref().map_or(vec![], |content| {
            let asked = asked(&content.kind, &content.level);
            one(Command::AmendWhistle(verb::Amend { whistle, asked }))
        }),
        CommandKind::SubmitWhistle => one(Command::SubmitWhistle(verb::Submit { whistle })),
        CommandKind::EndorseWhistle => one(Command::EndorseWhistle(verb::Endorse { whistle })),
        CommandKind::SendBackWhistle => {
            one(Command::SendBackWhistle(verb::SendBack { whistle, reason: words(40) }))
        }
        CommandKind::IssueWhistle => {
            one(Command::IssueWhistle(verb::Issue { whistle, exception: None }))
        }
        CommandKind::Ratify => [("准", true), ("不准", false)]
            .into_iter()
            .map(|(sense, granted)| {
                let reason = Some(words(41));
                ask(sense, Command::Ratify(verb::Ratify { whistle, granted, reason }))
            })
            .collect(),
        CommandKind::AttachPetition => {
            let outside = [spare, second].into_iter().find(|id| !it.petitions.contains_key(id));
            let petition = outside.unwrap_or(spare);
            one(Command::AttachPetition(verb::AttachPetition { whistle, petition }))
        }
        CommandKind::DetachPetition => {
            let inside = [second, spare].into_iter().find(|id| it.petitions.contains_key(id));
            let petition = inside.unwrap_or(second);
            let reason = words(42);
            one(Command::DetachPetition(verb::DetachPetition { whistle, petition, reason }))
        }
        CommandKind::AddUnit => one(Command::AddUnit(verb::AddUnit {
            whistle,
            unit: uncalled(it),
            task: None,
            reason: words(43),
        })),
        CommandKind::ChangeLead => {
            let lead = it.lead().map(|it| it.unit);
            let assist = it.active().map(|it| it.unit).find(|unit| Some(*unit) != lead);
            [("协办接任", assist, true), ("另派", Some(uncalled(it)), false)]
                .into_iter()
                .filter_map(|(sense, unit, keep)| {
                    let reason = words(44);
                    let it = verb::ChangeLead { whistle, unit: unit?, keep, reason };
                    Some(ask(sense, Command::ChangeLead(it)))
                })
                .collect()
        }
        CommandKind::Consult => one(Command::Consult(verb::Consult {
            whistle,
            held_at: now,
            findings: words(45),
            split: split(it, now),
            measures: words(46),
        })),
        CommandKind::Verify => {
            let outcomes = it.petitions.keys().map(|id| (*id, Resolution::Resolved)).collect();
            let verify = |passed, outcomes| {
                let ratings = vec![];
                let (method, findings) = (VerifyMethod::Phone, words(47));
                Command::Verify(verb::Verify {
                    whistle,
                    method,
                    findings,
                    passed,
                    outcomes,
                    ratings,
                })
            };
            vec![
                ask("通过", verify(true, outcomes)),
                ask("重办", verify(false, std::collections::BTreeMap::new())),
            ]
        }
        CommandKind::Rate => {
            let open = it.petitions.iter().find(|(_, it)| it.rating.is_none());
            let judge = open.map_or(Judge::Caller, |(id, _)| Judge::Petitioner(*id));
            [
                ("满意", Rating::Satisfied, None),
                ("不满意且有理", Rating::Dissatisfied, Some(words(48))),
            ]
            .into_iter()
            .map(|(sense, rating, reason)| {
                let justified = reason.is_some();
                let said = Said { judge, rating, reason, justified };
                ask(sense, Command::Rate(verb::Rate { whistle, said }))
            })
            .collect()
        }
        CommandKind::CloseWhistle => one(Command::CloseWhistle(verb::Close { whistle })),
        CommandKind::RequestHold => {
            one(Command::RequestHold(verb::RequestHold { whistle, reason: words(49) }))
        }
        CommandKind::HoldWhistle => {
            let on = |n| ahead(now, n);
            let granted =
                HoldRuling::Granted { measures: words(50), until: on(90), review_on: on(20) };
            [("准", granted), ("不准", HoldRuling::Refused { reason: words(51) })]
                .into_iter()
                .map(|(sense, ruling)| {
                    ask(sense, Command::HoldWhistle(verb::Hold { whistle, ruling }))
                })
                .collect()
        }
        CommandKind::ResumeWhistle => {
            one(Command::ResumeWhistle(verb::Resume { whistle, reason: words(52) }))
        }
        CommandKind::TerminateWhistle => one(Command::TerminateWhistle(verb::Terminate {
            whistle,
            ground: TerminationGround::PetitionWithdrawn,
            reason: words(53),
        })),
        CommandKind::WithdrawWhistle => {
            one(Command::WithdrawWhistle(verb::Withdraw { whistle, reason: words(54) }))
        }
        CommandKind::BlowAgain => {
            one(Command::BlowAgain(verb::BlowAgain { whistle, successor: next }))
        }
        CommandKind::EscalateWhistle => one(Command::EscalateWhistle(verb::Escalate {
            whistle,
            successor: next,
            reason: words(55),
        })),
        CommandKind::RegisterPetition
        | CommandKind::AcceptPetition
        | CommandKind::DeclinePetition
        | CommandKind::LinkDuplicate
        | CommandKind::RecogniseDifficult
        | CommandKind::SetLegalBar
        | CommandKind::AnswerPetition
        | CommandKind::ExtendPetition
        | CommandKind::ConcludePetition
        | CommandKind::ReopenPetition
        | CommandKind::AssignCaseOwner
        | CommandKind::UpdateMeasures
        | CommandKind::SignOff
        | CommandKind::DraftWhistle
        | CommandKind::BlowNow
        | CommandKind::Acknowledge
        | CommandKind::RequestReturn
        | CommandKind::RuleReturn
        | CommandKind::OpenDispute
        | CommandKind::Designate
        | CommandKind::ReportIn
        | CommandKind::RecordAbsence
        | CommandKind::ReleaseUnit
        | CommandKind::Recuse
        | CommandKind::Unseal
        | CommandKind::ErasePerson
        | CommandKind::AttachFile
        | CommandKind::OpenFile
        | CommandKind::ReportProgress
        | CommandKind::RequestExtension
        | CommandKind::RuleExtension
        | CommandKind::Reply
        | CommandKind::Supervise
        | CommandKind::Lapse => vec![],
    }
}

/// A unit that has no part in the whistle and had none, or at least has none now.
fn uncalled(it: &Whistle) -> UnitId {
    let bodies = [Body::Further, Body::External, Body::Lead, Body::FirstAssist, Body::SecondAssist];
    let never = |body: &Body| it.assignments.values().all(|part| part.unit != body.id());
    let now = |body: &Body| it.of_unit(body.id()).is_none();
    let body = bodies.iter().find(|it| never(it)).or(bodies.iter().find(|it| now(it)));
    body.copied().unwrap_or(Body::Further).id()
}

/// Minutes that give each unit the time that the lead has, or today where that is over.
fn split(it: &Whistle, now: DateTime<Utc>) -> Vec<Split> {
    let clock = |key: ClockKey| it.clocks.get(&key).map(|it| it.due);
    let lead = it.lead().and_then(|it| clock(ClockKey::at(Step::Handle, it.id)));
    it.active()
        .map(|part| {
            let due = [lead.or(clock(ClockKey::at(part.part(), part.id))), it.cap()];
            let last =
                due.into_iter().flatten().min().map(|it| day(it - TimeDelta::microseconds(1)));
            let due_on = last.unwrap_or_else(|| day(now)).max(day(now));
            Split { assignment: part.id, duty: words(60), due_on }
        })
        .collect()
}

/// The lapse of what falls due first: of the whistle, or of the petition where there is none.
fn lapse(scene: &Scene, place: &Place) -> Command {
    let (stream, clocks) = match place.whistle.and_then(|id| scene.whistles.get(&id)) {
        Some(it) => (StreamId::Whistle(it.id), Some(&it.clocks)),
        None => {
            let petition = scene.petitions.get(&place.petition);
            (StreamId::Petition(place.petition), petition.map(|it| &it.clocks))
        }
    };
    let first = clocks.and_then(first_due);
    Command::Lapse(Lapse { stream, key: Some(first.unwrap_or(ClockKey::of(Step::Submit))) })
}

/// The duty that falls due first and has not lapsed.
pub(super) fn first_due(clocks: &Clocks) -> Option<ClockKey> {
    clocks
        .iter()
        .filter(|(key, term)| key.step.is_duty() && !term.lapsed)
        .min_by_key(|(_, term)| term.due)
        .map(|(key, _)| *key)
}

/// The day so many days from now.
fn ahead(now: DateTime<Utc>, n: u64) -> NaiveDate {
    day(now).checked_add_days(Days::new(n)).unwrap_or(NaiveDate::MAX)
}

fn days(n: u32) -> Option<Limit> {
    Limit::new(n, LimitUnit::NaturalDay).ok()
}
