//! What keeps a file from being read as a spreadsheet.

use crate::Lang;

/// Why a file is not read. What a person is told of it depends on what was meant to be in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Unfit {
    /// No bytes at all.
    Empty,
    /// More bytes than are accepted.
    TooLarge { bytes: u64, limit: u64 },
    /// Small on disk, too much inside.
    TooMuchInside { measure: Measure, found: u64, limit: u64 },
    /// Something stands below the last row that is read.
    TooManyRows { row: u32, limit: u32 },
    /// Something stands to the right of the last column that is read.
    TooManyColumns { row: u32, column: String, limit: u32 },
    /// Something else, whatever its name says.
    Other(Format),
    /// Locked by a password or by an office's encryption software.
    Locked,
    /// Damaged or cut off.
    Damaged(Part),
    /// Nothing that is known.
    NotASpreadsheet,
}

/// What there is too much of inside a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Bytes once unpacked.
    Unpacked,
    /// Times larger than packed.
    Ratio,
    /// Parts in the container.
    Parts,
    /// Bytes between two marks of its XML.
    Run,
    /// Distinct texts.
    Strings,
    /// Cell formats.
    Styles,
    /// Bytes of text.
    Text,
}

/// What is recognised and not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// The binary workbook of Excel 97 to 2003, and WPS `.et`.
    Xls,
    /// The binary workbook of later versions.
    Xlsb,
    /// OpenDocument.
    Ods,
    /// A web page; many systems export one under the name `.xls`.
    Html,
    /// The XML of Excel 2003.
    Xml2003,
    /// A document of Word or WPS (.doc, .wps), or slides.
    Document,
    /// A table of text, where a workbook is meant.
    Text,
}

impl Format {
    /// Its name in a sentence.
    pub(crate) fn name(self, lang: Lang) -> &'static str {
        match (self, lang) {
            (Format::Xls, Lang::Zh) => "旧版 Excel/WPS 工作簿(.xls/.et)",
            (Format::Xls, Lang::En) => "an old Excel or WPS workbook (.xls, .et)",
            (Format::Xlsb, Lang::Zh) => "二进制工作簿(.xlsb)",
            (Format::Xlsb, Lang::En) => "a binary workbook (.xlsb)",
            (Format::Ods, Lang::Zh) => "OpenDocument 表格(.ods)",
            (Format::Ods, Lang::En) => "an OpenDocument spreadsheet (.ods)",
            (Format::Html, Lang::Zh) => "另存成表格名字的网页(HTML)",
            (Format::Html, Lang::En) => "a web page (HTML) under the name of a spreadsheet",
            (Format::Xml2003, Lang::Zh) => "Excel 2003 XML 表格",
            (Format::Xml2003, Lang::En) => "an Excel 2003 XML spreadsheet",
            (Format::Document, Lang::Zh) => "文字文档或演示文稿(.doc/.wps 等)",
            (Format::Document, Lang::En) => "a document or slides (.doc, .wps)",
            (Format::Text, Lang::Zh) => "文本表格(CSV)",
            (Format::Text, Lang::En) => "a table of text (CSV)",
        }
    }
}

/// Where a file is damaged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The container, which is a zip file.
    Container,
    /// The list of sheets, the texts and the formats.
    Workbook,
    /// The cells of the sheet.
    Sheet,
    /// Bytes that are no text.
    Encoding,
}

impl Part {
    pub(crate) fn name(self, lang: Lang) -> &'static str {
        match (self, lang) {
            (Part::Container, Lang::Zh) => "文件外壳(压缩包)",
            (Part::Container, Lang::En) => "its container (zip)",
            (Part::Workbook, Lang::Zh) => "工作簿目录",
            (Part::Workbook, Lang::En) => "its workbook part",
            (Part::Sheet, Lang::Zh) => "工作表内容",
            (Part::Sheet, Lang::En) => "the cells of its sheet",
            (Part::Encoding, Lang::Zh) => "文字编码",
            (Part::Encoding, Lang::En) => "its text encoding",
        }
    }
}

impl Measure {
    pub(crate) fn name(self, lang: Lang) -> &'static str {
        match (self, lang) {
            (Measure::Unpacked, Lang::Zh) => "解压后的字节数",
            (Measure::Unpacked, Lang::En) => "bytes once unpacked",
            (Measure::Ratio, Lang::Zh) => "压缩倍数",
            (Measure::Ratio, Lang::En) => "times larger unpacked than packed",
            (Measure::Parts, Lang::Zh) => "内部文件个数",
            (Measure::Parts, Lang::En) => "parts inside",
            (Measure::Run, Lang::Zh) => "单段内容字节数",
            (Measure::Run, Lang::En) => "bytes in one piece of its XML",
            (Measure::Strings, Lang::Zh) => "不同文字的条数",
            (Measure::Strings, Lang::En) => "distinct texts",
            (Measure::Styles, Lang::Zh) => "单元格格式个数",
            (Measure::Styles, Lang::En) => "cell formats",
            (Measure::Text, Lang::Zh) => "文字字节数",
            (Measure::Text, Lang::En) => "bytes of text",
        }
    }
}

/// Bytes as a person says them.
pub(crate) fn size(bytes: u64) -> String {
    const MIB: u64 = 1024 * 1024;
    if bytes >= MIB {
        format!("{}.{} MiB", bytes / MIB, bytes % MIB * 10 / MIB)
    } else {
        format!("{bytes} B")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_said_in_mebibytes() {
        assert_eq!(size(1_023), "1023 B");
        assert_eq!(size(52_428_800), "50.0 MiB");
        assert_eq!(size(1_572_864), "1.5 MiB");
    }
}
