//! 附件: files that are attached to a case, and the scan that is owed of an act recorded for another.
//!
//! The rules see what a file is proven by and what somebody says of it, never a byte of it. Whoever
//! works on a case may add to it while it is open. An act that is recorded for somebody else owes a
//! scan of what they signed or said, by the unit of whoever recorded it, also when the case has ended
//! meanwhile.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use strum::{Display, EnumIter, EnumString, IntoStaticStr};

use crate::{
    actor::{Actor, Member, Role},
    authority::{self, Relation, Subject},
    clock::{ClockKey, Owner, Step},
    command::CommandKind,
    directory::Directory,
    ids::{AssignmentId, FileId, PersonId, UnitId},
    petition::PetitionFact,
    refusal::{Problem, Refusal},
    scene::StreamId,
    stand::{self, Named, Stand},
    text::{Digest, Words},
    whistle::WhistleFact,
};

/// The most files of one case.
pub const MOST: u32 = 200;
/// The longest name of a file, in characters.
pub const NAME_LIMIT: usize = 200;

/// What a file is to the case.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    EnumIter,
    EnumString,
    Display,
    IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum FileKind {
    /// 诉求材料: what the petitioner brought.
    Material,
    /// 现场与证据材料: photographs, recordings.
    Evidence,
    /// 公文: letters, orders, replies.
    Paper,
    /// 纪要.
    Minutes,
    /// 代录凭证: the scan of an act that was recorded for another.
    Scan,
    /// 其他.
    Other,
}

impl FileKind {
    /// Its name in Chinese.
    #[must_use]
    pub fn zh(self) -> &'static str {
        match self {
            Self::Material => "诉求材料",
            Self::Evidence => "现场与证据材料",
            Self::Paper => "公文",
            Self::Minutes => "纪要",
            Self::Scan => "代录凭证",
            Self::Other => "其他",
        }
    }
}

/// A file of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// Its id.
    pub id: FileId,
    /// The SHA-256 of its bytes as they were received.
    pub digest: Digest,
    /// Its length in bytes.
    pub size: u64,
    /// Its media type, by its content.
    pub media: String,
    /// Its name, as text that may be erased.
    pub name: Words,
    /// What it is to the case.
    pub kind: FileKind,
    /// Whether it is opened only with a reason.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub sealed: bool,
    /// The part it belongs to, where it is one unit's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignment: Option<AssignmentId>,
    /// The event of the case that it is the scan of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scan_of: Option<u32>,
    /// Who attached it.
    pub by: PersonId,
    /// When.
    pub at: DateTime<Utc>,
}

/// The files of a case.
pub type Files = BTreeMap<FileId, Attachment>;

/// A scan that is owed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwedScan {
    /// The unit that owes it: whose member recorded the act.
    pub unit: UnitId,
    /// The roles of that member.
    pub roles: BTreeSet<Role>,
}

/// The scans that a case waits for, by the event each is of.
pub type OwedScans = BTreeMap<u32, OwedScan>;

/// The clocks of scans that are owed; they run in every stage, the last ones included.
pub(crate) fn clocks(scans: &OwedScans) -> impl Iterator<Item = ClockKey> {
    scans.keys().map(|it| ClockKey::of_scan(*it))
}

/// Who owes the scan that a clock times; none where the clock is another.
pub(crate) fn owner(scans: &OwedScans, key: ClockKey) -> Option<Owner> {
    let it = scans.get(&key.event.filter(|_| key.step == Step::Scan)?)?;
    Some(Owner { unit: it.unit, roles: it.roles.iter().copied().collect(), person: None })
}

/// What was received of a file before it is attached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// The SHA-256 of its bytes.
    pub digest: Digest,
    /// Its length in bytes.
    pub size: u64,
    /// Its media type, by its content.
    pub media: String,
}

/// 上传附件.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttachFile {
    /// The case.
    pub case: StreamId,
    /// The part of it that the file belongs to.
    pub assignment: Option<AssignmentId>,
    /// The id under which the file was received.
    pub file: FileId,
    /// What was received under it from whoever attaches it; none where there is nothing.
    pub received: Option<Received>,
    /// Its name.
    pub name: Words,
    /// What it is to the case.
    pub kind: FileKind,
    /// Whether it is opened only with a reason.
    pub sealed: bool,
    /// The event of the case that it is the scan of.
    pub scan_of: Option<u32>,
}

/// How somebody stands to the files of a case.
struct Standing {
    /// Whether the table lets them attach what they like.
    permitted: bool,
    /// Whether that is because the case is their own.
    own: bool,
    /// Why nothing may be added any more.
    ended: Option<Refusal>,
    scans: OwedScans,
    n_files: usize,
    /// The unit for which they may deliver a scan.
    unit: Option<UnitId>,
}

