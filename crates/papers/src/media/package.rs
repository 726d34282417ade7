//! Zip containers: office documents are told by the names of what is in them. Nothing is unpacked.

use std::io::{BufReader, Read, Seek};

use zip::ZipArchive;

use super::{Bounded, Media, MediaError};

/// The most parts of a document, and the most bytes of their list.
const PARTS: u16 = 20_000;
const LIST: u32 = 4 * 1024 * 1024;

/// What a container is.
pub(super) fn detect(
    file: &mut Bounded<'_, impl Read + Seek>,
    head: &[u8],
    tail: &[u8],
) -> Result<Media, MediaError> {
    // What it says of itself comes first: nothing is read for a list that is too long.
    let (n_parts, list) = end_of(tail).ok_or(MediaError::Damaged)?;
    if n_parts > PARTS || list > LIST {
        return Err(MediaError::Unknown);
    }
    let archive = ZipArchive::new(BufReader::new(file)).map_err(|error| match error {
        zip::result::ZipError::Io(error) => MediaError::from(error),
        _ => MediaError::Damaged,
    })?;
    let mut found = None;
    for name in archive.file_names_raw() {
        let name = String::from_utf8_lossy(name).replace('\\', "/").to_ascii_lowercase();
        if name.ends_with("vbaproject.bin") || name.starts_with("basic/") {
            return Err(MediaError::Active);
        }
        found = found.or(match name.as_str() {
            "word/document.xml" | "word/document2.xml" => Some(Media::Docx),
            "xl/workbook.xml" => Some(Media::Xlsx),
            "ppt/presentation.xml" => Some(Media::Pptx),
            "ofd.xml" => Some(Media::Ofd),
            "content.xml" => open_document(head),
            _ => None,
        });
    }
    found.ok_or(MediaError::Unknown)
}

/// An open document says first what it is, in the clear.
fn open_document(head: &[u8]) -> Option<Media> {
    let mime = head.get(30..)?.strip_prefix(b"mimetype")?;
    let is = |it: &Media| mime.starts_with(it.mime().as_bytes());
    [Media::Odt, Media::Ods, Media::Odp].into_iter().find(is)
}

/// Whether something ends as a container does, to the last byte.
pub(super) fn ends_as_one(tail: &[u8]) -> bool {
    end_of(tail).is_some()
}

/// How many parts there are and how long their list is, as the end of a container says.
fn end_of(tail: &[u8]) -> Option<(u16, u32)> {
    let last = tail.len().checked_sub(22)?;
    (0..=last).rev().find_map(|at| {
        let end = tail.get(at..)?.strip_prefix(b"PK\x05\x06")?;
        let u16_at = |at| Some(u16::from_le_bytes(*end.get(at..)?.first_chunk()?));
        let comment = usize::from(u16_at(16)?);
        if comment != end.len() - 18 {
            return None;
        }
        let list = u32::from_le_bytes(*end.get(8..)?.first_chunk()?);
        Some((u16_at(6)?, list))
    })
}
