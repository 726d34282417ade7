//! The table of the machine: what each command does in each stage, and for whom.

mod golden;
mod support;
mod table;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use engine::{
    CommandKind, StreamId,
    clock::ClockKey,
    command::{Command, Lapse},
    petition,
    picture::{Body, Cast, Picture, Request, Story, Subject},
    whistle::{self, assignment::AssignmentStageKind},
};
use strum::IntoEnumIterator as _;

use golden::golden;
use support::{picture, stories};
use table::fill;

const COLUMNS: [Cast; 12] = [
    Cast::Dispatcher,
    Cast::Director,
    Cast::DutyLeader,
    Cast::Leader,
    Cast::PetitionOfficer,
    Cast::LeadLiaison,
    Cast::LeadLeader,
    Cast::FirstLiaison,
    // Owns the case, where somebody does.
    Cast::FurtherLeader,
    Cast::Chair,
    Cast::Stranger,
    Cast::System,
];

const OF_WHISTLE: [CommandKind; 25] = [
    CommandKind::AmendWhistle,
    CommandKind::SubmitWhistle,
    CommandKind::EndorseWhistle,
    CommandKind::SendBackWhistle,
    CommandKind::IssueWhistle,
    CommandKind::Ratify,
    CommandKind::AttachPetition,
    CommandKind::DetachPetition,
    CommandKind::AddUnit,
    CommandKind::ChangeLead,
    CommandKind::Consult,
    CommandKind::Verify,
    CommandKind::Rate,
    CommandKind::CloseWhistle,
    CommandKind::RequestHold,
    CommandKind::HoldWhistle,
    CommandKind::ResumeWhistle,
    CommandKind::TerminateWhistle,
    CommandKind::WithdrawWhistle,
    CommandKind::BlowAgain,
    CommandKind::EscalateWhistle,
    CommandKind::Recuse,
    CommandKind::AttachFile,
    CommandKind::OpenFile,
    CommandKind::Lapse,
];

const OF_PART: [CommandKind; 13] = [
    CommandKind::Acknowledge,
    CommandKind::RequestReturn,
    CommandKind::RuleReturn,
    CommandKind::OpenDispute,
    CommandKind::Designate,
    CommandKind::ReportIn,
    CommandKind::RecordAbsence,
    CommandKind::ReleaseUnit,
    CommandKind::ReportProgress,
    CommandKind::RequestExtension,
    CommandKind::RuleExtension,
    CommandKind::Reply,
    CommandKind::Supervise,
];

const OF_PETITION: [CommandKind; 21] = [
    CommandKind::RegisterPetition,
    CommandKind::AcceptPetition,
    CommandKind::DeclinePetition,
    CommandKind::LinkDuplicate,
    CommandKind::RecogniseDifficult,
    CommandKind::SetLegalBar,
    CommandKind::AnswerPetition,
    CommandKind::ExtendPetition,
    CommandKind::ConcludePetition,
    CommandKind::ReopenPetition,
    CommandKind::AssignCaseOwner,
    CommandKind::UpdateMeasures,
    CommandKind::SignOff,
    CommandKind::DraftWhistle,
    CommandKind::BlowNow,
    CommandKind::Recuse,
    CommandKind::Unseal,
    CommandKind::ErasePerson,
    CommandKind::AttachFile,
    CommandKind::OpenFile,
    CommandKind::Lapse,
];

/// The stage of what the command is about, as code and in Chinese.
fn stage(story: &Story) -> (&'static str, &'static str) {
    match story.subject {
        Subject::Beside if story.place.whistle.is_none() => {
            let it = story.petition().expect("a petition");
            (it.stage.code(), it.stage.zh())
        }
        Subject::Whistle | Subject::Beside => {
            let it = story.whistle().expect("a whistle");
            (it.stage.code(), it.stage.zh())
        }
        Subject::Part => {
            let id = story.place.assignment.expect("a part");
            let it = &story.whistle().expect("a whistle").assignments[&id];
            (it.stage.code(), it.stage.zh())
        }
        Subject::Petition => {
            let it = story.petition().expect("a petition");
            (it.stage.code(), it.stage.zh())
        }
    }
}

/// What becomes of one request: the stage after it, or the code of the refusal.
fn cell(picture: &Picture, story: &Story, who: Cast, request: &Request) -> String {
    let mut after = story.clone();
    if let Command::Lapse(it) = &request.command {
        after.now = due(story, it).unwrap_or(story.now);
    }
    match after.act(picture, who, request.command.clone()) {
        Ok(()) => {
            let target = request.command.target();
            let of_petition = story.subject == Subject::Petition || story.place.whistle.is_none();
            let code = match (of_petition, target.begins, target.whistle) {
                (true, true, Some(new)) => after.scene.whistles[&new].stage.code(),
                (true, true, None) => {
                    let new = target.petitions.first().expect("a petition");
                    after.scene.petitions[new].stage.code()
                }
                (_, _, _) => stage(&after).0,
            };
            format!("-> {code}")
        }
        Err(refusal) => refusal.code().to_lowercase(),
    }
}

