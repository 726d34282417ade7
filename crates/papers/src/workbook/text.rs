//! Cleans the texts of cells, and finds the text in bytes.

use std::borrow::Cow;

use encoding_rs::{Encoding, GB18030, UTF_8};

use super::{Part, Unfit};

/// A heading reduced to what tells it apart: half-width, lower case, without
/// blanks, punctuation and remarks in brackets.
pub(crate) fn heading_key(heading: &str) -> String {
    let narrow: String = heading.chars().map(narrow).collect();
    let mut depth = 0_u32;
    let outside: String = narrow
        .chars()
        .filter(|it| match it {
            '(' | '[' | '【' | '〔' => {
                depth += 1;
                false
            }
            ')' | ']' | '】' | '〕' => {
                depth = depth.saturating_sub(1);
                false
            }
            _ => depth == 0,
        })
        .collect();
    let key = |it: &str| -> String {
        it.chars().filter(|it| it.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    let it = key(&outside);
    if it.is_empty() { key(&narrow) } else { it }
}

/// The half-width form of a full-width letter, digit, sign or blank.
pub(crate) fn narrow(it: char) -> char {
    match it {
        '\u{3000}' | '\u{a0}' => ' ',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(it) - 0xfee0).unwrap_or(it),
        _ => it,
    }
}

/// Characters that show nothing and mislead: control characters, marks of width
/// zero and of writing direction.
pub(crate) fn unseen(it: char) -> bool {
    match it {
        '\n' | '\t' | '\r' => false,
        '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2069}'
        | '\u{feff}'
        | '\u{fffe}'
        | '\u{ffff}' => true,
        _ => it.is_control(),
    }
}

/// One line: every run of blanks, tabs and line breaks becomes one blank.
pub(crate) fn line(text: &str) -> String {
    let mut out = String::with_capacity(text.len().min(1_024));
    for word in text.split_whitespace() {
        let before = out.len();
        if before > 0 {
            out.push(' ');
        }
        let start = out.len();
        out.extend(word.chars().filter(|it| !unseen(*it)));
        if out.len() == start {
            out.truncate(before);
        }
    }
    out
}

/// A number of a cell as a person typed it: `188006.0` is `188006`.
pub(crate) fn number(it: f64) -> String {
    if it.fract() == 0.0 && it.abs() < 1e18 { format!("{it:.0}") } else { it.to_string() }
}

/// Whether a number was rounded by the spreadsheet, which keeps fifteen digits.
pub(crate) fn rounded(it: f64) -> bool {
    it.abs() >= 1e15
}

/// Whether a text is a number the spreadsheet has rounded and written out, such as
/// `2.01903E+17`.
pub(crate) fn rounded_text(text: &str) -> bool {
    let Some((digits, exponent)) = text.split_once(['E', 'e']) else { return false };
    digits.starts_with(|it: char| it.is_ascii_digit())
        && digits.chars().all(|it| it.is_ascii_digit() || it == '.')
        && exponent.strip_prefix('+').is_some_and(|it| it.parse::<u32>().is_ok_and(|it| it >= 11))
}

/// The first `limit` characters, with a mark where something is left out.
pub(crate) fn cut(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// The text, if it is one.
pub(crate) fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, Unfit> {
    let (encoding, mark) = match Encoding::for_bom(bytes) {
        Some((encoding, length)) => (encoding, length),
        None if std::str::from_utf8(bytes).is_ok() => (UTF_8, 0),
        None => (GB18030, 0),
    };
    // A mark or a lack of zero bytes tells a text from a picture or a program.
    if mark == 0 && bytes.contains(&0) {
        return Err(Unfit::NotASpreadsheet);
    }
    let body = bytes.get(mark..).unwrap_or_default();
    let (text, failed) = encoding.decode_without_bom_handling(body);
    let odd = text.chars().take(4_096).filter(|it| it.is_control() && !it.is_whitespace()).count();
    if odd > 8 {
        return Err(Unfit::NotASpreadsheet);
    }
    if failed {
        // Between a few broken characters and no text at all, the first line tells.
        let head = text.lines().next().unwrap_or_default();
        let known = head.contains([',', '\t', ';']) && !head.contains('\u{fffd}');
        return Err(if known { Unfit::Damaged(Part::Encoding) } else { Unfit::NotASpreadsheet });
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_a_person_typed_them() {
        assert_eq!(number(188_006.0), "188006");
        assert_eq!(number(0.5), "0.5");
        assert!(rounded_text("2.01903E+17") && rounded_text("2E+11"));
        assert!(!rounded_text("A1E+17") && !rounded_text("12E3") && !rounded_text("201903"));
    }

    #[test]
    fn a_text_that_is_neither_utf_8_nor_gbk_is_told_apart() {
        assert_eq!(decode(b"\xff\x00\x01"), Err(Unfit::NotASpreadsheet));
        assert_eq!(decode(b"a,b\n\xff\xff"), Err(Unfit::Damaged(Part::Encoding)));
        assert_eq!(decode(b"\xb1\xe0\xba\xc5,b").unwrap(), "编号,b");
        assert_eq!(decode(b"\xef\xbb\xbfa").unwrap(), "a");
        assert_eq!(decode(b"\xff\xfea\0,\0").unwrap(), "a,");
    }
}
