//! Cleans the texts of messages, and hides what a problem may not repeat.

use crate::workbook::text::{cut, line, narrow, unseen};

/// Several lines: each as [`line`] makes it, without blank ones.
pub(super) fn paragraphs(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for part in text.split(['\n', '\r', '\u{b}', '\u{c}', '\u{2028}', '\u{2029}']) {
        let part = line(part);
        if !out.is_empty() && !part.is_empty() {
            out.push('\n');
        }
        out.push_str(&part);
    }
    out
}

/// A number or code: half-width, without blanks, and without the tricks that keep
/// a spreadsheet from rounding it (`="1"`, `'1`).
pub(super) fn reference(text: &str) -> String {
    let it: String =
        text.chars().map(narrow).filter(|it| !it.is_whitespace() && !unseen(*it)).collect();
    let bare = it.strip_prefix("=\"").and_then(|it| it.strip_suffix('"')).unwrap_or(&it);
    bare.strip_prefix('\'').unwrap_or(bare).to_owned()
}

/// What may be repeated of a time: digits and the signs and words of a date.
/// Anything else, and runs of digits too long for one, stand for something that is
/// no time and perhaps a person's.
pub(super) fn time_excerpt(text: &str) -> String {
    let shown: String = text
        .chars()
        .take(40)
        .map(|it| match it {
            ' ' | '/' | '-' | '.' | ':' | '+' | '\u{ff1a}' | 'T' | 'Z' | '年' | '月' | '日'
            | '时' | '点' | '分' | '秒' | '上' | '下' | '午' => it,
            _ if it.is_ascii_digit() => it,
            _ => '…',
        })
        .collect();
    hide_numbers(&squeeze(&shown), 8)
}

/// What may be repeated of a reference: nothing that looks like a telephone or an
/// identity number.
pub(super) fn reference_excerpt(text: &str) -> String {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let mobile = digits.len() == 11 && digits.starts_with('1');
    if mobile || identity_number(text) { "…".to_owned() } else { cut(text, 40) }
}

/// What may be shown of a heading that was not recognised; the row may well be
/// data.
pub(super) fn heading_excerpt(text: &str) -> String {
    hide_numbers(&cut(&line(text), 12), 6)
}

/// Whether a text is a valid identity number of a resident: eighteen places, the
/// last of which checks the others.
fn identity_number(text: &str) -> bool {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    const CHECKS: [char; 11] = ['1', '0', 'X', '9', '8', '7', '6', '5', '4', '3', '2'];
    let places: Vec<char> = text.chars().map(|it| it.to_ascii_uppercase()).collect();
    let [body @ .., last] = places.as_slice() else { return false };
    if body.len() != WEIGHTS.len() {
        return false;
    }
    let sum: Option<u32> =
        body.iter().zip(WEIGHTS).map(|(it, weight)| it.to_digit(10).map(|it| it * weight)).sum();
    sum.and_then(|it| CHECKS.get((it % 11) as usize)).is_some_and(|it| it == last)
}

/// Replaces each run of more than `longest` digits by a mark.
fn hide_numbers(text: &str, longest: usize) -> String {
    let mut out = String::new();
    let mut run = String::new();
    for it in text.chars().map(Some).chain([None]) {
        match it {
            Some(it) if it.is_ascii_digit() => run.push(it),
            other => {
                out.push_str(if run.len() > longest { "…" } else { &run });
                run.clear();
                out.extend(other);
            }
        }
    }
    squeeze(&out)
}

/// One mark for several in a row.
fn squeeze(text: &str) -> String {
    let mut out = String::new();
    for it in text.chars() {
        if it != '…' || !out.ends_with('…') {
            out.push(it);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn padding_of_exports_is_taken_away() {
        assert_eq!(
            paragraphs(
                "\n\t\t\t\n\t\t尊敬的领导:\r\n\t\t  您好!\t\t路灯\u{3000}不亮。\n\n\n\n谢谢\n\t\t"
            ),
            "尊敬的领导:\n您好! 路灯 不亮。\n谢谢"
        );
        assert_eq!(paragraphs(" \t\n"), "");
        assert_eq!(line(" A市\n\tB路 \u{200b} \u{202e}口\u{feff}"), "A市 B路 口");
    }

    #[test]
    fn a_reference_is_half_width_and_bare() {
        assert_eq!(reference(" A00 01\t"), "A0001");
        assert_eq!(reference("=\"0188006\""), "0188006");
        assert_eq!(reference("'0188006"), "0188006");
    }

    #[test]
    fn excerpts_hide_what_belongs_to_a_person() {
        assert_eq!(time_excerpt("2019/13/40 25:00"), "2019/13/40 25:00");
        assert_eq!(time_excerpt("张三 13812345678"), "… …");
        assert_eq!(reference_excerpt("13812345678"), "…");
        assert_eq!(reference_excerpt("11010519491231002X"), "…");
        assert_eq!(reference_excerpt("20190228000123"), "20190228000123");
        assert_eq!(heading_excerpt("电话13812345678"), "电话…");
        assert_eq!(heading_excerpt("一二三四五六七八九十一二三四"), "一二三四五六七八九十一二…");
    }
}
