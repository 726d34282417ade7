//! The petition (诉求): what somebody brought, where it stands, and what is owed for it by law.

pub mod ledger;
pub mod outcome;
pub mod responsibility;
pub mod verbs;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use strum::{Display, EnumDiscriminants, EnumIter, EnumString, IntoStaticStr};

pub use responsibility::{
    Assigned, Care, CaseOwner, EntryRule, Progress, Responsibility, Risk, SignOffRecord, Update,
};

use crate::{
    actor::Role,
    authority::audience::Holder,
    clock::{self, ClockKey, Clocks, Deadline, Owner, Promised, Step},
    file::{self, Attachment, Files, OwedScan, OwedScans},
    ids::{DistrictId, FileId, PersonId, PetitionId, UnitId, WhistleId},
    lists::{LevelCode, ListsVersion, MatterCode},
    text::Words,
    whistle::{Rating, Resolution},
};

/// Under which rules a petition is handled.
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
pub enum Procedure {
    /// 信访: under the 信访工作条例; its clocks are statutory.
    Petition,
    /// 12345.
    Hotline,
    /// 纠纷.
    Dispute,
    /// 上报: reported up from below.
    ReportUp,
    /// 交办: assigned from above.
    Assigned,
    /// 应急.
    Emergency,
}

impl Procedure {
    /// Its name in Chinese.
    #[must_use]
    pub fn zh(self) -> &'static str {
        match self {
            Self::Petition => "信访",
            Self::Hotline => "12345",
            Self::Dispute => "纠纷",
            Self::ReportUp => "上报",
            Self::Assigned => "交办",
            Self::Emergency => "应急",
        }
    }
}

/// By which way it came.
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
pub enum Source {
    /// 来访.
    Visit,
    /// 来信.
    Letter,
    /// 网上.
    Online,
    /// 热线.
    Hotline,
    /// 网格上报.
    Grid,
    /// 上级交办.
    Assigned,
    /// 巡查发现.
    Patrol,
    /// 表格导入.
    Import,
}

/// What kind of thing is asked.
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
pub enum Nature {
    /// 求决.
    Request,
    /// 投诉.
    Complaint,
    /// 建议.
    Suggestion,
    /// 检举控告: goes to discipline inspection alone (信访工作条例 22, 30, 46).
    Accusation,
}

/// A pending decision elsewhere that nobody may touch (R1).
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
pub enum LegalBar {
    /// 诉讼.
    Litigation,
    /// 仲裁.
    Arbitration,
    /// 行政复议.
    AdministrativeReview,
    /// 纪检监察.
    Discipline,
    /// 信访复查复核终结.
    Exhausted,
}

impl LegalBar {
    /// Its name in Chinese.
    #[must_use]
    pub fn zh(self) -> &'static str {
        match self {
            Self::Litigation => "诉讼",
            Self::Arbitration => "仲裁",
            Self::AdministrativeReview => "行政复议",
            Self::Discipline => "纪检监察",
            Self::Exhausted => "信访终结",
        }
    }

    /// The legal route to tell (信访工作条例 31).
    #[must_use]
    pub fn route_zh(self) -> &'static str {
        match self {
            Self::Litigation => "依诉讼程序向受理的人民法院提出",
            Self::Arbitration => "依仲裁程序向受理的仲裁机构提出",
            Self::AdministrativeReview => "依行政复议程序向复议机关提出",
            Self::Discipline => "按管理权限向纪检监察机关反映",
            Self::Exhausted => "接受疏导帮扶; 同一事实和理由不再受理",
        }
    }
}

/// Why a petition is not accepted, with the route that is told.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    EnumIter,
    EnumString,
    Display,
    IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum DeclineGround {
    /// 已经或依法应当通过诉讼、仲裁、复议等法定途径解决.
    LegalRoute,
    /// 不属于受理范围.
    OutOfScope,
    /// 检举控告, 移送纪检监察.
    Discipline,
    /// 复核终结, 同一事实和理由.
    Exhausted,
}

/// What an answer gives (处理意见).
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    EnumIter,
    EnumString,
    Display,
    IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum AnswerKind {
    /// 支持.
    Supported,
    /// 解释说明.
    Explained,
    /// 不支持.
    NotSupported,
}

