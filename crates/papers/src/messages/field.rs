//! What a column may hold, the headings it is known by, and a person's correction.

use strum::{IntoEnumIterator, IntoStaticStr};
use thiserror::Error;

use crate::Lang;
use crate::workbook::text;

/// What a column may hold.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, strum::EnumIter, IntoStaticStr,
)]
#[strum(serialize_all = "snake_case")]
pub enum Field {
    /// The number the other system gave the message.
    ExternalRef,
    /// The number the other system gave the person.
    PetitionerRef,
    /// The person's name.
    PetitionerName,
    /// The person's telephone number.
    Phone,
    /// The heading of the message.
    Title,
    /// When it came in.
    ReceivedAt,
    /// The text of the message.
    Detail,
    /// The other system's classification.
    Category,
    /// Where it happened.
    Place,
}

impl Field {
    /// The name in an override, such as `external_ref`.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The name on a screen.
    pub fn label(self, lang: Lang) -> &'static str {
        match lang {
            Lang::Zh => self.zh(),
            Lang::En => self.name(),
        }
    }

    /// The heading that it is written under, which is also the first that it is read by.
    pub(crate) fn heading(self) -> &'static str {
        self.headings().first().copied().unwrap_or(self.zh())
    }

    pub(super) fn zh(self) -> &'static str {
        match self {
            Field::ExternalRef => "编号",
            Field::PetitionerRef => "用户编号",
            Field::PetitionerName => "姓名",
            Field::Phone => "电话",
            Field::Title => "主题",
            Field::ReceivedAt => "时间",
            Field::Detail => "详情",
            Field::Category => "分类",
            Field::Place => "地点",
        }
    }

    /// The headings it is known by, the plainest claim first: where two columns
    /// could be the same field, the earlier heading wins.
    fn headings(self) -> &'static [&'static str] {
        match self {
            Field::ExternalRef => &[
                "留言编号",
                "信访件编号",
                "信访编号",
                "工单编号",
                "工单号",
                "受理编号",
                "登记编号",
                "诉求编号",
                "事项编号",
                "事件编号",
                "案件编号",
                "来电编号",
                "流水号",
                "编号",
                "externalref",
            ],
            Field::PetitionerRef => &[
                "留言用户",
                "信访人编号",
                "留言人编号",
                "用户编号",
                "用户id",
                "用户",
                "用户名",
                "petitionerref",
            ],
            Field::PetitionerName => &[
                "信访人姓名",
                "留言人姓名",
                "来电人姓名",
                "诉求人姓名",
                "反映人姓名",
                "申请人姓名",
                "当事人姓名",
                "姓名",
                "信访人",
                "留言人",
                "来电人",
                "诉求人",
                "反映人",
                "投诉人",
                "申请人",
                "当事人",
                "联系人",
                "petitionername",
            ],
            Field::Phone => &[
                "联系电话",
                "手机号码",
                "手机号",
                "联系方式",
                "来电号码",
                "电话号码",
                "电话",
                "手机",
                "phone",
            ],
            Field::Title => &[
                "留言主题",
                "诉求主题",
                "信访主题",
                "工单标题",
                "留言标题",
                "诉求标题",
                "事项名称",
                "事项标题",
                "主题",
                "标题",
                "概况",
                "title",
            ],
            Field::ReceivedAt => &[
                "留言时间",
                "登记时间",
                "来电时间",
                "信访时间",
                "信访日期",
                "受理时间",
                "诉求时间",
                "反映时间",
                "来访时间",
                "接收时间",
                "提交时间",
                "登记日期",
                "留言日期",
                "来电日期",
                "来访日期",
                "创建时间",
                "时间",
                "日期",
                "receivedat",
            ],
            Field::Detail => &[
                "留言详情",
                "留言内容",
                "诉求内容",
                "信访内容",
                "工单内容",
                "反映内容",
                "来电内容",
                "投诉内容",
                "问题描述",
                "诉求详情",
                "事项内容",
                "主要内容",
                "反映问题",
                "概况信息",
                "详情",
                "内容",
                "正文",
                "detail",
            ],
            Field::Category => &[
                "一级分类",
                "一级标签",
                "内容分类",
                "信访分类",
                "诉求分类",
                "问题分类",
                "问题类别",
                "诉求类别",
                "诉求类型",
                "分类",
                "类别",
                "类型",
                "category",
            ],
            Field::Place => &[
                "事发地",
                "事发地点",
                "事发地址",
                "问题属地",
                "问题发生地",
                "发生地点",
                "诉求地点",
                "诉求地址",
                "事件地点",
                "属地",
                "地点",
                "place",
            ],
        }
    }

    /// The field a heading stands for, and how plainly: 0 is the plainest.
    pub(crate) fn guess(heading: &str) -> Option<(Field, usize)> {
        let key = text::heading_key(heading);
        Field::iter().find_map(|field| {
            let rank = field.headings().iter().position(|it| *it == key)?;
            Some((field, rank))
        })
    }

    /// One heading per field, for a sentence.
    pub(super) fn examples() -> String {
        let it: Vec<&str> = Field::iter().map(Field::heading).collect();
        it.join("、")
    }

    /// Reads a field's name, in English or Chinese, as a person would type it.
    fn parse(given: &str) -> Option<Field> {
        let key = text::heading_key(given);
        Field::iter()
            .find(|field| text::heading_key(field.name()) == key || field.zh() == key)
            .or_else(|| Field::guess(given).map(|(field, _)| field))
    }
}

