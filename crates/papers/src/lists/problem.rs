//! What is wrong with a workbook of lists: where it stands, what it is, and how to mend it.

use engine::{
    calendar::LimitError,
    lists::{Sheet, Wrong, table::Column},
};

use crate::Lang;
use crate::workbook::{Format, Unfit, size, text};

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The sheet, by its name in the file; empty where the file as a whole is meant.
    pub sheet: String,
    /// The cell, such as `C5`; empty where the sheet as a whole is meant, as when a row is missing.
    pub cell: String,
    /// What it is.
    pub(super) what: What,
}

/// Everything that is wrong with a file, in the order of its sheets.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} problems in the lists, the first of them {}", self.count(), self.first())]
pub struct Problems {
    /// As many as a person will read, at most [`Problems::MOST`].
    pub shown: Vec<Problem>,
    /// How many more there are.
    pub left_out: usize,
}

impl Problems {
    /// The most that are shown.
    pub const MOST: usize = 200;

    /// The first of these, and the number of the rest.
    pub(super) fn of(mut all: Vec<Problem>) -> Self {
        let left_out = all.len().saturating_sub(Self::MOST);
        all.truncate(Self::MOST);
        Self { shown: all, left_out }
    }

    /// How many there are, with those that are not shown.
    #[must_use]
    pub fn count(&self) -> usize {
        self.shown.len() + self.left_out
    }

    fn first(&self) -> String {
        let line = |it: &Problem| format!("{}: {}", it.place(), it.sentence(Lang::En));
        self.shown.first().map(line).unwrap_or_default()
    }
}

