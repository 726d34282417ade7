//! Columns that line up although a Chinese character takes two.

/// Text filled up to a width in columns, of which a Chinese character takes two.
pub(crate) fn fill(text: &str, width: usize) -> String {
    let taken: usize = text.chars().map(|it| if it as u32 > 0x2e7f { 2 } else { 1 }).sum();
    format!("{text}{}", " ".repeat(width.saturating_sub(taken)))
}
