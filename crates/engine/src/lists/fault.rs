//! What is wrong with a row of the lists: where it stands, what it is, and how to mend it.

use strum::{Display, EnumIter, EnumString, IntoStaticStr};

use crate::{
    actor::Role,
    calendar::LimitError,
    directory::{Directory, Tier, UnitKind},
    refusal::roles,
    supervision::Paper,
    text::Lang,
};

/// A table that the lists are written in; each is one sheet of the workbook.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumIter,
    EnumString,
    Display,
    IntoStaticStr,
)]
#[strum(serialize_all = "snake_case")]
pub enum Sheet {
    /// 吹哨事项清单.
    Matters,
    /// 吹哨发起清单.
    Initiation,
    /// 吹哨流程清单.
    Process,
    /// 化解责任清单.
    Responsibility,
    /// 哨种.
    Kinds,
    /// 等级.
    Levels,
    /// 办理界限: how often what may happen under each kind and level, and what it is raised to.
    Bounds,
    /// 诉求时限.
    Petitions,
    /// 通则: what holds for the version as a whole.
    General,
    /// 督办阶梯.
    Supervision,
    /// 信访分类对照.
    Classes,
    /// 权责清单.
    Powers,
}

impl Sheet {
    /// All of them, in the order of a workbook.
    pub fn all() -> impl Iterator<Item = Self> {
        <Self as strum::IntoEnumIterator>::iter()
    }

    /// Its title in Chinese: the name of the sheet.
    #[must_use]
    pub fn zh(self) -> &'static str {
        match self {
            Self::Matters => "吹哨事项清单",
            Self::Initiation => "吹哨发起清单",
            Self::Process => "吹哨流程清单",
            Self::Responsibility => "化解责任清单",
            Self::Kinds => "哨种",
            Self::Levels => "等级",
            Self::Bounds => "办理界限",
            Self::Petitions => "诉求时限",
            Self::General => "通则",
            Self::Supervision => "督办阶梯",
            Self::Classes => "信访分类对照",
            Self::Powers => "权责清单",
        }
    }

    /// Its title in English.
    #[must_use]
    pub fn en(self) -> &'static str {
        match self {
            Self::Matters => "matter list",
            Self::Initiation => "initiation list",
            Self::Process => "process list",
            Self::Responsibility => "responsibility list",
            Self::Kinds => "kinds of whistle",
            Self::Levels => "levels",
            Self::Bounds => "bounds",
            Self::Petitions => "limits of petitions",
            Self::General => "general rules",
            Self::Supervision => "ladder of supervision",
            Self::Classes => "taxonomy",
            Self::Powers => "catalogue of powers",
        }
    }
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// In which table.
    pub sheet: Sheet,
    /// In which row, by its key; empty where a row is missing.
    pub key: String,
    /// In which column, by its code.
    pub column: &'static str,
    /// What is wrong.
    pub wrong: Wrong,
}

/// Faults as they are found.
#[derive(Debug, Default)]
pub(crate) struct Faults(pub(crate) Vec<Fault>);

impl Faults {
    pub(crate) fn add(&mut self, sheet: Sheet, key: &str, column: &'static str, wrong: Wrong) {
        self.0.push(Fault { sheet, key: key.to_owned(), column, wrong });
    }
}

