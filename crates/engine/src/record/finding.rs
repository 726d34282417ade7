//! What a check found wrong, and where, in words.

use std::fmt;

use uuid::Uuid;

use super::seal::{StreamKind, stream_name};
use crate::text::Lang;

/// Where something is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Spot {
    /// A line of the export, from 1.
    Line(u64),
    /// A seal, by its number.
    Seal(u32),
    /// A stream.
    Stream(StreamKind, Uuid),
    /// An event of a stream, by its ordinal.
    Event(StreamKind, Uuid, u32),
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The line cannot be read.
    Unreadable,
    /// The export is of a form that this program does not know.
    UnknownForm,
    /// The line stands where it does not belong.
    OutOfPlace,
    /// The export ends before its last line.
    NoEnd,
    /// The last line counts otherwise.
    Miscounted,
    /// Something in the lines was changed.
    FileChanged,
    /// Seals are missing before this one.
    SealsMissing {
        /// The first that is missing.
        from: u32,
    },
    /// The bytes of a seal are no seal.
    SealUnreadable,
    /// The signature is not of these bytes.
    SealForged,
    /// It was signed by another key than the seal before it named.
    SealByOther,
    /// It does not hold on to the seal before it.
    SealUnlinked,
    /// It says another number or district than where it stands.
    SealMisplaced,
    /// No seal was signed by the key that was given.
    KeyUnknown,
    /// The heads of the streams do not give the root that was signed.
    RootDiffers {
        /// The streams that had moved before it, some of them.
        moved: Vec<(StreamKind, Uuid)>,
    },
    /// There were so many streams when it was made, and there are so many.
    StreamsDiffer {
        /// When it was made.
        sealed: u64,
        /// Now.
        found: u64,
    },
    /// The outside holder has a seal of this number that is another.
    LedgerDiffers,
    /// The outside holder has later seals: this is an older copy of the record.
    LedgerIsNewer {
        /// The last seal that the holder has.
        last: u32,
    },
    /// The stream stood elsewhere at a seal, as the outside holder has it.
    LedgerHeadDiffers {
        /// The seal.
        seal: u32,
    },
    /// The stream stands twice, or out of order.
    StreamMisplaced,
    /// The whole stream is missing.
    StreamMissing,
    /// The content was changed: its digest is not the one that was kept (`hash`).
    Changed,
    /// It does not hold on to the event before it (`previous`): one of the two was changed.
    Unlinked,
    /// Events are missing from this one on, up to another.
    Missing {
        /// The last that is missing.
        to: u32,
    },
    /// It stands where another belongs.
    Reordered {
        /// The ordinal that belongs here.
        expected: u32,
    },
    /// A column says otherwise than the content that is hashed.
    Differs {
        /// Which.
        field: &'static str,
    },
    /// The last events are gone that a seal covers.
    CutOff {
        /// The seal.
        seal: u32,
        /// How many events it covers.
        sealed: u32,
    },
    /// The last events are gone that the stream itself counts.
    CountDiffers {
        /// How many it counts.
        counted: u32,
    },
    /// The last digest is not the one that the stream keeps (`head`).
    HeadDiffers,
    /// The digest is not the one that a seal covers.
    SealedHeadDiffers {
        /// The seal.
        seal: u32,
    },
    /// The points of the stream go back, or name a seal that is not there.
    PointsDiffer,
    /// It does not prove that it is under the seal.
    Unproven,
    /// The first events are gone, and no expiry was recorded that fits.
    NotExpired {
        /// How many are gone.
        gone: u32,
    },
    /// They expired within six months after they were sealed.
    ExpiredEarly,
}

/// Something that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Where.
    pub spot: Spot,
    /// What.
    pub fault: Fault,
}

impl Spot {
    /// The place in words.
    #[must_use]
    pub fn sentence(&self, lang: Lang) -> String {
        let stream = |kind: StreamKind, id: Uuid| match lang {
            Lang::Zh => format!("{} {}", kind.zh(), stream_name(kind, id)),
            Lang::En => format!("{} {}", kind.code(), stream_name(kind, id)),
        };
        match (*self, lang) {
            (Self::Line(at), Lang::Zh) => format!("文件第 {at} 行"),
            (Self::Line(at), Lang::En) => format!("line {at} of the file"),
            (Self::Seal(no), Lang::Zh) => format!("第 {no} 次封存"),
            (Self::Seal(no), Lang::En) => format!("seal {no}"),
            (Self::Stream(kind, id), _) => stream(kind, id),
            (Self::Event(kind, id, version), Lang::Zh) => {
                format!("{} 第 {version} 个事件", stream(kind, id))
            }
            (Self::Event(kind, id, version), Lang::En) => {
                format!("{} event {version}", stream(kind, id))
            }
        }
    }
}

