//! How the command line speaks. The only module that writes to the terminal.
//!
//! A reader that has gone away (`chuishao schema | head`) is no fault, so what cannot be written is
//! dropped, which `println!` would not do.

use std::io::{IsTerminal as _, Write as _, stderr, stdout};

/// Says a line.
pub(crate) fn line(text: impl AsRef<str>) {
    let _ = writeln!(stdout(), "{}", text.as_ref());
}

/// Says text as it is.
pub(crate) fn text(text: &str) {
    let _ = write!(stdout(), "{text}");
    let _ = stdout().flush();
}

/// Says something beside the result, so that the result can be redirected.
pub(crate) fn aside(text: impl AsRef<str>) {
    let _ = writeln!(stderr(), "{}", text.as_ref());
}

/// Shows how far something is: one line that is written over on a terminal, few lines in a file.
pub(crate) struct Progress {
    shown: Option<u8>,
}

impl Progress {
    /// Begins.
    pub(crate) fn new() -> Self {
        Self { shown: None }
    }

    /// So many percent, at this.
    pub(crate) fn at(&mut self, percent: u8, what: &str) {
        let mut err = stderr();
        if err.is_terminal() {
            let _ = write!(err, "\r\x1b[2K{percent:>3}%  {what}");
            let _ = err.flush();
        } else if self.shown.is_none_or(|it| percent / 10 > it / 10) {
            let _ = writeln!(err, "{percent:>3}%  {what}");
        }
        self.shown = Some(percent);
    }

    /// Ends the line.
    pub(crate) fn done(self) {
        if self.shown.is_some() && stderr().is_terminal() {
            let _ = writeln!(stderr());
        }
    }
}

/// Rows in columns as wide as what they hold.
pub(crate) fn table(rows: &[Vec<String>]) {
    let n_columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<usize> = (0..n_columns)
        .map(|at| rows.iter().filter_map(|row| row.get(at)).map(|it| width(it)).max().unwrap_or(0))
        .collect();
    for row in rows {
        let cells: Vec<String> = row
            .iter()
            .zip(&widths)
            .map(|(it, most)| format!("{it}{}", " ".repeat(most - width(it))))
            .collect();
        line(format!("  {}", cells.join("  ").trim_end()));
    }
}

/// How many columns of a terminal a text takes: a Chinese character takes two.
fn width(text: &str) -> usize {
    text.chars().map(|it| if it >= '\u{2e80}' { 2 } else { 1 }).sum()
}

#[cfg(test)]
mod tests {
    use super::width;

    #[test]
    fn a_chinese_character_is_two_columns_wide() {
        assert_eq!(width("ab张湾"), 6);
    }
}