/// What is wrong with a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wrong {
    /// Nothing is there.
    Missing,
    /// It names something that is nowhere defined.
    Unknown {
        /// What it says.
        value: String,
    },
    /// No unit is called so.
    NoUnit {
        /// What it says.
        value: String,
        /// Units that are called nearly so.
        near: Vec<String>,
    },
    /// It is none of the words that stand to choose.
    NotOneOf {
        /// What it says.
        value: String,
        /// The words.
        words: Vec<String>,
    },
    /// Several things have this name.
    Ambiguous {
        /// What it says.
        value: String,
    },
    /// Two rows say something about the same thing.
    Twice,
    /// The row names one unit twice.
    UnitTwice(String),
    /// It is no whole number.
    NotANumber {
        /// What it says.
        value: String,
    },
    /// It is no date.
    NotADate {
        /// What it says.
        value: String,
    },
    /// It cannot be a code.
    NotACode {
        /// What it says.
        value: String,
    },
    /// It must say what the other rows of the same thing say.
    MustAgree {
        /// That.
        should: String,
    },
    /// Only the answer of a petition can be extended.
    ExtensionOfAnswerOnly,
    /// A procedure lacks one of its three steps.
    NoPetitionStep {
        /// The procedure.
        procedure: &'static str,
        /// The step.
        step: &'static str,
    },
    /// A step is of a kind and level that has no bounds.
    NoBounds {
        /// In words.
        pair: String,
    },
    /// The step cannot have this consequence.
    ConsequenceUnfit {
        /// The step.
        step: &'static str,
        /// Those that it can have.
        words: Vec<String>,
    },
    /// It is more than can be.
    TooLarge {
        /// The most.
        most: u32,
    },
    /// It is longer than so many characters.
    TooLong {
        /// The most.
        most: u32,
    },
    /// It is none, where at least one is meant.
    Zero,
    /// The limit cannot be.
    Limit(LimitError),
    /// A limit has an amount and no unit, or the other way round.
    HalfALimit,
    /// What is printed from the engine was edited.
    Printed {
        /// What stands there.
        should: String,
    },
    /// What it refers to leads back to itself.
    Circular {
        /// The way round, in words.
        path: Vec<String>,
    },
    /// The unit is closed.
    Closed {
        /// Its name.
        unit: String,
        /// Who took over.
        heir: Option<String>,
    },
    /// The initiation list does not let such a unit be called.
    NotCallable {
        /// Its name.
        unit: String,
        /// What it is.
        kind: UnitKind,
        /// The tier of the centre whose row shuts it out.
        tier: Tier,
        /// The kind and level of that row, in words.
        pair: String,
    },
    /// Assists are named, and nobody who leads.
    AssistsWithoutLead,
    /// There is no process for this kind and level.
    NoProcess {
        /// In words.
        pair: String,
    },
    /// A step that the machine waits in has no limit, or is passed over.
    NoStep {
        /// The kind and level, in words.
        pair: String,
        /// The step.
        step: &'static str,
    },
    /// The step has its limit under 诉求时限 or 通则.
    StepOfPetitions,
    /// A level has no rule of responsibility.
    NoRule {
        /// Its name.
        level: String,
    },
    /// Proof of presence may be demanded of emergencies only.
    PresenceProof,
    /// Only an emergency may be blown before it is approved.
    BlowNowNotEmergency,
    /// A graver paper stands before it.
    OutOfOrder {
        /// That paper.
        before: Paper,
    },
    /// The paper does not go out of itself.
    NeedsSigner {
        /// Those that may.
        unsigned: Vec<String>,
    },
    /// It goes out of itself, and would wait for one that somebody signs.
    AutomaticAfterSigned,
    /// Nobody in this role of a called unit is written to.
    NoAddressee {
        /// The role.
        role: Role,
        /// Those that are.
        may: Vec<Role>,
    },
    /// Nobody in this role may do this, whatever a list says.
    RoleMayNot {
        /// The role.
        role: Role,
        /// Those that may.
        may: Vec<Role>,
    },
}

fn listed(words: &[String], lang: Lang) -> String {
    words.join(match lang {
        Lang::Zh => "、",
        Lang::En => ", ",
    })
}

impl Wrong {
    /// What is wrong and how to mend it.
    #[must_use]
    pub fn sentence(&self, lang: Lang) -> String {
        match lang {
            Lang::Zh => self.zh(),
            Lang::En => self.en(),
        }
    }