impl Fault {
    /// A stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::UnknownForm => "unknown_form",
            Self::OutOfPlace => "out_of_place",
            Self::NoEnd => "no_end",
            Self::Miscounted => "miscounted",
            Self::FileChanged => "file_changed",
            Self::SealsMissing { .. } => "seals_missing",
            Self::SealUnreadable => "seal_unreadable",
            Self::SealForged => "seal_forged",
            Self::SealByOther => "seal_by_other",
            Self::SealUnlinked => "seal_unlinked",
            Self::SealMisplaced => "seal_misplaced",
            Self::KeyUnknown => "key_unknown",
            Self::RootDiffers { .. } => "root_differs",
            Self::StreamsDiffer { .. } => "streams_differ",
            Self::LedgerDiffers => "ledger_differs",
            Self::LedgerIsNewer { .. } => "ledger_is_newer",
            Self::LedgerHeadDiffers { .. } => "ledger_head_differs",
            Self::StreamMisplaced => "stream_misplaced",
            Self::StreamMissing => "stream_missing",
            Self::Changed => "changed",
            Self::Unlinked => "unlinked",
            Self::Missing { .. } => "missing",
            Self::Reordered { .. } => "reordered",
            Self::Differs { .. } => "differs",
            Self::CutOff { .. } => "cut_off",
            Self::CountDiffers { .. } => "count_differs",
            Self::HeadDiffers => "head_differs",
            Self::SealedHeadDiffers { .. } => "sealed_head_differs",
            Self::PointsDiffer => "points_differ",
            Self::Unproven => "unproven",
            Self::NotExpired { .. } => "not_expired",
            Self::ExpiredEarly => "expired_early",
        }
    }

    fn zh(&self) -> String {
        match self {
            Self::Unreadable => "无法读取".into(),
            Self::UnknownForm => "格式版本未知，请用较新的程序核验".into(),
            Self::OutOfPlace => "位置不对".into(),
            Self::NoEnd => "文件不完整，没有结束行".into(),
            Self::Miscounted => "结束行的数目与内容不符".into(),
            Self::FileChanged => "文件内容被改动（结束行的摘要不符）".into(),
            Self::SealsMissing { from } => format!("编号不连续，缺第 {from} 次起的封存"),
            Self::SealUnreadable => "封存内容无法读取".into(),
            Self::SealForged => "签名不符（signature），系伪造或被改动".into(),
            Self::SealByOther => "签名所用的密钥不是上一次封存所指定的（key）".into(),
            Self::SealUnlinked => "与上一次封存不衔接（previous）".into(),
            Self::SealMisplaced => "所载编号或区县与所在位置不符".into(),
            Self::KeyUnknown => "没有一次封存由所给的公钥签名".into(),
            Self::RootDiffers { moved } => {
                let names: Vec<String> =
                    moved.iter().map(|(kind, id)| stream_name(*kind, *id)).collect();
                format!(
                    "各件末尾的摘要算不出所签的根（root）；此前变动的有：{}。用 --ledger 与外部存留比对可指明是哪一件",
                    names.join("、")
                )
            }
            Self::StreamsDiffer { sealed, found } => {
                format!("封存时有 {sealed} 件，现只有 {found} 件（streams）")
            }
            Self::LedgerDiffers => "与外部存留的同号封存不同".into(),
            Self::LedgerIsNewer { last } => {
                format!("外部存留已到第 {last} 次封存：这是较旧的副本，其后的记录已丢失")
            }
            Self::LedgerHeadDiffers { seal } => {
                format!("与外部存留的第 {seal} 次封存所载不同")
            }
            Self::StreamMisplaced => "重复或次序不对".into(),
            Self::StreamMissing => "整件缺失".into(),
            Self::Changed => "内容被改动，与所存摘要不符（hash）".into(),
            Self::Unlinked => "与前一事件不衔接（previous），两者之一被改动".into(),
            Self::Missing { to } => format!("起缺失，至第 {to} 个"),
            Self::Reordered { expected } => format!("次序颠倒，此处应为第 {expected} 个"),
            Self::Differs { field } => format!("所列 {field} 与内容所载不同"),
            Self::CutOff { seal, sealed } => {
                format!("起被截去：第 {seal} 次封存时共有 {sealed} 个事件")
            }
            Self::CountDiffers { counted } => format!("起缺失：本件自计 {counted} 个事件"),
            Self::HeadDiffers => "末尾摘要与本件所存不符（head）".into(),
            Self::SealedHeadDiffers { seal } => {
                format!("与第 {seal} 次封存所载摘要不符（head）")
            }
            Self::PointsDiffer => "各次封存的位置前后矛盾".into(),
            Self::Unproven => "不能证明在所附封存之内（proof）".into(),
            Self::NotExpired { gone } => format!("前 {gone} 个事件缺失，没有与之相符的到期记录"),
            Self::ExpiredEarly => "封存后不满六个月即被清除".into(),
        }
    }

    fn en(&self) -> String {
        match self {
            Self::Unreadable => "cannot be read".into(),
            Self::UnknownForm => "is of an unknown form; use a newer program".into(),
            Self::OutOfPlace => "stands where it does not belong".into(),
            Self::NoEnd => "the file ends before its last line".into(),
            Self::Miscounted => "the last line counts otherwise".into(),
            Self::FileChanged => "the file was changed (the digest of its last line)".into(),
            Self::SealsMissing { from } => format!("seals are missing before it, from {from} on"),
            Self::SealUnreadable => "its bytes are no seal".into(),
            Self::SealForged => "the signature is not of it: forged or changed".into(),
            Self::SealByOther => "signed by another key than the seal before it named".into(),
            Self::SealUnlinked => "does not follow on the seal before it (previous)".into(),
            Self::SealMisplaced => "says another number or district than where it stands".into(),
            Self::KeyUnknown => "no seal was signed by the key that was given".into(),
            Self::RootDiffers { moved } => {
                let names: Vec<String> =
                    moved.iter().map(|(kind, id)| stream_name(*kind, *id)).collect();
                format!(
                    "the heads do not give the signed root; moved before it: {}. --ledger compares with the outside holder and names the stream",
                    names.join(", ")
                )
            }
            Self::StreamsDiffer { sealed, found } => {
                format!("there were {sealed} streams, and there are {found}")
            }
            Self::LedgerDiffers => "is another than the outside holder's".into(),
            Self::LedgerIsNewer { last } => format!(
                "the outside holder has seals up to {last}: this is an older copy, what came later is lost"
            ),
            Self::LedgerHeadDiffers { seal } => {
                format!("stood elsewhere at seal {seal}, as the outside holder has it")
            }
            Self::StreamMisplaced => "stands twice or out of order".into(),
            Self::StreamMissing => "is missing as a whole".into(),
            Self::Changed => "was changed: its content does not give the digest kept (hash)".into(),
            Self::Unlinked => {
                "does not follow on the event before it (previous): one of them was changed".into()
            }
            Self::Missing { to } => format!("is missing, up to event {to}"),
            Self::Reordered { expected } => {
                format!("is out of order; event {expected} belongs here")
            }
            Self::Differs { field } => format!("the column {field} is not what its content says"),
            Self::CutOff { seal, sealed } => {
                format!("and what follows was cut off: seal {seal} covers {sealed} events")
            }
            Self::CountDiffers { counted } => {
                format!("is missing: the stream counts {counted} events")
            }
            Self::HeadDiffers => "the last digest is not the one the stream keeps (head)".into(),
            Self::SealedHeadDiffers { seal } => {
                format!("is not what seal {seal} covers (head)")
            }
            Self::PointsDiffer => "its points at the seals contradict each other".into(),
            Self::Unproven => "does not prove that it is under the seal (proof)".into(),
            Self::NotExpired { gone } => {
                format!("its first {gone} events are gone, and no expiry is recorded that fits")
            }
            Self::ExpiredEarly => "expired within six months of its seal".into(),
        }
    }
}

impl Finding {
    /// The finding in a sentence.
    #[must_use]
    pub fn sentence(&self, lang: Lang) -> String {
        match lang {
            Lang::Zh => format!("{}：{}。", self.spot.sentence(lang), self.fault.zh()),
            Lang::En => format!("{}: {}.", self.spot.sentence(lang), self.fault.en()),
        }
    }
}

/// Chinese first, then English.
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n    {}", self.sentence(Lang::Zh), self.sentence(Lang::En))
    }
}
