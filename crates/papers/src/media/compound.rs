//! Compound files of the older office programs: told by the class of their root and the names in their
//! directory. The directory is followed for so many steps and no further.

use std::io::{Read, Seek, SeekFrom};

use super::{Bounded, Media, MediaError};

/// The most sectors of a directory that are looked at.
const STEPS: usize = 512;
/// The sectors of the table that the header itself names.
const TABLE: usize = 109;
/// An entry of the directory.
const ENTRY: usize = 128;

/// The classes that their programs write into the root.
const CLASSES: [(u32, Media); 4] = [
    (0x0002_0906, Media::Doc),
    (0x0002_0820, Media::Xls),
    (0x0002_0810, Media::Xls),
    (0x6481_8d10, Media::Ppt),
];

/// What a compound file is.
pub(super) fn detect(file: &mut Bounded<'_, impl Read + Seek>) -> Result<Media, MediaError> {
    let mut header = [0; 512];
    file.seek(SeekFrom::Start(0))?;
    file.read_exact(&mut header)?;
    let u32_at = |bytes: &[u8], at: usize| -> Option<u32> {
        Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
    };
    let size = match header.get(30..32) {
        Some([9, 0]) => 512,
        Some([12, 0]) => 4096,
        _ => return Err(MediaError::Damaged),
    };
    let mut read = |sector: u32| -> Result<Vec<u8>, MediaError> {
        let mut bytes = vec![0; size];
        file.seek(SeekFrom::Start((u64::from(sector) + 1) * size as u64))?;
        file.read_exact(&mut bytes)?;
        Ok(bytes)
    };
    let mut next = u32_at(&header, 48).ok_or(MediaError::Damaged)?;
    let mut found = None;
    for step in 0..STEPS {
        // The last four numbers are marks: the end, and what is free or of the table itself.
        if next >= 0xffff_fffa {
            break;
        }
        let sector = read(next)?;
        for (nth, entry) in sector.chunks_exact(ENTRY).enumerate() {
            if step == 0 && nth == 0 {
                let class = u32_at(entry, 80);
                found = CLASSES.iter().find(|(it, _)| Some(*it) == class).map(|(_, it)| *it);
                continue;
            }
            match name(entry).as_str() {
                "encryptedpackage" | "encryptioninfo" => return Err(MediaError::Locked),
                "worddocument" => found = found.or(Some(Media::Doc)),
                "workbook" | "book" => found = found.or(Some(Media::Xls)),
                "powerpoint document" => found = found.or(Some(Media::Ppt)),
                _ => (),
            }
        }
        // Where the directory goes on stands in the table, which the header names the parts of.
        let per_sector = size / 4;
        let place = usize::try_from(next).map_err(|_| MediaError::Damaged)?;
        let part = place / per_sector;
        if part >= TABLE {
            break;
        }
        let table = u32_at(&header, 76 + 4 * part).ok_or(MediaError::Damaged)?;
        if table >= 0xffff_fffa {
            break;
        }
        next = u32_at(&read(table)?, 4 * (place % per_sector)).ok_or(MediaError::Damaged)?;
    }
    found.ok_or(MediaError::Unknown)
}

/// The name of an entry, in small letters.
fn name(entry: &[u8]) -> String {
    let length =
        entry.get(64..66).and_then(|it| it.first_chunk()).map(|it| u16::from_le_bytes(*it));
    let length = usize::from(length.unwrap_or(0)).saturating_sub(2).min(62);
    let units = entry.get(..length).unwrap_or_default().chunks_exact(2);
    let units = units.map(|it| {
        u16::from_le_bytes([it.first().copied().unwrap_or(0), it.get(1).copied().unwrap_or(0)])
    });
    char::decode_utf16(units).map(|it| it.unwrap_or('?').to_ascii_lowercase()).collect()
}
