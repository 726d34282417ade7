//! The record beside the cases: how the registers came to be, and what the auditor reads.
//!
//! Both are chained like the events of a case. What changes a register is kept for ever, on one
//! stream of the district; what somebody did at a door (signing in, opening sealed data, exporting,
//! being refused) goes to a stream of its process and day, which expires as a sealed segment.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use strum::{EnumDiscriminants, EnumIter, EnumString, IntoStaticStr};
use uuid::Uuid;

use crate::{
    command::{CommandKind, Target},
    directory::Unit,
    ids::{AssignmentId, AuditId, DistrictId, PersonId, UnitId},
    refusal::Refusal,
    text::Digest,
};

/// The version of the form in which notes are written.
pub const SCHEMA: u32 = 1;

/// What a note says happened. It holds ids and codes, never personal data, a password or a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, EnumDiscriminants, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[strum_discriminants(
    name(AuditKind),
    derive(EnumIter, EnumString, IntoStaticStr, PartialOrd, Ord, Hash),
    strum(serialize_all = "snake_case")
)]
pub enum AuditFact {
    /// 受理被拒: an act was refused for want of authority, or by a guard that is not to be tried.
    Refused {
        /// The act, by its code.
        act: String,
        /// Why, by the code of the refusal.
        code: String,
        /// What it was about, as it was asked; it need not exist.
        case: Option<Uuid>,
        /// The units that would have been called.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        units: Vec<UnitId>,
    },
    /// 机构变更: units were added, renamed, moved, merged or closed.
    UnitsChanged {
        /// Each unit before, where it was there, and after.
        units: Vec<(Option<Unit>, Unit)>,
    },
    /// 清单发布: a version of the four lists.
    ListsPublished {
        /// The version.
        version: u32,
        /// The digest of its body.
        digest: Digest,
    },
    /// 日历采用: a version of the calendar.
    CalendarAdopted {
        /// The version.
        version: u32,
        /// The digest of its body.
        digest: Digest,
    },
}

impl AuditFact {
    /// The code of what happened.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        self.into()
    }

    /// Whether it is kept for ever: how the registers came to be.
    #[must_use]
    pub fn is_lasting(&self) -> bool {
        match self {
            Self::UnitsChanged { .. }
            | Self::ListsPublished { .. }
            | Self::CalendarAdopted { .. } => true,
            Self::Refused { .. } => false,
        }
    }

    /// Whether what was tried succeeded (GB/T 22239: each entry says so).
    #[must_use]
    pub fn is_success(&self) -> bool {
        match self {
            Self::UnitsChanged { .. }
            | Self::ListsPublished { .. }
            | Self::CalendarAdopted { .. } => true,
            Self::Refused { .. } => false,
        }
    }
}

impl AuditKind {
    /// Its name in Chinese.
    #[must_use]
    pub fn zh(self) -> &'static str {
        match self {
            Self::Refused => "办理被拒",
            Self::UnitsChanged => "机构变更",
            Self::ListsPublished => "清单发布",
            Self::CalendarAdopted => "日历采用",
        }
    }
}

/// A note as it is written. Its bytes are what is hashed, stored and verified.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// The version of this form.
    pub schema: u32,
    /// The district.
    pub district: DistrictId,
    /// The stream.
    pub stream: AuditId,
    /// Its ordinal in the stream, from 1.
    pub version: u32,
    /// When, by the clock on the wall.
    pub at: DateTime<Utc>,
    /// Who did it; none where nobody had signed in, or the program itself did.
    pub actor: Option<PersonId>,
    /// Of which unit.
    pub unit: Option<UnitId>,
    /// The address that the request came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The digest of the note before it; zeros for the first.
    pub previous: Digest,
    /// What happened.
    pub fact: AuditFact,
}

impl Note {
    /// Its exact bytes.
    ///
    /// # Errors
    /// Never for values of this crate; the encoder's signature says it could.
    pub fn bytes(&self) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec(self)
    }

    /// Reads exact bytes.
    ///
    /// # Errors
    /// Where the bytes are not a note.
    pub fn parse(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(bytes)
    }
}

/// The note that a refused command leaves; none where somebody only filled in a form wrongly or
/// came at the wrong moment.
#[must_use]
pub fn of_refusal(
    act: CommandKind,
    refusal: &Refusal,
    target: &Target,
    units: Vec<UnitId>,
) -> Option<AuditFact> {
    refusal.is_recorded().then(|| AuditFact::Refused {
        act: <&str>::from(act).to_owned(),
        code: refusal.code().to_owned(),
        case: about(target),
        units,
    })
}

/// The note that a command leaves on a case that its caller may not see or that is not there.
#[must_use]
pub fn of_unseen(act: CommandKind, target: &Target) -> AuditFact {
    AuditFact::Refused {
        act: <&str>::from(act).to_owned(),
        code: "NOT_FOUND".to_owned(),
        case: about(target),
        units: vec![],
    }
}

/// The note that an act on an assignment leaves that its caller may not see or that is not there.
#[must_use]
pub fn of_unseen_part(assignment: AssignmentId) -> AuditFact {
    AuditFact::Refused {
        act: "act_on_assignment".to_owned(),
        code: "NOT_FOUND".to_owned(),
        case: Some(assignment.0),
        units: vec![],
    }
}

/// The case that a command is about.
fn about(target: &Target) -> Option<Uuid> {
    let whistle = target.whistle.filter(|_| !target.begins).map(|it| it.0);
    whistle.or(target.petitions.first().map(|it| it.0))
}