/// A person's word on one column: `列标题=field`, `C=title`, or `备注=ignore`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Override {
    /// The heading, or the letters above the column.
    pub column: String,
    /// What it holds; `None` is to leave it aside.
    pub field: Option<Field>,
}

/// An override that cannot be understood.
#[derive(Clone, Debug, PartialEq, Eq, IntoStaticStr, Error)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
#[error("{}", self.message(Lang::En))]
pub enum OverrideError {
    /// Not of the form `column=field`.
    NoEquals { given: String },
    /// The part after the sign is not a field.
    UnknownField { given: String },
}

impl Override {
    /// Reads `column=field`. The last sign separates, so a heading may contain one.
    ///
    /// # Errors
    /// [`OverrideError`] names what was given and the fields there are.
    pub fn parse(given: &str) -> Result<Override, OverrideError> {
        let (column, field) = given
            .rsplit_once(['=', '\u{ff1d}'])
            .map(|(column, field)| (column.trim(), field.trim()))
            .filter(|(column, field)| !column.is_empty() && !field.is_empty())
            .ok_or_else(|| OverrideError::NoEquals { given: given.to_owned() })?;
        let field = match field {
            "-" | "ignore" | "忽略" => None,
            named => Some(
                Field::parse(named)
                    .ok_or_else(|| OverrideError::UnknownField { given: named.to_owned() })?,
            ),
        };
        Ok(Override { column: column.to_owned(), field })
    }
}

impl OverrideError {
    /// The stable code, such as `UNKNOWN_FIELD`.
    pub fn code(&self) -> &'static str {
        self.into()
    }

    /// What is wrong and what is known.
    pub fn message(&self, lang: Lang) -> String {
        let known: Vec<String> = Field::iter()
            .map(|field| match lang {
                Lang::Zh => format!("{}({})", field.name(), field.zh()),
                Lang::En => field.name().to_owned(),
            })
            .collect();
        match (self, lang) {
            (OverrideError::NoEquals { given }, Lang::Zh) => {
                format!("“{given}”不是“列标题=字段”的写法,例如:留言主题=title。")
            }
            (OverrideError::NoEquals { given }, Lang::En) => {
                format!("“{given}” is not of the form heading=field, such as 留言主题=title.")
            }
            (OverrideError::UnknownField { given }, Lang::Zh) => {
                format!(
                    "没有字段“{given}”。可用字段:{};不读取的列写 ignore(忽略)。",
                    known.join("、")
                )
            }
            (OverrideError::UnknownField { given }, Lang::En) => {
                format!(
                    "There is no field “{given}”. The fields are: {}; a column is left aside with ignore.",
                    known.join(", ")
                )
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_heading_is_known_however_it_is_typed() {
        for (heading, field) in [
            ("留言编号", Field::ExternalRef),
            (" 留言 编号 ", Field::ExternalRef),
            ("*留言主题(必填)", Field::Title),
            ("联系电话:", Field::Phone),
            ("用户ID", Field::PetitionerRef),
            ("Received_At", Field::ReceivedAt),
            ("信访人\n姓名", Field::PetitionerName),
        ] {
            assert_eq!(Field::guess(heading).map(|it| it.0), Some(field), "{heading}");
        }
        assert_eq!(Field::guess("点赞数"), None);
        assert_eq!(Field::guess(""), None);
    }

    #[test]
    fn no_heading_is_claimed_by_two_fields_and_each_is_its_own_key() {
        let mut seen = BTreeSet::new();
        for field in Field::iter() {
            for heading in field.headings() {
                assert_eq!(text::heading_key(heading), *heading);
                assert!(seen.insert(*heading), "{heading}");
            }
        }
    }

    #[test]
    fn an_override_names_a_column_and_a_field() {
        let read = |it| Override::parse(it).unwrap();
        assert_eq!(read("备注=detail").field, Some(Field::Detail));
        assert_eq!(
            read(" a=b = 主题 "),
            Override { column: "a=b".into(), field: Some(Field::Title) }
        );
        assert_eq!(read("点赞数=忽略").field, None);
        assert_eq!(read("时刻=received_at").field, Some(Field::ReceivedAt));
        assert_eq!(read("C=编号").field, Some(Field::ExternalRef));
    }

    #[test]
    fn a_wrong_override_is_answered_with_what_is_known() {
        let error = Override::parse("备注=remark").unwrap_err();
        assert_eq!(error.code(), "UNKNOWN_FIELD");
        assert!(error.message(Lang::Zh).contains("remark"));
        assert!(error.message(Lang::Zh).contains("petitioner_name(姓名)"));
        assert!(error.to_string().contains("external_ref, petitioner_ref"));
        for given in ["备注", "=title", "备注="] {
            assert_eq!(Override::parse(given).unwrap_err().code(), "NO_EQUALS", "{given}");
        }
    }
}
