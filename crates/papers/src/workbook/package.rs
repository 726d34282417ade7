//! Measures the zip container of a workbook before anything else opens it.
//!
//! The reader behind [`calamine`] believes what a workbook says of itself: it
//! reserves room for as many texts as are announced, and keeps every text and
//! format it meets. So each part is unpacked here first, in pieces that are thrown
//! away, and refused if it is more than a spreadsheet of messages can be.

use std::io::{Cursor, Read};

use zip::ZipArchive;
use zip::result::ZipError;

use super::{Format, Limits, Measure, Part, Unfit};

/// Parts smaller than this may be packed as tightly as they like.
const RATIO_FROM: u64 = 1024 * 1024;
/// Distinct texts of a workbook. Two hundred thousand rows of nine columns.
const STRINGS: u64 = 1_800_000;
/// Cell formats; Excel itself stops at 65,490.
const STYLES: u64 = 65_536;
/// Bytes between two marks. A cell holds 32,767 characters at most.
const RUN: u64 = 1024 * 1024;
/// Bytes between two marks of a part with formats, which are copied for each cell
/// format. A number format has 255 characters at most.
const STYLE_RUN: u64 = 2 * 1024;

/// Refuses a container that is no workbook, or more of one than is accepted.
pub(super) fn check(bytes: &[u8], limits: &Limits) -> Result<(), Unfit> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|it| zip_error(&it))?;
    exceeds(Measure::Parts, archive.len() as u64, limits.parts as u64)?;
    kind(&archive)?;

    let mut declared = 0_u64;
    for index in 0..archive.len() {
        let part = archive.by_index_raw(index).map_err(|it| zip_error(&it))?;
        if part.encrypted() {
            return Err(Unfit::Locked);
        }
        declared = declared.saturating_add(part.size());
        exceeds(Measure::Unpacked, declared, limits.unpacked_bytes)?;
        if part.size() > RATIO_FROM {
            let ratio = part.size() / part.compressed_size().max(1);
            exceeds(Measure::Ratio, ratio, limits.ratio)?;
        }
    }

    // What is declared may be a lie; what comes out is not.
    let mut unpacked = 0_u64;
    let mut piece = vec![0_u8; 64 * 1024];
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).map_err(|it| zip_error(&it))?;
        let packed = part.compressed_size().max(1);
        let mut scan = Scan::default();
        loop {
            let n = part.read(&mut piece).map_err(|_| DAMAGED)?;
            if n == 0 {
                break;
            }
            unpacked += n as u64;
            exceeds(Measure::Unpacked, unpacked, limits.unpacked_bytes)?;
            scan.push(piece.get(..n).unwrap_or_default())?;
            if scan.strings > 0 {
                // All distinct texts are kept while the sheet is read.
                exceeds(Measure::Text, scan.bytes, limits.text_bytes)?;
            }
            if scan.bytes > RATIO_FROM {
                exceeds(Measure::Ratio, scan.bytes / packed, limits.ratio)?;
            }
        }
    }
    Ok(())
}

const DAMAGED: Unfit = Unfit::Damaged(Part::Container);

fn exceeds(measure: Measure, found: u64, limit: u64) -> Result<(), Unfit> {
    if found > limit {
        return Err(Unfit::TooMuchInside { measure, found, limit });
    }
    Ok(())
}

fn zip_error(error: &ZipError) -> Unfit {
    match error {
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => Unfit::Locked,
        _ => DAMAGED,
    }
}

/// Tells a workbook from the other things that are kept in a zip file.
fn kind(archive: &ZipArchive<Cursor<&[u8]>>) -> Result<(), Unfit> {
    let mut ods = (false, false);
    for name in archive.file_names_raw() {
        let name = String::from_utf8_lossy(name).replace('\\', "/").to_ascii_lowercase();
        if name.ends_with("workbook.xml") {
            return Ok(());
        }
        if name.ends_with("workbook.bin") {
            return Err(Unfit::Other(Format::Xlsb));
        }
        ods.0 |= name == "mimetype";
        ods.1 |= name == "content.xml";
    }
    Err(if ods == (true, true) { Unfit::Other(Format::Ods) } else { Unfit::NotASpreadsheet })
}