fn due(story: &Story, lapse: &Lapse) -> Option<chrono::DateTime<chrono::Utc>> {
    let key: ClockKey = lapse.key?;
    let clocks = match lapse.stream {
        StreamId::Whistle(id) => &story.scene.whistles.get(&id)?.clocks,
        StreamId::Petition(id) => &story.scene.petitions.get(&id)?.clocks,
    };
    clocks.get(&key).map(|it| it.due)
}

fn table(picture: &Picture, title: &str, kinds: &[CommandKind], stories: &[&Story]) -> String {
    let mut text = format!("# {title}\n");
    for kind in kinds {
        let n_senses = stories
            .iter()
            .map(|it| picture.requests(*kind, &it.scene, &it.place, it.now).len())
            .max()
            .unwrap_or(0);
        for nth in 0..n_senses {
            let mut rows = vec![];
            let mut sense = "";
            for story in stories {
                let requests = picture.requests(*kind, &story.scene, &story.place, story.now);
                let Some(request) = requests.get(nth) else { continue };
                sense = request.sense;
                let (code, zh) = stage(story);
                let name = if story.subject == Subject::Beside { story.name } else { zh };
                let cells = COLUMNS.map(|who| cell(picture, story, local(story, who), request));
                rows.push((format!("{code} {name}"), cells));
            }
            let dash = if sense.is_empty() { "" } else { " · " };
            writeln!(text, "\n## {} {}{dash}{sense}", kind.code(), kind.zh()).expect("text grows");
            // Whom it is never for is named once.
            let (some, none): (Vec<usize>, Vec<usize>) = (0..COLUMNS.len())
                .partition(|at| rows.iter().any(|(_, cells)| cells[*at] != "not_permitted"));
            let head: String = some.iter().map(|at| fill(COLUMNS[*at].zh(), 19)).collect();
            writeln!(text, "{}{}", fill("环节", 34), head.trim_end()).expect("text grows");
            for (name, cells) in &rows {
                let line: String = some.iter().map(|at| fill(&cells[*at], 19)).collect();
                writeln!(text, "{}{}", fill(name, 34), line.trim_end()).expect("text grows");
            }
            let others: Vec<&str> = none.iter().map(|at| COLUMNS[*at].zh()).collect();
            writeln!(text, "not_permitted: {}", others.join("、")).expect("text grows");
        }
    }
    text.push('\n');
    text
}

/// Who stands in that place at the centre of the story: the one that is escalated is a township's.
fn local(story: &Story, who: Cast) -> Cast {
    let centre = story.whistle().and_then(|it| it.centre);
    if centre != Some(Body::Township.id()) {
        return who;
    }
    match who {
        Cast::Dispatcher => Cast::TownDispatcher,
        Cast::Director => Cast::TownDirector,
        Cast::Leader => Cast::TownLeader,
        other => other,
    }
}

fn of(stories: &[Story], subject: Subject) -> Vec<&Story> {
    stories.iter().filter(|it| it.subject == subject).collect()
}

#[test]
fn the_table_of_commands_and_stages_is_current() {
    let picture = picture();
    let stories = stories(&picture);
    let mut whistles = of(&stories, Subject::Whistle);
    let beside = ["先吹后补", "牵头未报到", "快捷哨", "代录待补凭证", "代录撤哨"];
    whistles.extend(stories.iter().filter(|it| beside.contains(&it.name)));
    let mut text = "每格: 由此人在此环节提出, 结果为 -> 新环节, 或不予办理的代码.\n\
        哨单为攻坚、疑难, 由调度员起草; 先吹后补、快捷哨、代录另列. 承办任务为牵头单位的 (已释放为协办).\n\
        系统只办一件事: 期限届满 (在届满之时).\n\n"
        .to_owned();
    text += &table(&picture, "哨: 命令 × 环节", &OF_WHISTLE, &whistles);
    text += &table(&picture, "承办任务: 命令 × 环节", &OF_PART, &of(&stories, Subject::Part));
    let mut petitions = of(&stories, Subject::Petition);
    petitions.extend(stories.iter().filter(|it| ["包案化解中", "已销号"].contains(&it.name)));
    text += &table(&picture, "诉求: 命令 × 环节", &OF_PETITION, &petitions);
    golden("stages.txt", &text);
}

#[test]
fn the_table_leaves_out_no_command_and_no_stage() {
    let listed: BTreeSet<CommandKind> =
        OF_WHISTLE.into_iter().chain(OF_PART).chain(OF_PETITION).collect();
    assert_eq!(listed, CommandKind::iter().collect());

    let picture = picture();
    let stories = stories(&picture);
    let codes = |subject| -> BTreeSet<&str> {
        of(&stories, subject).into_iter().map(|it| stage(it).0).collect()
    };
    let whistle = whistle::StageKind::iter().filter(|it| *it != whistle::StageKind::Blank);
    assert_eq!(codes(Subject::Whistle), whistle.map(<&str>::from).collect());
    assert_eq!(codes(Subject::Part), AssignmentStageKind::iter().map(<&str>::from).collect());
    let petition = petition::StageKind::iter().filter(|it| *it != petition::StageKind::Blank);
    assert_eq!(codes(Subject::Petition), petition.map(<&str>::from).collect());
}