    fn zh(&self) -> String {
        match self {
            Self::Missing => "未填写；请填写".to_owned(),
            Self::Unknown { value } => {
                format!("“{value}”未定义；请先在相应的表中增加，或改用已有的")
            }
            Self::NoUnit { value, near } if near.is_empty() => {
                format!("没有名为“{value}”的单位；请改用已有单位，或先在单位管理中增加")
            }
            Self::NoUnit { value, near } => {
                format!("没有名为“{value}”的单位；是否为：{}", listed(near, Lang::Zh))
            }
            Self::NotOneOf { value, words } => {
                format!("“{value}”不在可选范围内；可填：{}", listed(words, Lang::Zh))
            }
            Self::Ambiguous { value } => format!("“{value}”有多个同名的；请改填编码"),
            Self::Twice => "与前面的行重复；请删去一行或改用不同的编码".to_owned(),
            Self::UnitTwice(unit) => format!("同一行两次写到“{unit}”；请删去一处"),
            Self::NotANumber { value } => format!("“{value}”不是整数；请填写阿拉伯数字"),
            Self::NotADate { value } => format!("“{value}”不是日期；请按 2026-01-31 的样式填写"),
            Self::NotACode { value } => {
                format!("“{value}”不能作编码；编码不含空格、顿号、逗号、斜线")
            }
            Self::MustAgree { should } => format!("同一事物各行须一致；请改为“{should}”"),
            Self::ExtensionOfAnswerOnly => "只有答复可以延期；请清空此栏".to_owned(),
            Self::NoPetitionStep { procedure, step } => {
                format!("程序“{procedure}”缺少环节“{step}”；请补上一行")
            }
            Self::NoBounds { pair } => format!("“办理界限”中没有“{pair}”；请先增加"),
            Self::ConsequenceUnfit { step, words } => {
                format!("环节“{step}”不能有此后果；可填：{}", listed(words, Lang::Zh))
            }
            Self::TooLarge { most } => format!("不得大于 {most}"),
            Self::TooLong { most } => format!("不得超过 {most} 字"),
            Self::Zero => "不能为零；请填写大于零的数".to_owned(),
            Self::Limit(LimitError::Zero { .. }) => "时限不能为零；请填写大于零的数".to_owned(),
            Self::Limit(LimitError::TooLong { most, .. }) => format!("时限过长；最多 {most}"),
            Self::HalfALimit => "时限的数和单位须同时填写".to_owned(),
            Self::Printed { should } => format!(
                "此栏由系统的环节顺序印出，不能修改：顺序是程序的一部分，改动会使环节走不通；请恢复为“{should}”"
            ),
            Self::Circular { path } => {
                format!("循环引用：{}；请去掉其中一处", path.join(" → "))
            }
            Self::Closed { unit, heir: Some(heir) } => {
                format!("“{unit}”已撤并；请改为承接单位“{heir}”")
            }
            Self::Closed { unit, heir: None } => format!("“{unit}”已撤销；请改为现有单位"),
            Self::NotCallable { unit, kind, tier, pair } => format!(
                "“{unit}”是{}，{}综治中心发起“{pair}”时不能召集；请换单位，或在吹哨发起清单的“可召集单位”中增加",
                kind.zh(),
                tier.zh()
            ),
            Self::AssistsWithoutLead => "有配合部门而无牵头部门；请写明谁牵头".to_owned(),
            Self::NoProcess { pair } => format!("吹哨流程清单中没有“{pair}”；请先增加"),
            Self::NoStep { pair, step } => {
                format!("“{pair}”缺少必经环节“{step}”；请补上一行，时限写清，必经填“是”")
            }
            Self::StepOfPetitions => {
                "此环节的时限写在“诉求时限”、“通则”或“督办阶梯”中；请删去此行".to_owned()
            }
            Self::NoRule { level } => format!("等级“{level}”没有责任规则；请补上一行"),
            Self::PresenceProof => {
                "只有应急哨可以要求到场凭证（不得强制打卡）；请填“否”".to_owned()
            }
            Self::BlowNowNotEmergency => "只有应急哨可以先吹后补；请清空此栏".to_owned(),
            Self::OutOfOrder { before } => {
                format!("文书须由轻到重，前面已有更重的“{}”；请调整行的次序", before.zh())
            }
            Self::NeedsSigner { unsigned } => format!(
                "此文书须有签发人；可由系统自动发出的只有：{}",
                listed(unsigned, Lang::Zh)
            ),
            Self::AutomaticAfterSigned => {
                "自动发出的文书不能排在须人签发的文书之后，否则无人签发就不会发出；请填写签发人，或移到前面"
                    .to_owned()
            }
            Self::NoAddressee { role, may } => format!(
                "督办文书不送“{}”；可填：{}",
                role.zh(),
                roles(may, Lang::Zh)
            ),
            Self::RoleMayNot { role, may } => format!(
                "“{}”在任何情况下都不能办理此事项；可填：{}",
                role.zh(),
                roles(may, Lang::Zh)
            ),
        }
    }

