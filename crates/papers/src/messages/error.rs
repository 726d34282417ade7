//! Why a file cannot be read, in words a clerk can act on.

use strum::IntoStaticStr;
use thiserror::Error;

use super::field::{Field, Override};
use crate::Lang;
use crate::workbook::{Format, Measure, Part, Unfit, size};

/// A file that cannot be read as a whole.
///
/// [`ReadError::code`] is stable and may be compared; the sentences are for people.
#[derive(Clone, Debug, PartialEq, Eq, IntoStaticStr, Error)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
#[error("{}", self.message(Lang::En))]
pub enum ReadError {
    /// No bytes at all.
    EmptyFile,
    /// More bytes than are accepted.
    FileTooLarge { bytes: u64, limit: u64 },
    /// Small on disk, too much inside.
    TooMuchInside { measure: Measure, found: u64, limit: u64 },
    /// Something stands below the last row that is read.
    TooManyRows { row: u32, limit: u32 },
    /// Something stands to the right of the last column that is read.
    TooManyColumns { row: u32, column: String, limit: u32 },
    /// Neither a workbook nor a table of text.
    NotASpreadsheet,
    /// A spreadsheet, whatever its name says, of a kind that is not read.
    OtherFormat { format: Format },
    /// Locked by a password or by an office's encryption software.
    PasswordProtected,
    /// Damaged or cut off.
    Corrupt { part: Part },
    /// The named sheet is not in the workbook.
    NoSuchSheet { wanted: String, known: Vec<String> },
    /// Nothing below the headings, or nothing at all.
    NoRows { sheet: String },
    /// No row with at least two known headings.
    NoHeader { sheet: String, seen: Vec<String> },
    /// Neither a title nor a detail among the columns.
    NoTextColumn { sheet: String, seen: Vec<String> },
    /// An override names a column that is not there.
    UnknownColumn { wanted: String, known: Vec<String> },
    /// Two overrides give the same field to different columns.
    FieldTwice { field: Field, columns: [String; 2] },
}

impl From<Unfit> for ReadError {
    fn from(unfit: Unfit) -> ReadError {
        match unfit {
            Unfit::Empty => ReadError::EmptyFile,
            Unfit::TooLarge { bytes, limit } => ReadError::FileTooLarge { bytes, limit },
            Unfit::TooMuchInside { measure, found, limit } => {
                ReadError::TooMuchInside { measure, found, limit }
            }
            Unfit::TooManyRows { row, limit } => ReadError::TooManyRows { row, limit },
            Unfit::TooManyColumns { row, column, limit } => {
                ReadError::TooManyColumns { row, column, limit }
            }
            // To a reader of tables a letter is no more than any other file.
            Unfit::Other(Format::Document) | Unfit::NotASpreadsheet => ReadError::NotASpreadsheet,
            Unfit::Other(format) => ReadError::OtherFormat { format },
            Unfit::Locked => ReadError::PasswordProtected,
            Unfit::Damaged(part) => ReadError::Corrupt { part },
        }
    }
}

