//! A query as text: how many words and brackets it has. One pass, no recursion.

use async_graphql::Pos;

use super::{Excess, What};

/// The most words, signs and texts of a query; the standard introspection query has three hundred.
pub(super) const WORDS: usize = 6_000;
/// The deepest nesting of brackets of any kind.
pub(super) const NESTING: usize = 40;
/// The longest name or number.
pub(super) const LETTERS: usize = 100;
/// The most directives, wherever they stand.
const DIRECTIVES: usize = 40;

/// Reads a query as far as this needs.
pub(super) fn read(query: &str) -> Result<(), Excess> {
    let mut rest = Rest { bytes: query.as_bytes(), at: 0 };
    let (mut words, mut nesting, mut directives) = (0_usize, 0_usize, 0_usize);
    while let Some(byte) = rest.next() {
        match byte {
            b' ' | b'\t' | b',' | b'\n' | b'\r' => continue,
            b'#' => {
                rest.skip(|it| it != b'\n' && it != b'\r');
                continue;
            }
            b'"' => rest.text()?,
            b'{' | b'[' | b'(' => {
                nesting += 1;
                if nesting > NESTING {
                    return Err(Excess::Nesting);
                }
            }
            b'}' | b']' | b')' => {
                nesting = nesting.checked_sub(1).ok_or_else(|| rest.unfinished())?;
            }
            b'@' => {
                directives += 1;
                if directives > DIRECTIVES {
                    return Err(Excess::Many(What::Directives, DIRECTIVES));
                }
            }
            it if is_word(it) => {
                let start = rest.at;
                rest.skip(is_word);
                if rest.at - start >= LETTERS {
                    return Err(Excess::Letters);
                }
            }
            _ => (),
        }
        words += 1;
        if words > WORDS {
            return Err(Excess::Words);
        }
    }
    if nesting > 0 { Err(rest.unfinished()) } else { Ok(()) }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

struct Rest<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Rest<'_> {
    fn next(&mut self) -> Option<u8> {
        let res = self.bytes.get(self.at).copied();
        self.at += usize::from(res.is_some());
        res
    }

    fn skip(&mut self, while_: impl Fn(u8) -> bool) {
        while self.bytes.get(self.at).is_some_and(|it| while_(*it)) {
            self.at += 1;
        }
    }

    fn has(&self, what: &[u8]) -> bool {
        self.bytes.get(self.at..).is_some_and(|it| it.starts_with(what))
    }

    /// A text, of which the first quotation mark was read.
    fn text(&mut self) -> Result<(), Excess> {
        let start = self.unfinished();
        if self.has(b"\"\"") {
            self.at += 2;
            while !self.has(b"\"\"\"") {
                self.at += if self.has(b"\\\"\"\"") { 4 } else { 1 };
                if self.at >= self.bytes.len() {
                    return Err(start);
                }
            }
            self.at += 3;
            return Ok(());
        }
        loop {
            match self.next() {
                Some(b'"') => return Ok(()),
                Some(b'\\') if !self.has(b"\n") && !self.has(b"\r") => self.at += 1,
                Some(b'\n' | b'\r' | b'\\') | None => return Err(start),
                Some(_) => (),
            }
        }
    }

    /// Where it stands, as a fault.
    fn unfinished(&self) -> Excess {
        let before = self.bytes.get(..self.at.saturating_sub(1)).unwrap_or_default();
        let line = before.iter().filter(|it| **it == b'\n').count() + 1;
        let column = before.iter().rev().take_while(|it| **it != b'\n').count() + 1;
        Excess::Unfinished(Pos { line, column })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(line: usize, column: usize) -> Result<(), Excess> {
        Err(Excess::Unfinished(Pos { line, column }))
    }

    #[test]
    fn brackets_in_texts_and_comments_are_none() {
        for query in [
            "{ a }",
            r#"{ a(b: "}}}{{{ \" [") }"#,
            "{ a # }}}\n }",
            r#"{ a(b: """ }} "" \""" {{ """) }"#,
            r#"{ a(b: "", c: """""") }"#,
            "",
        ] {
            assert_eq!(read(query), Ok(()), "{query}");
        }
    }

    #[test]
    fn what_has_no_end_is_told_with_its_place() {
        assert_eq!(read("{ a"), at(1, 3));
        assert_eq!(read("{ a } }"), at(1, 7));
        assert_eq!(read("{\n  a(b: \"x\n\") }"), at(2, 8));
        assert_eq!(read("{ a(b: \"x"), at(1, 8));
        assert_eq!(read("{ a(b: \"\"\"x\"\" }"), at(1, 8));
        assert_eq!(read("\"\\"), at(1, 1));
    }

    #[test]
    fn nesting_words_and_directives_are_bounded() {
        let deep = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
        assert_eq!(read(&deep(NESTING)), Ok(()));
        assert_eq!(read(&deep(NESTING + 1)), Err(Excess::Nesting));
        assert_eq!(read(&"{".repeat(100_000)), Err(Excess::Nesting));
        assert_eq!(read(&"a ".repeat(WORDS)), Ok(()));
        assert_eq!(read(&"a,".repeat(WORDS + 1)), Err(Excess::Words));
        assert_eq!(read(&"a".repeat(LETTERS)), Ok(()));
        assert_eq!(read(&"7".repeat(LETTERS + 1)), Err(Excess::Letters));
        assert_eq!(
            read(&"@a ".repeat(DIRECTIVES + 1)),
            Err(Excess::Many(What::Directives, DIRECTIVES))
        );
    }
}