/// What is registered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registration {
    /// The district.
    pub district: DistrictId,
    /// The centre that registered it.
    pub centre: UnitId,
    /// Its number, e.g. 张信〔2019〕000123.
    pub number: String,
    /// The procedure.
    pub procedure: Procedure,
    /// The source.
    pub source: Source,
    /// The nature.
    pub nature: Nature,
    /// A short title without personal data.
    pub title: Words,
    /// The text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<Words>,
    /// Who brought it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub petitioner: Option<PersonId>,
    /// How many people are concerned.
    pub people: u32,
    /// How many came for them; at most five (信访工作条例 20).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub representatives: Option<u32>,
    /// 事发地.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<UnitId>,
    /// 户籍地.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub household: Option<UnitId>,
    /// 居住地.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub residence: Option<UnitId>,
    /// The matter it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub matter: Option<MatterCode>,
    /// 信访分类: its class in the centre's taxonomy, by its path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    /// The number in the system it came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_ref: Option<String>,
    /// The date by which that system wants it answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_due: Option<DateTime<Utc>>,
    /// When it was brought, where that is known and earlier than the registration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub received_at: Option<DateTime<Utc>>,
    /// A pending decision elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub legal_bar: Option<LegalBar>,
    /// Units that an accusation is about; they never see it.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub accused: BTreeSet<UnitId>,
}

/// 疑难复杂: recognised by whom, when, why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difficult {
    /// By whom.
    pub by: PersonId,
    /// When.
    pub at: DateTime<Utc>,
    /// Why.
    pub reason: Words,
}

/// A whistle on this petition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WhistleRecord {
    /// The ordinal of the whistle on this petition.
    pub nth: u32,
    /// Its level.
    pub level: LevelCode,
    /// When it was issued.
    pub issued_at: DateTime<Utc>,
    /// How it ended for this petition, and when; none while it is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<WhistleEnding>,
}

/// How a whistle ended for a petition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WhistleEnding {
    /// When.
    pub at: DateTime<Utc>,
    /// Whether the matter was resolved (化解); none where the whistle ended without judging it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolution: Option<Resolution>,
    /// What the petitioner said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rating: Option<Rating>,
}

/// Where a petition stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, EnumDiscriminants)]
#[serde(rename_all = "snake_case", tag = "at")]
#[strum(serialize_all = "snake_case")]
#[strum_discriminants(
    name(StageKind),
    derive(PartialOrd, Ord, Hash, EnumIter, EnumString, IntoStaticStr),
    strum(serialize_all = "snake_case"),
    doc = "A stage without its data."
)]
pub enum Stage {
    /// An id is drawn; nothing is registered.
    Blank,
    /// 已登记.
    Registered,
    /// 不予受理, with the legal route.
    NotAccepted,
    /// 已受理.
    Accepted,
    /// 办理中.
    InProgress,
    /// 已答复.
    Answered {
        /// What the answer gave.
        answer: AnswerKind,
    },
    /// 已办结.
    Concluded,
    /// 重复件, linked to the first.
    Duplicate {
        /// The first.
        of: PetitionId,
    },
}

impl Stage {
    /// The stage's code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.into()
    }

    /// The stage's name in Chinese.
    #[must_use]
    pub fn zh(&self) -> &'static str {
        match self {
            Self::Blank => "未登记",
            Self::Registered => "已登记",
            Self::NotAccepted => "不予受理",
            Self::Accepted => "已受理",
            Self::InProgress => "办理中",
            Self::Answered { .. } => "已答复",
            Self::Concluded => "已办结",
            Self::Duplicate { .. } => "重复件",
        }
    }

    /// Whether nothing more is owed but the scan of an act that was recorded for another.
    #[must_use]
    pub fn is_terminal(&self) -> bool {
        match self {
            Self::NotAccepted | Self::Concluded | Self::Duplicate { .. } => true,
            Self::Blank
            | Self::Registered
            | Self::Accepted
            | Self::InProgress
            | Self::Answered { .. } => false,
        }
    }
}

