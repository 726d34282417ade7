//! What a file is, by its content: its name and what its sender says of it count for nothing.
//!
//! A file is looked at, never unpacked or drawn: its beginning, its end, and of containers the list of
//! what is in them. What could be run, or read as two things at once, is no type that anybody may
//! attach.

mod compound;
mod package;

use std::io::{self, Read, Seek, SeekFrom};

use strum::{Display, EnumIter, EnumString, IntoEnumIterator as _, IntoStaticStr};

use crate::Lang;

/// How much of the beginning and of the end is looked at.
const EDGE: usize = 64 * 1024;
/// Where what a browser would run stands, if it is to be run.
const MARKUP: usize = 1024;
/// The most that is read of a container to see what is in it.
const BUDGET: u64 = 8 * 1024 * 1024;

/// A type of file that may be attached where the settings allow it.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumIter,
    EnumString,
    Display,
    IntoStaticStr,
)]
#[strum(serialize_all = "snake_case")]
#[expect(missing_docs, reason = "each is the type that its name says")]
pub enum Media {
    Pdf,
    Ofd,
    Jpeg,
    Png,
    Gif,
    Webp,
    Tiff,
    Bmp,
    Heic,
    Docx,
    Xlsx,
    Pptx,
    Odt,
    Ods,
    Odp,
    Doc,
    Xls,
    Ppt,
    /// Plain text, tables of it included.
    Txt,
    /// A mail.
    Eml,
    Mp3,
    M4a,
    Wav,
    Amr,
    Mp4,
    Mov,
}

impl Media {
    /// Every one of them.
    pub fn all() -> impl Iterator<Item = Self> {
        Self::iter()
    }

    /// The media type, as HTTP names it.
    #[must_use]
    pub fn mime(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Ofd => "application/ofd",
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Gif => "image/gif",
            Self::Webp => "image/webp",
            Self::Tiff => "image/tiff",
            Self::Bmp => "image/bmp",
            Self::Heic => "image/heic",
            Self::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Pptx => {
                "application/vnd.openxmlformats-officedocument.presentationml.presentation"
            }
            Self::Odt => "application/vnd.oasis.opendocument.text",
            Self::Ods => "application/vnd.oasis.opendocument.spreadsheet",
            Self::Odp => "application/vnd.oasis.opendocument.presentation",
            Self::Doc => "application/msword",
            Self::Xls => "application/vnd.ms-excel",
            Self::Ppt => "application/vnd.ms-powerpoint",
            Self::Txt => "text/plain",
            Self::Eml => "message/rfc822",
            Self::Mp3 => "audio/mpeg",
            Self::M4a => "audio/mp4",
            Self::Wav => "audio/wav",
            Self::Amr => "audio/amr",
            Self::Mp4 => "video/mp4",
            Self::Mov => "video/quicktime",
        }
    }

    /// The type of a media type.
    #[must_use]
    pub fn of_mime(mime: &str) -> Option<Self> {
        Self::iter().find(|it| it.mime() == mime)
    }

    /// How the names of such files end; the usual ending first.
    #[must_use]
    pub fn endings(self) -> &'static [&'static str] {
        match self {
            Self::Pdf => &["pdf"],
            Self::Ofd => &["ofd"],
            Self::Jpeg => &["jpg", "jpeg"],
            Self::Png => &["png"],
            Self::Gif => &["gif"],
            Self::Webp => &["webp"],
            Self::Tiff => &["tif", "tiff"],
            Self::Bmp => &["bmp"],
            Self::Heic => &["heic", "heif"],
            Self::Docx => &["docx"],
            Self::Xlsx => &["xlsx"],
            Self::Pptx => &["pptx"],
            Self::Odt => &["odt"],
            Self::Ods => &["ods"],
            Self::Odp => &["odp"],
            Self::Doc => &["doc", "wps"],
            Self::Xls => &["xls", "et"],
            Self::Ppt => &["ppt", "dps"],
            Self::Txt => &["txt", "csv"],
            Self::Eml => &["eml"],
            Self::Mp3 => &["mp3"],
            Self::M4a => &["m4a"],
            Self::Wav => &["wav"],
            Self::Amr => &["amr"],
            Self::Mp4 => &["mp4"],
            Self::Mov => &["mov"],
        }
    }
}