impl Standing {
    fn of(
        stand: &Stand<'_>,
        case: StreamId,
        assignment: Option<AssignmentId>,
    ) -> Result<Self, Refusal> {
        let member = stand.decider()?;
        let directory = stand.facts.directory;
        let (relations, reads, scans, n_files, ended) = match case {
            StreamId::Petition(id) => {
                let it = stand.petition(id)?;
                // Whoever is called over a petition adds to the whistle that calls them.
                let relations = authority::relations_to_petition(member, it, [], directory);
                let reads = authority::may_read(Subject::of(it), member, &relations);
                let ended = it.stage.is_terminal().then(|| stand::wrong_petition_stage(it));
                (relations, reads, &it.scans, it.files.len(), ended)
            }
            StreamId::Whistle(id) => {
                let it = stand.whistle(id)?;
                let part = assignment.map(|id| stand::assignment(it, id)).transpose()?;
                let over = part.filter(|it| !it.stage.is_active()).map(stand::wrong_part);
                let ended = it.stage.is_terminal().then(|| stand::wrong_stage(it)).or(over);
                let of = |part| authority::relations_to_whistle(member, it, part, directory);
                let reads = authority::may_read(Subject::Case, member, &of(None));
                (of(assignment), reads, &it.scans, it.files.len(), ended)
            }
        };
        let permitted = authority::may(CommandKind::AttachFile, member, &relations);
        Ok(Self {
            permitted,
            own: permitted && relations.contains(&Relation::OwnCentre),
            ended,
            scans: scans.clone(),
            n_files,
            unit: reads.then_some(member.unit),
        })
    }

    /// Whether they may deliver this scan: the unit that owes it, or the one whose case it is.
    fn delivers(&self, scan: &OwedScan, directory: &Directory) -> bool {
        self.own || self.unit == Some(directory.stands_for(scan.unit))
    }
}

/// Whether anything at all may be attached.
pub(crate) fn allowed(
    stand: &Stand<'_>,
    case: StreamId,
    assignment: Option<AssignmentId>,
) -> Result<(), Refusal> {
    let it = Standing::of(stand, case, assignment)?;
    if it.scans.values().any(|scan| it.delivers(scan, stand.facts.directory)) {
        return Ok(());
    }
    if !it.permitted {
        return Err(not_permitted());
    }
    it.ended.map_or(Ok(()), Err)
}

fn not_permitted() -> Refusal {
    Refusal::NotPermitted { who: authority::roles_for(CommandKind::AttachFile) }
}

impl AttachFile {
    pub(crate) fn decide(self, stand: &mut Stand<'_>) -> Result<(), Refusal> {
        allowed(stand, self.case, self.assignment)?;
        let it = Standing::of(stand, self.case, self.assignment)?;
        match self.scan_of {
            Some(of) => {
                let unknown = Refusal::invalid("scanOf", Problem::Unknown);
                let scan = it.scans.get(&of).ok_or(unknown)?;
                if !it.delivers(scan, stand.facts.directory) {
                    return Err(not_permitted());
                }
            }
            None if !it.permitted => return Err(not_permitted()),
            None => it.ended.map_or(Ok(()), Err)?,
        }
        // A scan is one of something, and what is one is called so.
        if (self.kind == FileKind::Scan) != self.scan_of.is_some() {
            return Err(Refusal::invalid("kind", Problem::Contradiction));
        }
        if usize::try_from(MOST).is_ok_and(|most| it.n_files >= most) {
            return Err(Refusal::invalid("case", Problem::TooMany(MOST)));
        }
        let received = self.received.ok_or(Refusal::invalid("upload", Problem::Unknown))?;
        let file = Box::new(Attachment {
            id: self.file,
            digest: received.digest,
            size: received.size,
            media: received.media,
            name: self.name,
            kind: self.kind,
            sealed: self.sealed,
            assignment: self.assignment,
            scan_of: self.scan_of,
            by: stand.by()?,
            at: stand.facts.now,
        });
        match self.case {
            StreamId::Petition(id) => {
                stand.record_petition(id, PetitionFact::FileAttached { file }, Named::new())
            }
            StreamId::Whistle(id) => stand.record(id, WhistleFact::FileAttached { file }),
        }
    }
}

/// How long somebody may read a sealed file after they said what for.
pub const OPEN_FOR: TimeDelta = TimeDelta::minutes(10);

/// 调阅封存附件: a sealed file is opened for whoever needs it, with a reason that stays on the file and
/// is told to the centre's director.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenFile {
    /// The case.
    pub case: StreamId,
    /// The file.
    pub file: FileId,
    /// What it is needed for.
    pub reason: Words,
}

impl OpenFile {
    pub(crate) fn allowed(stand: &Stand<'_>, case: StreamId) -> Result<(), Refusal> {
        let kind = CommandKind::OpenFile;
        let files = match case {
            StreamId::Petition(id) => {
                let it = stand.petition(id)?;
                stand.permit_petition(kind, it)?;
                &it.files
            }
            StreamId::Whistle(id) => {
                let it = stand.whistle(id)?;
                stand.permit_whistle(kind, it, None)?;
                &it.files
            }
        };
        if files.values().any(|it| it.sealed) { Ok(()) } else { Err(Refusal::missing("file")) }
    }