/// What happened to a petition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr)]
#[serde(rename_all = "snake_case", tag = "fact")]
#[strum(serialize_all = "snake_case")]
pub enum PetitionFact {
    /// 登记.
    Registered {
        /// What was registered.
        registration: Box<Registration>,
        /// By whom.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<PersonId>,
        /// The lists it runs under.
        lists: ListsVersion,
        /// When.
        at: DateTime<Utc>,
    },
    /// 受理.
    Accepted {
        /// The unit that answers it (有权处理机关), where another than the centre.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        competent: Option<UnitId>,
        /// When.
        at: DateTime<Utc>,
    },
    /// 不予受理.
    Declined {
        /// Why.
        ground: DeclineGround,
        /// The route that was told.
        route: Words,
    },
    /// 认定重复件.
    DuplicateLinked {
        /// The first.
        of: PetitionId,
    },
    /// 认定疑难复杂.
    RecognisedDifficult {
        /// By whom, when and why.
        difficult: Difficult,
    },
    /// 进入或离开法定途径.
    LegalBarSet {
        /// The bar; none where it fell away.
        bar: Option<LegalBar>,
        /// Why.
        reason: Words,
    },
    /// 回避.
    Recused {
        /// Who must not see or act any more.
        holder: Holder,
        /// Which interest.
        reason: Words,
    },
    /// 代录待补凭证: an act was recorded for another, and the scan of it is owed.
    ScanOwed {
        /// The version of the event of that act.
        of: u32,
        /// Who owes it.
        #[serde(flatten)]
        scan: OwedScan,
    },
    /// 上传附件.
    FileAttached {
        /// The file.
        file: Box<Attachment>,
    },
    /// 调阅封存附件.
    FileOpened {
        /// Which.
        file: FileId,
        /// By whose unit.
        unit: UnitId,
        /// What for.
        reason: Words,
    },
    /// A whistle was issued over it.
    Whistled {
        /// The whistle.
        whistle: WhistleId,
        /// Its ordinal on this petition.
        nth: u32,
        /// Its level.
        level: LevelCode,
        /// When.
        at: DateTime<Utc>,
    },
    /// A whistle over it ended, or it was taken out of the whistle.
    WhistleEnded {
        /// The whistle.
        whistle: WhistleId,
        /// How.
        ending: WhistleEnding,
    },
    /// 延期答复 (信访工作条例 34).
    Extended {
        /// Why; told to the petitioner.
        reason: Words,
    },
    /// 答复.
    Answered {
        /// What it gives.
        answer: AnswerKind,
        /// The text.
        text: Words,
        /// Whether it resolves the matter (化解), apart from closing it.
        resolution: Resolution,
        /// When.
        at: DateTime<Utc>,
    },
    /// 办结.
    Concluded {
        /// When.
        at: DateTime<Utc>,
    },
    /// 包案: a leader owns the case from now on.
    CaseOwnerAssigned {
        /// Who, under which rule, until when.
        #[serde(flatten)]
        assigned: Box<Assigned>,
        /// By whom it was decided.
        by: PersonId,
        /// When.
        at: DateTime<Utc>,
    },
    /// 更新化解措施.
    MeasuresUpdated {
        /// What is done, and what came of it.
        #[serde(flatten)]
        update: Box<Update>,
        /// By whom it was decided.
        by: PersonId,
        /// When.
        at: DateTime<Utc>,
    },
    /// 销号: the entry ended.
    SignedOff {
        /// How, and by whom it was accepted.
        #[serde(flatten)]
        record: Box<SignOffRecord>,
    },
    /// 重新办理: the next round on the same file (R32).
    Reopened {
        /// Why.
        reason: Words,
        /// The round that begins.
        round: u32,
    },
    /// 调阅身份信息: what is sealed of the petitioner was opened.
    Unsealed {
        /// Whose.
        person: PersonId,
        /// For which unit.
        unit: UnitId,
        /// What for.
        reason: Words,
    },
    /// 清除个人信息: what was kept of the petitioner is gone.
    PersonErased {
        /// Whose.
        person: PersonId,
        /// Whether the texts of the petition went with it, all but this reason.
        texts: bool,
        /// Why, and on whose request.
        reason: Words,
    },
    /// A newer calendar was adopted; the clocks that it moved are in the event.
    CalendarAdopted {
        /// Its version.
        calendar: u32,
        /// The dates that it moved, as they were promised before.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        promised: Vec<Promised>,
    },
    /// A deadline passed without the act.
    Lapsed {
        /// Which.
        #[serde(flatten)]
        key: ClockKey,
        /// When it was due.
        due: DateTime<Utc>,
    },
}