/// Looks at the bytes of one part as they pass. It knows no XML; it counts what
/// begins like a mark, and so never counts less than a reader of XML will find.
#[derive(Default)]
struct Scan {
    bytes: u64,
    xml: bool,
    run: u64,
    longest_run: u64,
    name: Name,
    strings: u64,
    styles: u64,
    announced: Announced,
}

/// The name of the mark that is being read.
#[derive(Default)]
struct Name {
    open: bool,
    bytes: Vec<u8>,
}

/// How far `uniqueCount="123"` has been read.
#[derive(Default)]
enum Announced {
    #[default]
    No,
    Word(usize),
    Sign,
    Digits(u64),
}

impl Scan {
    fn push(&mut self, piece: &[u8]) -> Result<(), Unfit> {
        if self.bytes == 0 {
            self.xml = matches!(piece, [b'<' | 0xef | 0xfe | 0xff | 0 | b' ' | b'\r' | b'\n', ..]);
        }
        self.bytes += piece.len() as u64;
        // In UTF-16 no mark would be seen here; the format asks for UTF-8.
        if self.xml && piece.contains(&0) {
            return Err(Unfit::Damaged(Part::Workbook));
        }
        for byte in piece {
            self.byte(*byte)?;
        }
        self.longest_run = self.longest_run.max(self.run);
        exceeds(Measure::Strings, self.strings, STRINGS)?;
        exceeds(Measure::Styles, self.styles, STYLES)?;
        if self.xml {
            exceeds(Measure::Run, self.longest_run, RUN)?;
        }
        if self.styles > 0 {
            exceeds(Measure::Run, self.longest_run, STYLE_RUN)?;
        }
        Ok(())
    }

    fn byte(&mut self, byte: u8) -> Result<(), Unfit> {
        self.run += 1;
        if byte == b'<' {
            self.longest_run = self.longest_run.max(self.run);
            self.run = 0;
            self.name.open = true;
            self.name.bytes.clear();
        } else if self.name.open {
            if matches!(byte, b' ' | b'>' | b'/' | b'\t' | b'\r' | b'\n') {
                self.name.open = false;
                match self.name.bytes.as_slice() {
                    b"si" | [.., b':', b's', b'i'] => self.strings += 1,
                    b"xf" | [.., b':', b'x', b'f'] => self.styles += 1,
                    _ => {}
                }
            } else if self.name.bytes.len() < 256 {
                self.name.bytes.push(byte);
            } else {
                self.name.open = false;
            }
        }
        self.announce(byte)
    }

    /// Follows `uniqueCount`, for which the reader reserves room at once.
    fn announce(&mut self, byte: u8) -> Result<(), Unfit> {
        const WORD: &[u8] = b"uniqueCount";
        self.announced = match self.announced {
            Announced::No if byte == b'u' => Announced::Word(1),
            Announced::No => Announced::No,
            Announced::Word(n) if WORD.get(n) == Some(&byte) => {
                if n + 1 == WORD.len() {
                    Announced::Sign
                } else {
                    Announced::Word(n + 1)
                }
            }
            Announced::Word(_) if byte == b'u' => Announced::Word(1),
            Announced::Word(_) => Announced::No,
            Announced::Sign if byte.is_ascii_digit() => Announced::Digits(u64::from(byte - b'0')),
            Announced::Sign if matches!(byte, b'=' | b'"' | b'\'' | b'+') => Announced::Sign,
            Announced::Sign if byte.is_ascii_whitespace() => Announced::Sign,
            Announced::Sign => Announced::No,
            Announced::Digits(n) if byte.is_ascii_digit() => {
                let n = n.saturating_mul(10).saturating_add(u64::from(byte - b'0'));
                exceeds(Measure::Strings, n, STRINGS)?;
                Announced::Digits(n)
            }
            Announced::Digits(_) => Announced::No,
        };
        Ok(())
    }
}