    fn en(&self) -> String {
        match self {
            Self::Missing => "is empty; fill it in".to_owned(),
            Self::Unknown { value } => {
                format!("`{value}` is nowhere defined; define it first, or name what is there")
            }
            Self::NoUnit { value, near } if near.is_empty() => {
                format!("no unit is called `{value}`; name another, or add it to the units first")
            }
            Self::NoUnit { value, near } => {
                format!("no unit is called `{value}`; is it: {}", listed(near, Lang::En))
            }
            Self::NotOneOf { value, words } => {
                format!("`{value}` cannot be chosen here; choose of: {}", listed(words, Lang::En))
            }
            Self::Ambiguous { value } => format!("several are called `{value}`; write the code"),
            Self::Twice => {
                "says something a second time; delete one row or change a code".to_owned()
            }
            Self::UnitTwice(unit) => format!("names `{unit}` twice; delete one"),
            Self::NotANumber { value } => format!("`{value}` is no whole number"),
            Self::NotADate { value } => format!("`{value}` is no date; write 2026-01-31"),
            Self::NotACode { value } => {
                format!("`{value}` can be no code: no blanks, commas or slashes")
            }
            Self::MustAgree { should } => format!("must agree with the other rows: {should}"),
            Self::ExtensionOfAnswerOnly => "only the answer can be extended".to_owned(),
            Self::NoPetitionStep { procedure, step } => {
                format!("the procedure {procedure} lacks the step {step}; add it")
            }
            Self::NoBounds { pair } => format!("{pair} has no row of bounds; add it first"),
            Self::ConsequenceUnfit { step, words } => {
                format!("{step} cannot end so; choose of: {}", listed(words, Lang::En))
            }
            Self::TooLarge { most } => format!("must not be more than {most}"),
            Self::TooLong { most } => format!("must not exceed {most} characters"),
            Self::Zero => "must not be zero".to_owned(),
            Self::Limit(error) => error.to_string(),
            Self::HalfALimit => "a limit needs an amount and a unit".to_owned(),
            Self::Printed { should } => format!(
                "is printed from the order of steps, which is part of the program and which an edit would not change; put `{should}` back"
            ),
            Self::Circular { path } => format!("leads back to itself: {}", path.join(" → ")),
            Self::Closed { unit, heir: Some(heir) } => {
                format!("`{unit}` is closed; name `{heir}`, which took over")
            }
            Self::Closed { unit, heir: None } => format!("`{unit}` is closed; name another unit"),
            Self::NotCallable { unit, kind, tier, pair } => format!(
                "`{unit}` is a {kind}, which a {tier} centre may not call for {pair}; name another, or widen the initiation list"
            ),
            Self::AssistsWithoutLead => "names assists and no lead; say who leads".to_owned(),
            Self::NoProcess { pair } => format!("the process list has no {pair}; add it first"),
            Self::NoStep { pair, step } => {
                format!(
                    "{pair} lacks the step {step}, in which a whistle waits; add it as required"
                )
            }
            Self::StepOfPetitions => {
                "the limit of this step stands elsewhere; delete this row".to_owned()
            }
            Self::NoRule { level } => format!("the level {level} has no rule; add it"),
            Self::PresenceProof => "proof of presence is for emergencies only".to_owned(),
            Self::BlowNowNotEmergency => {
                "only an emergency may be blown before it is approved".to_owned()
            }
            Self::OutOfOrder { before } => {
                format!("the papers grow graver, and {before} stands before it; move the row up")
            }
            Self::NeedsSigner { unsigned } => format!(
                "somebody must sign it; of themselves go out only: {}",
                listed(unsigned, Lang::En)
            ),
            Self::AutomaticAfterSigned => {
                "goes out of itself and would wait for one that somebody signs; name a signer, or move the row up"
                    .to_owned()
            }
            Self::NoAddressee { role, may } => {
                format!("no paper goes to a {role}; choose of: {}", roles(may, Lang::En))
            }
            Self::RoleMayNot { role, may } => {
                format!("a {role} may never do this; choose of: {}", roles(may, Lang::En))
            }
        }
    }
}

impl Wrong {
    /// That no unit bears this code or name, with those that are called nearly so.
    pub(crate) fn no_unit(value: &str, directory: &Directory) -> Self {
        // 城管局 is meant for 区城管执法局: the characters of one stand in the other, in their order.
        let within = |short: &str, long: &str| {
            let mut rest = long.chars();
            short.chars().count() > 1 && short.chars().all(|it| rest.any(|other| other == it))
        };
        let alike = |name: &str| within(value, name) || within(name, value);
        let near = directory.units().filter(|it| !it.closed);
        let near = near.filter(|it| alike(&it.short_name) || alike(&it.name));
        let near = near.map(|it| it.short_name.clone()).take(3).collect();
        Self::NoUnit { value: value.to_owned(), near }
    }
}