/// A petition (诉求).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Petition {
    /// Its id.
    pub id: PetitionId,
    /// How many events made it.
    pub version: u32,
    /// Where it stands.
    pub stage: Stage,
    /// What was registered; none while blank.
    pub registration: Option<Box<Registration>>,
    /// When it was registered.
    pub registered_at: Option<DateTime<Utc>>,
    /// By whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registered_by: Option<PersonId>,
    /// Who must not see it or act on it (回避).
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub recused: BTreeSet<Holder>,
    /// Whether the petitioner's personal data was erased.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_erased: bool,
    /// Its files.
    #[serde(default, skip_serializing_if = "Files::is_empty")]
    pub files: Files,
    /// The scans that it waits for.
    #[serde(default, skip_serializing_if = "OwedScans::is_empty")]
    pub scans: OwedScans,
    /// When it was accepted; proofs of limits count from here.
    pub accepted_at: Option<DateTime<Utc>>,
    /// The unit that answers it.
    pub competent: Option<UnitId>,
    /// Whether it was recognised as difficult.
    pub difficult: Option<Difficult>,
    /// A pending decision elsewhere.
    pub legal_bar: Option<LegalBar>,
    /// The whistles over it, in the order of their ordinals.
    pub whistles: BTreeMap<WhistleId, WhistleRecord>,
    /// Whether the matter is resolved (化解), as last judged.
    pub resolution: Option<Resolution>,
    /// What the petitioner last said (满意).
    pub rating: Option<Rating>,
    /// The latest entry of 化解责任清单, open or signed off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub responsibility: Option<Box<Responsibility>>,
    /// How often the answer was extended.
    pub extensions: u32,
    /// The round (第n次办理), from 1.
    pub round: u32,
    /// The lists it runs under.
    pub lists: ListsVersion,
    /// The calendar it last counted with.
    pub calendar: u32,
    /// Its clocks.
    #[serde(with = "clock::as_list")]
    pub clocks: Clocks,
}

impl Petition {
    /// A petition of which nothing is known but its id.
    #[must_use]
    pub fn blank(id: PetitionId) -> Self {
        Self {
            id,
            version: 0,
            stage: Stage::Blank,
            registration: None,
            registered_at: None,
            registered_by: None,
            recused: BTreeSet::new(),
            is_erased: false,
            files: Files::new(),
            scans: OwedScans::new(),
            accepted_at: None,
            competent: None,
            difficult: None,
            legal_bar: None,
            whistles: BTreeMap::new(),
            resolution: None,
            rating: None,
            responsibility: None,
            extensions: 0,
            round: 1,
            lists: 0,
            calendar: 0,
            clocks: Clocks::new(),
        }
    }

    /// The centre that keeps it.
    #[must_use]
    pub fn centre(&self) -> Option<UnitId> {
        self.registration.as_ref().map(|it| it.centre)
    }

    /// Whether it asks, reports or accuses; none while blank.
    #[must_use]
    pub fn nature(&self) -> Option<Nature> {
        self.registration.as_ref().map(|it| it.nature)
    }

    /// Whether it is an accusation, which is sealed with all that is said about it.
    #[must_use]
    pub fn is_accusation(&self) -> bool {
        self.nature() == Some(Nature::Accusation)
    }

    /// The units that it accuses.
    pub fn accused(&self) -> impl Iterator<Item = UnitId> {
        self.registration.iter().flat_map(|it| it.accused.iter().copied())
    }

    /// The procedure it runs under.
    #[must_use]
    pub fn procedure(&self) -> Option<Procedure> {
        self.registration.as_ref().map(|it| it.procedure)
    }

    /// The statutory date of its answer, which no whistle may pass; only of 信访.
    #[must_use]
    pub fn statutory_due(&self) -> Option<DateTime<Utc>> {
        match self.procedure()? {
            Procedure::Petition => self.clocks.get(&ClockKey::of(Step::Answer)).map(|it| it.due),
            Procedure::Hotline
            | Procedure::Dispute
            | Procedure::ReportUp
            | Procedure::Assigned
            | Procedure::Emergency => None,
        }
    }

    /// How many whistles were issued over it.
    #[must_use]
    pub fn n_whistles(&self) -> u32 {
        self.whistles.values().map(|it| it.nth).max().unwrap_or(0)
    }

    /// Whether a whistle over it is open.
    #[must_use]
    pub fn is_whistled(&self) -> bool {
        self.whistles.values().any(|it| it.ended.is_none())
    }