/// Why a file is none that anybody may attach.
#[derive(Debug, thiserror::Error)]
pub enum MediaError {
    /// There is nothing in it.
    #[error("the file is empty")]
    Empty,
    /// It is nothing that is known here.
    #[error("the type of the file is not known")]
    Unknown,
    /// It can be run, or shown as a page: HTML, SVG, scripts, macros.
    #[error("the file holds a page or a program")]
    Active,
    /// It can be read as two things at once.
    #[error("the file can be read as two things")]
    Ambiguous,
    /// It is locked by a password, so that nobody can look at it.
    #[error("the file is locked by a password")]
    Locked,
    /// It breaks off, or is not built as its beginning says.
    #[error("the file is damaged")]
    Damaged,
    /// It could not be read.
    #[error("the file could not be read")]
    Unreadable(#[source] io::Error),
}

impl MediaError {
    /// What is wrong and what to do, for whoever sent it.
    #[must_use]
    pub fn sentence(&self, lang: Lang) -> &'static str {
        match (self, lang) {
            (Self::Empty, Lang::Zh) => "文件是空的。请重新选择文件。",
            (Self::Empty, Lang::En) => "The file is empty. Choose another.",
            (Self::Unknown, Lang::Zh) => {
                "无法识别文件内容的类型（与文件名无关）。请转换为 PDF、图片或办公文档后重新上传。"
            }
            (Self::Unknown, Lang::En) => {
                "The content of the file is of no known type, whatever its name says. Send it as PDF, picture or office document."
            }
            (Self::Active, Lang::Zh) => {
                "文件内含网页、脚本、宏或程序，不予接收。请转换为 PDF 后重新上传。"
            }
            (Self::Active, Lang::En) => {
                "The file holds a page, a script, a macro or a program and is not taken. Send it as PDF."
            }
            (Self::Ambiguous, Lang::Zh) => {
                "文件内夹带了另一种文件，不予接收。请由原软件重新导出后上传。"
            }
            (Self::Ambiguous, Lang::En) => {
                "The file carries another one inside and is not taken. Export it anew and send that."
            }
            (Self::Locked, Lang::Zh) => "文件设有打开密码，无法检查。请去除密码后重新上传。",
            (Self::Locked, Lang::En) => {
                "The file is locked by a password, so it cannot be looked at. Take the password off and send it again."
            }
            (Self::Damaged, Lang::Zh) => "文件已损坏或不完整。请重新导出后上传。",
            (Self::Damaged, Lang::En) => {
                "The file is damaged or breaks off. Export it anew and send that."
            }
            (Self::Unreadable(_), Lang::Zh) => "文件无法读取。请稍后重新上传。",
            (Self::Unreadable(_), Lang::En) => "The file could not be read. Send it again later.",
        }
    }
}

impl From<io::Error> for MediaError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            // A container that points beyond its end, or around in circles.
            io::ErrorKind::UnexpectedEof
            | io::ErrorKind::InvalidData
            | io::ErrorKind::InvalidInput => Self::Damaged,
            _ => Self::Unreadable(error),
        }
    }
}

/// What a file is. It blocks; a bounded part of the file is read, of text all of it.
///
/// # Errors
/// [`MediaError`] where it is nothing that may be attached.
pub fn detect(file: &mut (impl Read + Seek)) -> Result<Media, MediaError> {
    let size = file.seek(SeekFrom::End(0))?;
    if size == 0 {
        return Err(MediaError::Empty);
    }
    let head = edge(file, 0)?;
    let tail = edge(file, size.saturating_sub(EDGE as u64))?;
    let media = match head.as_slice() {
        [b'P', b'K', 3, 4, ..] => package::detect(&mut Bounded::new(file), &head, &tail)?,
        [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, ..] => {
            compound::detect(&mut Bounded::new(file))?
        }
        _ => match of_magic(&head) {
            Some(media) => media,
            None => return text(file, &head),
        },
    };
    if has(&head, MARKUP, ACTIVE) {
        return Err(MediaError::Ambiguous);
    }
    let is_package = matches!(head.as_slice(), [b'P', b'K', ..]);
    let hidden_pdf = media != Media::Pdf && has(&head, MARKUP, &["%pdf-"]);
    if hidden_pdf || (!is_package && package::ends_as_one(&tail)) {
        return Err(MediaError::Ambiguous);
    }
    if media == Media::Pdf && !tail.windows(5).any(|it| it == b"%%EOF") {
        return Err(MediaError::Damaged);
    }
    Ok(media)
}

/// What a browser runs or shows as a page, wherever it finds it.
const ACTIVE: &[&str] = &["<script", "<html", "<!doctype", "<svg", "<iframe", "<body", "<?php"];

/// Whether one of these stands within the first bytes, in either case.
fn has(bytes: &[u8], within: usize, words: &[&str]) -> bool {
    let few: Vec<u8> = bytes.iter().take(within).map(u8::to_ascii_lowercase).collect();
    words.iter().any(|word| few.windows(word.len()).any(|it| it == word.as_bytes()))
}