/// A file that cannot be read at all is one problem.
impl From<Unfit> for Problems {
    fn from(unfit: Unfit) -> Self {
        Self::of(vec![What::File(unfit).of_file()])
    }
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// The file cannot be read.
    File(Unfit),
    /// More stands in the sheet than is read.
    Sheet(Unfit),
    /// No list is in the file.
    NoLists,
    /// A sheet that is none of the lists.
    UnknownSheet,
    /// Another sheet is the same list.
    SheetTwice { list: Sheet, other: String },
    /// The sheet is called like a list and has no such headings.
    NoHeadings { list: Sheet },
    /// A column that the list does not have holds something.
    UnknownColumn { header: String },
    /// A column holds something and has no heading.
    NoHeading,
    /// Another column has the same heading.
    ColumnTwice { header: &'static Column, other: String },
    /// A column that every row must have is not there.
    MissingColumn { header: &'static Column, row: u32 },
    /// A formula stands where a value should.
    Formula { header: &'static Column },
    /// A formula failed.
    Failed { header: &'static Column, error: String },
    /// The spreadsheet has rounded a long number.
    Rounded { header: &'static Column },
    /// The spreadsheet has made a date of it.
    BecameDate { header: &'static Column },
    /// The cell shows a percentage, and holds a fraction.
    Percent { header: &'static Column, value: String },
    /// What the cell says is wrong.
    Cell { header: &'static Column, wrong: Wrong },
    /// A row of a list that is not in the file does not go together with it.
    Elsewhere { list: Sheet, key: String, header: &'static Column, wrong: Wrong },
}

impl What {
    pub(super) fn of_file(self) -> Problem {
        Problem { sheet: String::new(), cell: String::new(), what: self }
    }
}

impl Problem {
    /// Where: `吹哨流程清单!E7`, the sheet alone, or nothing where it is the file.
    #[must_use]
    pub fn place(&self) -> String {
        if self.cell.is_empty() {
            return self.sheet.clone();
        }
        format!("{}!{}", self.sheet, self.cell)
    }

    /// The stable code, such as `NOT_A_NUMBER`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match &self.what {
            What::File(unfit) | What::Sheet(unfit) => code_of_file(unfit),
            What::NoLists => "NO_LISTS",
            What::UnknownSheet => "UNKNOWN_SHEET",
            What::SheetTwice { .. } => "SHEET_TWICE",
            What::NoHeadings { .. } => "NO_HEADINGS",
            What::UnknownColumn { .. } => "UNKNOWN_COLUMN",
            What::NoHeading => "NO_HEADING",
            What::ColumnTwice { .. } => "COLUMN_TWICE",
            What::MissingColumn { .. } => "MISSING_COLUMN",
            What::Formula { .. } => "FORMULA",
            What::Failed { .. } => "FAILED_FORMULA",
            What::Rounded { .. } => "ROUNDED",
            What::BecameDate { .. } => "BECAME_DATE",
            What::Percent { .. } => "PERCENT",
            What::Cell { wrong, .. } | What::Elsewhere { wrong, .. } => code_of_cell(wrong),
        }
    }

    /// What is wrong and how to mend it.
    #[must_use]
    pub fn sentence(&self, lang: Lang) -> String {
        match lang {
            Lang::Zh => self.zh(),
            Lang::En => self.en(),
        }
    }

    fn zh(&self) -> String {
        match &self.what {
            What::File(unfit) | What::Sheet(unfit) => zh_of_file(unfit),
            What::NoLists => "文件中没有清单。请用导出的工作簿填写后导入，或让表头与清单的表头一致。".to_owned(),
            What::UnknownSheet => "认不出这是哪张清单。请把工作表改名为清单名称（如“吹哨事项清单”），或让表头与清单一致；与清单无关的工作表请删除。".to_owned(),
            What::SheetTwice { list, other } => format!(
                "与工作表“{other}”同为“{}”。请只保留一张。",
                list.zh()
            ),
            What::NoHeadings { list } => format!(
                "前 20 行中没有找到“{}”的表头。请恢复导出时的表头。",
                list.zh()
            ),
            What::UnknownColumn { header } => format!(
                "清单中没有“{header}”这一列，而列中有内容。请改用清单的列标题，或删除此列。"
            ),
            What::NoHeading => "此列没有标题而有内容。请写上列标题，或删除表格之外的内容。".to_owned(),
            What::ColumnTwice { header, other } => format!(
                "“{}”列与 {other} 重复。请只保留一列。",
                header.zh
            ),
            What::MissingColumn { header, row } => format!(
                "表头（第 {row} 行）中缺少必填的“{}”列。请补上该列。",
                header.zh
            ),
            What::Formula { header } => format!(
                "{}：此格是公式。请复制后“选择性粘贴”为数值。",
                header.zh
            ),
            What::Failed { header, error } => format!(
                "{}：公式出错（{error}）。请改填数值或文字。",
                header.zh
            ),
            What::Rounded { header } => format!(
                "{}：数字过长，已被表格软件四舍五入。请把单元格设为“文本”格式后重新填写。",
                header.zh
            ),
            What::BecameDate { header } => format!(
                "{}：内容已被表格软件变成日期。请把单元格设为“文本”格式后重新填写。",
                header.zh
            ),
            What::Percent { header, value } => format!(
                "{}：单元格中实为小数 {value}。请把单元格设为“常规”格式，填百分数的整数，如 30。",
                header.zh
            ),
            What::Cell { header, wrong } => {
                format!("{}：{}。", header.zh, wrong.sentence(engine::text::Lang::Zh))
            }
            What::Elsewhere { key, header, wrong, .. } => format!(
                "文件中没有这张清单，沿用现有的；其中“{key}”一行与文件不符：{}：{}。",
                header.zh,
                wrong.sentence(engine::text::Lang::Zh)
            ),
        }
    }

    fn en(&self) -> String {
        match &self.what {
            What::File(unfit) | What::Sheet(unfit) => en_of_file(unfit),
            What::NoLists => "There is no list in the file. Fill in an exported workbook, or use its headings.".to_owned(),
            What::UnknownSheet => "This is none of the lists. Call the sheet by the name of one, or use its headings; delete sheets that do not belong to the lists.".to_owned(),
            What::SheetTwice { list, other } => {
                format!("The sheet “{other}” is the {}, too. Keep one.", list.en())
            }
            What::NoHeadings { list } => format!(
                "The headings of the {} are not in the first 20 rows. Put back those of the export.",
                list.en()
            ),
            What::UnknownColumn { header } => format!(
                "The list has no column “{header}”, and something stands in it. Use a heading of the list, or delete the column."
            ),
            What::NoHeading => {
                "Something stands in a column without a heading. Give it one, or delete what does not belong to the table.".to_owned()
            }
            What::ColumnTwice { header, other } => {
                format!("The column {} stands in {other} already. Keep one.", header.en)
            }
            What::MissingColumn { header, row } => format!(
                "The headings (row {row}) lack the column {}, which every row must have. Add it.",
                header.en
            ),
            What::Formula { header } => {
                format!("{}: this is a formula. Paste it as a value.", header.en)
            }
            What::Failed { header, error } => {
                format!("{}: the formula failed ({error}). Put its value instead.", header.en)
            }
            What::Rounded { header } => format!(
                "{}: the spreadsheet has rounded this number. Make the cell text and type it again.",
                header.en
            ),
            What::BecameDate { header } => format!(
                "{}: the spreadsheet has made a date of this. Make the cell text and type it again.",
                header.en
            ),
            What::Percent { header, value } => format!(
                "{}: the cell holds the fraction {value}. Give it the general format, and the percentage as a whole number, such as 30.",
                header.en
            ),
            What::Cell { header, wrong } => {
                format!("{}: {}.", header.en, wrong.sentence(engine::text::Lang::En))
            }
            What::Elsewhere { key, header, wrong, .. } => format!(
                "This list is not in the file and stays as it is; its row {key} does not go together with the file: {}: {}.",
                header.en,
                wrong.sentence(engine::text::Lang::En)
            ),
        }
    }
}

/// What a cell says, no longer than a sentence can repeat.
pub(super) fn short(wrong: Wrong) -> Wrong {
    let cut = |value: String| text::cut(&value, 60);
    match wrong {
        Wrong::Unknown { value } => Wrong::Unknown { value: cut(value) },
        Wrong::NoUnit { value, near } => Wrong::NoUnit { value: cut(value), near },
        Wrong::NotOneOf { value, words } => Wrong::NotOneOf { value: cut(value), words },
        Wrong::Ambiguous { value } => Wrong::Ambiguous { value: cut(value) },
        Wrong::NotANumber { value } => Wrong::NotANumber { value: cut(value) },
        Wrong::NotADate { value } => Wrong::NotADate { value: cut(value) },
        Wrong::NotACode { value } => Wrong::NotACode { value: cut(value) },
        it => it,
    }
}

fn code_of_file(unfit: &Unfit) -> &'static str {
    match unfit {
        Unfit::Empty => "EMPTY_FILE",
        Unfit::TooLarge { .. } => "FILE_TOO_LARGE",
        Unfit::TooMuchInside { .. } => "TOO_MUCH_INSIDE",
        Unfit::TooManyRows { .. } => "TOO_MANY_ROWS",
        Unfit::TooManyColumns { .. } => "TOO_MANY_COLUMNS",
        Unfit::Other(Format::Xls) => "XLS",
        Unfit::Other(Format::Xlsb) => "XLSB",
        Unfit::Other(Format::Ods) => "ODS",
        Unfit::Other(Format::Html) => "HTML",
        Unfit::Other(Format::Xml2003) => "XML_2003",
        Unfit::Other(Format::Document) => "DOCUMENT",
        Unfit::Other(Format::Text) => "TEXT",
        Unfit::Locked => "PASSWORD_PROTECTED",
        Unfit::Damaged(_) => "CORRUPT",
        Unfit::NotASpreadsheet => "NOT_A_SPREADSHEET",
    }
}

fn zh_of_file(unfit: &Unfit) -> String {
    match unfit {
        Unfit::Empty => "文件是空的，没有任何内容。请重新导出或重新上传。".to_owned(),
        Unfit::TooLarge { bytes, limit } => format!(
            "文件大小 {} 超过上限 {}。请删除图片和无关的工作表后再导入。",
            size(*bytes),
            size(*limit)
        ),
        Unfit::TooMuchInside { measure, found, limit } => format!(
            "文件内部过大：{}至少 {found}，上限 {limit}。请重新导出清单，把内容“选择性粘贴为数值”到新文件后再导入。",
            measure.name(Lang::Zh)
        ),
        Unfit::TooManyRows { row, limit } => {
            format!("第 {row} 行仍有内容，最多读到第 {limit} 行。请删除表格下方无关的内容。")
        }
        Unfit::TooManyColumns { row, column, limit } => format!(
            "第 {row} 行 {column} 列仍有内容，最多读 {limit} 列。请删除表格右侧无关的内容。"
        ),
        Unfit::Other(Format::Document) | Unfit::NotASpreadsheet => {
            "这不是电子表格。请提供由本系统导出、填写后的 .xlsx 工作簿。".to_owned()
        }
        Unfit::Other(format) => format!(
            "按内容判断，这是{}，与扩展名无关，本系统不读取。请用 WPS 或 Excel 打开，“另存为”.xlsx 后再导入。",
            format.name(Lang::Zh)
        ),
        Unfit::Locked => {
            "文件设有打开密码，或已被单位的加密软件加密。请取消密码或解密后再导入。".to_owned()
        }
        Unfit::Damaged(part) => format!(
            "文件已损坏或不完整，出错位置：{}。请重新下载或导出；若能打开，请“另存为”新的 .xlsx 后再导入。",
            part.name(Lang::Zh)
        ),
    }
}

fn en_of_file(unfit: &Unfit) -> String {
    match unfit {
        Unfit::Empty => "The file is empty. Export it or upload it once more.".to_owned(),
        Unfit::TooLarge { bytes, limit } => format!(
            "The file has {}, more than the {} accepted. Delete pictures and sheets that do not belong to the lists.",
            size(*bytes),
            size(*limit)
        ),
        Unfit::TooMuchInside { measure, found, limit } => format!(
            "There is too much inside the file: {}: at least {found}, accepted {limit}. Export the lists anew and paste the values alone.",
            measure.name(Lang::En)
        ),
        Unfit::TooManyRows { row, limit } => format!(
            "Row {row} still holds something; rows are read up to {limit}. Delete what is left over below the table."
        ),
        Unfit::TooManyColumns { row, column, limit } => format!(
            "Cell {column}{row} still holds something; {limit} columns are read. Delete what is left over on the right of the table."
        ),
        Unfit::Other(Format::Document) | Unfit::NotASpreadsheet => {
            "This is not a spreadsheet. Give the .xlsx workbook that was exported and filled in."
                .to_owned()
        }
        Unfit::Other(format) => format!(
            "By its content, whatever its name says, this is {}, which is not read. Open it in WPS or Excel and save it as .xlsx.",
            format.name(Lang::En)
        ),
        Unfit::Locked => {
            "The file is locked by a password or by encryption software. Unlock it first."
                .to_owned()
        }
        Unfit::Damaged(part) => format!(
            "The file is damaged or cut off in {}. Download or export it again; if it opens, save it as a new .xlsx.",
            part.name(Lang::En)
        ),
    }
}

fn code_of_cell(wrong: &Wrong) -> &'static str {
    match wrong {
        Wrong::Missing => "MISSING",
        Wrong::Unknown { .. } => "UNKNOWN",
        Wrong::NoUnit { .. } => "NO_UNIT",
        Wrong::NotOneOf { .. } => "NOT_ONE_OF",
        Wrong::Ambiguous { .. } => "AMBIGUOUS",
        Wrong::Twice => "TWICE",
        Wrong::UnitTwice(_) => "UNIT_TWICE",
        Wrong::NotANumber { .. } => "NOT_A_NUMBER",
        Wrong::NotADate { .. } => "NOT_A_DATE",
        Wrong::NotACode { .. } => "NOT_A_CODE",
        Wrong::MustAgree { .. } => "MUST_AGREE",
        Wrong::ExtensionOfAnswerOnly => "EXTENSION_OF_ANSWER_ONLY",
        Wrong::NoPetitionStep { .. } => "NO_PETITION_STEP",
        Wrong::NoBounds { .. } => "NO_BOUNDS",
        Wrong::ConsequenceUnfit { .. } => "CONSEQUENCE_UNFIT",
        Wrong::TooLarge { .. } => "TOO_LARGE",
        Wrong::TooLong { .. } => "TOO_LONG",
        Wrong::Zero | Wrong::Limit(LimitError::Zero { .. }) => "ZERO",
        Wrong::Limit(LimitError::TooLong { .. }) => "LIMIT_TOO_LONG",
        Wrong::HalfALimit => "HALF_A_LIMIT",
        Wrong::Printed { .. } => "PRINTED",
        Wrong::Circular { .. } => "CIRCULAR",
        Wrong::Closed { .. } => "CLOSED",
        Wrong::NotCallable { .. } => "NOT_CALLABLE",
        Wrong::AssistsWithoutLead => "ASSISTS_WITHOUT_LEAD",
        Wrong::NoProcess { .. } => "NO_PROCESS",
        Wrong::NoStep { .. } => "NO_STEP",
        Wrong::StepOfPetitions => "STEP_OF_PETITIONS",
        Wrong::NoRule { .. } => "NO_RULE",
        Wrong::PresenceProof => "PRESENCE_PROOF",
        Wrong::BlowNowNotEmergency => "BLOW_NOW_NOT_EMERGENCY",
        Wrong::OutOfOrder { .. } => "OUT_OF_ORDER",
        Wrong::NeedsSigner { .. } => "NEEDS_SIGNER",
        Wrong::AutomaticAfterSigned => "AUTOMATIC_AFTER_SIGNED",
        Wrong::NoAddressee { .. } => "NO_ADDRESSEE",
        Wrong::RoleMayNot { .. } => "ROLE_MAY_NOT",
    }
}