impl ReadError {
    /// The stable code, such as `EMPTY_FILE`.
    pub fn code(&self) -> &'static str {
        self.into()
    }

    /// What is wrong, where, and what to do.
    pub fn message(&self, lang: Lang) -> String {
        match lang {
            Lang::Zh => self.zh(),
            Lang::En => self.en(),
        }
    }

    fn zh(&self) -> String {
        match self {
            ReadError::EmptyFile => "文件是空的,没有任何内容。请重新导出或重新上传。".to_owned(),
            ReadError::FileTooLarge { bytes, limit } => format!(
                "文件大小 {} 超过上限 {}。请按时间或编号拆成几个文件分别导入。",
                size(*bytes),
                size(*limit)
            ),
            ReadError::TooMuchInside { measure, found, limit } => format!(
                "文件内部过大:{}至少 {found},上限 {limit}。请新建一个只含留言表的工作簿,把数据“选择性粘贴为数值”后再导入;数据很多时请拆成几个文件。",
                measure.name(Lang::Zh)
            ),
            ReadError::TooManyRows { row, limit } => format!(
                "第 {row} 行仍有内容,一次最多读到第 {limit} 行。请拆成几个文件分别导入,或删除表尾无关内容。"
            ),
            ReadError::TooManyColumns { row, column, limit } => format!(
                "第 {row} 行 {column} 列仍有内容,最多读 {limit} 列。请删除右侧无关的列后再导入。"
            ),
            ReadError::NotASpreadsheet => {
                "这不是电子表格。请提供 .xlsx 工作簿或 .csv 文件。".to_owned()
            }
            ReadError::OtherFormat { format } => format!(
                "按内容判断,这是{},与扩展名无关,本系统不读取。请用 WPS 或 Excel 打开,“另存为”.xlsx 后再导入。",
                format.name(Lang::Zh)
            ),
            ReadError::PasswordProtected => {
                "文件设有打开密码,或已被单位的加密软件加密。请取消密码或解密后再导入。".to_owned()
            }
            ReadError::Corrupt { part } => format!(
                "文件已损坏或不完整,出错位置:{}。请重新下载或导出;若能打开,请“另存为”新的 .xlsx 后再导入。",
                part.name(Lang::Zh)
            ),
            ReadError::NoSuchSheet { wanted, known } => {
                format!("没有名为“{wanted}”的工作表。现有工作表:{}。", known.join("、"))
            }
            ReadError::NoRows { sheet } => {
                format!(
                    "{}没有数据行。请确认数据所在的工作表未隐藏、标题行下方有内容。",
                    zh_sheet(sheet)
                )
            }
            ReadError::NoHeader { sheet, seen } => format!(
                "{}前 10 行里没有找到标题行(至少要有两个认得的列标题)。看到的是:{}。认得的列标题例如:{}。可用“列标题=字段”指定列,或指定标题行的行号。",
                zh_sheet(sheet),
                list(seen, "、"),
                Field::examples()
            ),
            ReadError::NoTextColumn { sheet, seen } => format!(
                "{}的标题行里既没有主题列也没有详情列,至少要有一个。看到的列标题:{}。可用“列标题=title”或“列标题=detail”指定。",
                zh_sheet(sheet),
                list(seen, "、")
            ),
            ReadError::UnknownColumn { wanted, known } => {
                format!("没有标题为“{wanted}”的列。现有各列:{}。", list(known, "、"))
            }
            ReadError::FieldTwice { field, columns: [first, second] } => format!(
                "“{first}”和“{second}”两列都指定成了{}({})。请只保留一个。",
                field.zh(),
                field.name()
            ),
        }
    }

    fn en(&self) -> String {
        match self {
            ReadError::EmptyFile => {
                "The file is empty. Export it or upload it once more.".to_owned()
            }
            ReadError::FileTooLarge { bytes, limit } => format!(
                "The file has {}, more than the {} accepted. Split it by time or number.",
                size(*bytes),
                size(*limit)
            ),
            ReadError::TooMuchInside { measure, found, limit } => format!(
                "There is too much inside the file: {}: at least {found}, accepted {limit}. Paste the values alone into a new workbook, or split it.",
                measure.name(Lang::En)
            ),
            ReadError::TooManyRows { row, limit } => format!(
                "Row {row} still holds something; rows are read up to {limit}. Split the file, or delete what is left over below the table."
            ),
            ReadError::TooManyColumns { row, column, limit } => format!(
                "Cell {column}{row} still holds something; {limit} columns are read. Delete the columns on the right that do not belong to the table."
            ),
            ReadError::NotASpreadsheet => {
                "This is not a spreadsheet. Give an .xlsx workbook or a .csv file.".to_owned()
            }
            ReadError::OtherFormat { format } => format!(
                "By its content, whatever its name says, this is {}, which is not read. Open it in WPS or Excel and save it as .xlsx.",
                format.name(Lang::En)
            ),
            ReadError::PasswordProtected => {
                "The file is locked by a password or by encryption software. Unlock it first."
                    .to_owned()
            }
            ReadError::Corrupt { part } => format!(
                "The file is damaged or cut off in {}. Download or export it again; if it opens, save it as a new .xlsx.",
                part.name(Lang::En)
            ),
            ReadError::NoSuchSheet { wanted, known } => {
                format!("There is no sheet “{wanted}”. The sheets are: {}.", known.join(", "))
            }
            ReadError::NoRows { sheet } => format!(
                "{} has no rows of data. See that the sheet is not hidden and that something stands below the headings.",
                en_sheet(sheet)
            ),
            ReadError::NoHeader { sheet, seen } => format!(
                "{} has no heading row (two known headings at least) in its first 10 rows. Seen: {}. Known are for example: {}. Assign columns with “heading=field”, or name the heading row.",
                en_sheet(sheet),
                list(seen, ", "),
                Field::examples()
            ),
            ReadError::NoTextColumn { sheet, seen } => format!(
                "{} has neither a title nor a detail column; one is needed. Headings seen: {}. Assign one with “heading=title” or “heading=detail”.",
                en_sheet(sheet),
                list(seen, ", ")
            ),
            ReadError::UnknownColumn { wanted, known } => {
                format!(
                    "There is no column headed “{wanted}”. The columns are: {}.",
                    list(known, ", ")
                )
            }
            ReadError::FieldTwice { field, columns: [first, second] } => {
                format!("“{first}” and “{second}” are both assigned to {}. Keep one.", field.name())
            }
        }
    }

    /// An override that names no column, with the columns there are.
    pub(super) fn unknown_column(wanted: &Override, known: Vec<String>) -> ReadError {
        ReadError::UnknownColumn { wanted: wanted.column.clone(), known }
    }
}

fn zh_sheet(sheet: &str) -> String {
    if sheet.is_empty() { "文件".to_owned() } else { format!("工作表“{sheet}”") }
}

fn en_sheet(sheet: &str) -> String {
    if sheet.is_empty() { "The file".to_owned() } else { format!("Sheet “{sheet}”") }
}

fn list(items: &[String], separator: &str) -> String {
    if items.is_empty() { "-".to_owned() } else { items.join(separator) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_the_name_in_capitals() {
        assert_eq!(ReadError::EmptyFile.code(), "EMPTY_FILE");
        assert_eq!(ReadError::NotASpreadsheet.code(), "NOT_A_SPREADSHEET");
        assert_eq!(ReadError::Corrupt { part: Part::Sheet }.code(), "CORRUPT");
    }
}