fn of_magic(head: &[u8]) -> Option<Media> {
    // Nothing before its mark: what has something is made to be read in two ways.
    Some(match infer::get(head)?.mime_type() {
        "application/pdf" if head.starts_with(b"%PDF-") => Media::Pdf,
        "image/jpeg" => Media::Jpeg,
        "image/png" => Media::Png,
        "image/gif" => Media::Gif,
        "image/webp" => Media::Webp,
        "image/tiff" => Media::Tiff,
        "image/bmp" => Media::Bmp,
        "image/heif" | "image/heic" => Media::Heic,
        "audio/mpeg" => Media::Mp3,
        "audio/m4a" => Media::M4a,
        "audio/x-wav" => Media::Wav,
        "audio/amr" => Media::Amr,
        "video/mp4" | "video/x-m4v" => Media::Mp4,
        "video/quicktime" => Media::Mov,
        _ => return None,
    })
}

/// Text, every byte of it: a mail where it begins like one.
fn text(file: &mut (impl Read + Seek), head: &[u8]) -> Result<Media, MediaError> {
    let plain = head.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(head);
    let start: &[u8] = plain.trim_ascii_start();
    let markup = ["<?xml", "<!--", "#!"];
    let is_active = has(start, MARKUP, ACTIVE) || has(start, 5, &markup);
    file.rewind()?;
    if !is_text(file)? {
        return Err(if is_active { MediaError::Active } else { MediaError::Unknown });
    }
    if is_mail(plain) {
        return Ok(Media::Eml);
    }
    if is_active {
        return Err(MediaError::Active);
    }
    Ok(Media::Txt)
}

/// Whether all of it is text, in UTF-8 or in the encoding of the mainland.
fn is_text(file: &mut impl Read) -> Result<bool, MediaError> {
    let mut utf8 = Some(encoding_rs::UTF_8.new_decoder());
    let mut mainland = Some(encoding_rs::GB18030.new_decoder());
    let mut piece = vec![0; EDGE];
    let mut decoded = String::with_capacity(4 * EDGE);
    loop {
        let n = file.read(&mut piece)?;
        let bytes = piece.get(..n).unwrap_or_default();
        if bytes.iter().any(|it| it.is_ascii_control() && !b"\t\n\r\x0c\x1b".contains(it)) {
            return Ok(false);
        }
        for decoder in [&mut utf8, &mut mainland] {
            let Some(it) = decoder else { continue };
            decoded.clear();
            let (.., has_errors) = it.decode_to_string(bytes, &mut decoded, n == 0);
            if has_errors {
                *decoder = None;
            }
        }
        if utf8.is_none() && mainland.is_none() {
            return Ok(false);
        }
        if n == 0 {
            return Ok(true);
        }
    }
}

/// Whether it begins with the fields of a mail, of which each has some.
fn is_mail(head: &[u8]) -> bool {
    const FIELDS: &[&str] = &[
        "from",
        "to",
        "cc",
        "subject",
        "date",
        "received",
        "return-path",
        "message-id",
        "mime-version",
        "delivered-to",
        "x-",
        "dkim-",
        "content-type",
        "sender",
        "reply-to",
        "content-transfer-encoding",
        "arc-",
        "authentication-results",
        "received-spf",
    ];
    let text = String::from_utf8_lossy(head.get(..head.len().min(4096)).unwrap_or_default());
    let mut n_fields = 0;
    for line in text.lines().take(20) {
        if line.is_empty() {
            break;
        }
        if line.starts_with([' ', '\t']) && n_fields > 0 {
            continue;
        }
        let Some((name, _)) = line.split_once(':') else { return false };
        let name = name.to_ascii_lowercase();
        if !FIELDS.iter().any(|it| name == *it || (it.ends_with('-') && name.starts_with(it))) {
            return false;
        }
        n_fields += 1;
    }
    n_fields >= 3
}

fn edge(file: &mut (impl Read + Seek), from: u64) -> io::Result<Vec<u8>> {
    file.seek(SeekFrom::Start(from))?;
    let mut bytes = Vec::with_capacity(EDGE);
    file.take(EDGE as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// A file of which no more is read than its budget: whatever a container points at, and however often.
struct Bounded<'a, R> {
    file: &'a mut R,
    left: u64,
}

impl<'a, R> Bounded<'a, R> {
    fn new(file: &'a mut R) -> Self {
        Self { file, left: BUDGET }
    }
}

impl<R: Read> Read for Bounded<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let n = self.file.read(into)?;
        // A call costs, too, however little it reads.
        let cost = (n as u64).max(512);
        self.left = self.left.checked_sub(cost).ok_or(io::ErrorKind::InvalidData)?;
        Ok(n)
    }
}

impl<R: Seek> Seek for Bounded<'_, R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}