    pub(crate) fn decide(self, stand: &mut Stand<'_>) -> Result<(), Refusal> {
        // Nobody reads for another.
        if stand.facts.on_behalf_of.is_some() {
            return Err(Refusal::invalid("onBehalfOf", Problem::Contradiction));
        }
        Self::allowed(stand, self.case)?;
        let files = match self.case {
            StreamId::Petition(id) => &stand.petition(id)?.files,
            StreamId::Whistle(id) => &stand.whistle(id)?.files,
        };
        let sealed = files.get(&self.file).is_some_and(|it| it.sealed);
        if !sealed {
            return Err(Refusal::invalid("file", Problem::Unknown));
        }
        let (file, unit, reason) = (self.file, stand.decider()?.unit, self.reason);
        match self.case {
            StreamId::Petition(id) => stand.record_petition(
                id,
                PetitionFact::FileOpened { file, unit, reason },
                Named::new(),
            ),
            StreamId::Whistle(id) => {
                stand.record(id, WhistleFact::FileOpened { file, unit, reason })
            }
        }
    }
}

/// An act that was recorded for another owes a scan, by the unit of whoever recorded it.
pub(crate) fn owe(stand: &mut Stand<'_>, case: StreamId, of: u32) -> Result<(), Refusal> {
    let Actor::Member(Member { unit, roles, .. }) = stand.actor else { return Ok(()) };
    let scan = OwedScan { unit: *unit, roles: roles.clone() };
    match case {
        StreamId::Petition(id) => {
            stand.record_petition(id, PetitionFact::ScanOwed { of, scan }, Named::new())
        }
        StreamId::Whistle(id) => stand.record_alone(id, WhistleFact::ScanOwed { of, scan }),
    }
}

/// A name as it may be shown: the last part of a path, without what cannot be seen or turns the
/// reading around, and with an ending that fits the content. Nothing is ever found by it.
#[must_use]
pub fn shown_name(name: &str, endings: &[&str]) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain: String = last.chars().filter(|it| !is_hidden(*it)).collect();
    let words: Vec<&str> = plain.split_whitespace().collect();
    let plain = words.join(" ");
    let plain = plain.trim_matches(['.', ' ']);
    let ending = plain.rsplit_once('.').map(|(_, it)| it.to_ascii_lowercase());
    let fits = endings.is_empty() || ending.is_some_and(|it| endings.contains(&it.as_str()));
    let ending = endings.first().filter(|_| !fits && !plain.is_empty());
    let room = NAME_LIMIT.saturating_sub(ending.map_or(0, |it| it.len() + 1));
    match ending {
        Some(it) => format!("{}.{it}", cut(plain, room)),
        None => shorten(plain, room),
    }
}

/// Cuts the middle out, so that the ending stays.
fn shorten(name: &str, most: usize) -> String {
    if name.chars().count() <= most {
        return name.to_owned();
    }
    match name.rsplit_once('.') {
        Some((stem, ending)) if ending.chars().count() < 10 => {
            format!("{}.{ending}", cut(stem, most - ending.chars().count() - 1))
        }
        Some(_) | None => cut(name, most),
    }
}

fn cut(name: &str, most: usize) -> String {
    name.chars().take(most).collect()
}

/// What has no place in a name: control characters, what is not seen, and what turns the direction
/// of reading, so that `gpj.exe` would be read as `exe.jpg`.
fn is_hidden(it: char) -> bool {
    it.is_control()
        || matches!(it,
            '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{3164}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_what_can_be_read_of_it() {
        for (given, shown) in [
            ("来信.pdf", "来信.pdf"),
            ("来信.PDF", "来信.PDF"),
            ("../../../etc/passwd", "passwd.pdf"),
            ("C:\\Users\\a\\来信.pdf", "来信.pdf"),
            ("来信\u{202e}fdp.exe", "来信fdp.exe.pdf"),
            ("a\u{200b}\u{0}\r\nb.pdf", "ab.pdf"),
            ("  a   b .pdf", "a b .pdf"),
            ("page.html", "page.html.pdf"),
            ("..", ""),
            ("", ""),
            ("/", ""),
        ] {
            assert_eq!(shown_name(given, &["pdf"]), shown, "{given:?}");
        }
        assert_eq!(shown_name("a.bin", &[]), "a.bin");
    }

    #[test]
    fn a_long_name_keeps_its_ending() {
        let long = format!("{}.jpeg", "长".repeat(400));
        let shown = shown_name(&long, &["jpg", "jpeg"]);
        assert_eq!(shown.chars().count(), NAME_LIMIT);
        assert!(shown.ends_with("长.jpeg"));
        let shown = shown_name(&"长".repeat(400), &["jpg"]);
        assert_eq!(shown.chars().count(), NAME_LIMIT);
        assert!(shown.ends_with("长.jpg"));
    }
}