    pub(crate) fn apply(&mut self, fact: &PetitionFact) {
        match fact.clone() {
            PetitionFact::Registered { registration, by, lists, at } => {
                self.registered_by = by;
                self.stage = Stage::Registered;
                self.registered_at = Some(at);
                self.legal_bar = registration.legal_bar;
                self.lists = lists;
                self.registration = Some(registration);
            }
            PetitionFact::Accepted { competent, at } => {
                self.stage = Stage::Accepted;
                self.accepted_at = Some(at);
                self.competent = competent;
            }
            PetitionFact::Declined { .. } => self.stage = Stage::NotAccepted,
            PetitionFact::DuplicateLinked { of } => self.stage = Stage::Duplicate { of },
            PetitionFact::RecognisedDifficult { difficult } => self.difficult = Some(difficult),
            PetitionFact::LegalBarSet { bar, .. } => self.legal_bar = bar,
            PetitionFact::Recused { holder, .. } => {
                self.recused.insert(holder);
            }
            PetitionFact::Unsealed { .. } | PetitionFact::FileOpened { .. } => (),
            PetitionFact::PersonErased { .. } => self.is_erased = true,
            PetitionFact::ScanOwed { of, scan } => {
                self.scans.insert(of, scan);
            }
            PetitionFact::FileAttached { file } => {
                file.scan_of.map(|it| self.scans.remove(&it));
                self.files.insert(file.id, *file);
            }
            PetitionFact::Whistled { whistle, nth, level, at } => {
                self.stage = Stage::InProgress;
                let record = WhistleRecord { nth, level, issued_at: at, ended: None };
                self.whistles.insert(whistle, record);
            }
            PetitionFact::WhistleEnded { whistle, ending } => {
                if let Some(resolution) = &ending.resolution {
                    self.resolution = Some(resolution.clone());
                }
                self.rating = ending.rating.or(self.rating);
                if let Some(it) = self.whistles.get_mut(&whistle) {
                    it.ended = Some(ending);
                }
            }
            PetitionFact::Extended { .. } => self.extensions += 1,
            PetitionFact::Answered { answer, resolution, .. } => {
                self.stage = Stage::Answered { answer };
                self.resolution = Some(resolution);
            }
            PetitionFact::Concluded { .. } => self.stage = Stage::Concluded,
            PetitionFact::CaseOwnerAssigned { assigned, at, .. } => self.assign(*assigned, at),
            PetitionFact::MeasuresUpdated { update, by, at } => self.update(*update, by, at),
            PetitionFact::SignedOff { record } => self.sign_off(*record),
            PetitionFact::Reopened { round, .. } => {
                self.stage = Stage::Accepted;
                self.round = round;
                self.resolution = None;
            }
            PetitionFact::CalendarAdopted { calendar, .. } => self.calendar = calendar,
            PetitionFact::Lapsed { key, .. } => {
                if let Some(it) = self.clocks.get_mut(&key) {
                    it.lapsed = true;
                }
            }
        }
    }

    /// Which step is owed now, the entry of 化解责任清单 apart. Every waiting stage has exactly one.
    #[must_use]
    pub fn owed(&self) -> Option<Step> {
        match self.stage {
            Stage::Registered => Some(Step::Accept),
            Stage::Accepted | Stage::InProgress => Some(Step::Answer),
            Stage::Answered { .. } => Some(Step::Conclude),
            Stage::Blank | Stage::NotAccepted | Stage::Concluded | Stage::Duplicate { .. } => None,
        }
    }

    /// The clocks that run: of the step that is owed, of the open entry, and of the scans.
    #[must_use]
    pub fn clocks_owed(&self) -> BTreeSet<ClockKey> {
        let step = self.owed().map(ClockKey::of);
        step.into_iter().chain(self.entry_clocks()).chain(file::clocks(&self.scans)).collect()
    }
}

/// Every clock that runs for a petition, with the one who owes the act.
#[must_use]
pub fn deadlines(petition: &Petition) -> Vec<Deadline> {
    let Some(centre) = petition.centre() else { return vec![] };
    let mut res: Vec<Deadline> = petition
        .clocks
        .iter()
        .map(|(key, term)| Deadline {
            key: *key,
            term: term.clone(),
            owner: file::owner(&petition.scans, *key)
                .or_else(|| petition.entry_owner(key.step))
                .unwrap_or_else(|| Owner {
                    unit: centre,
                    roles: vec![Role::Dispatcher, Role::PetitionOfficer],
                    person: None,
                }),
            foremost: false,
        })
        .collect();
    clock::mark_foremost(&mut res);
    res
}
