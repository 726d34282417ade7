//! What a file is, by its content alone; and what is no file that anybody may attach.
#![expect(clippy::unwrap_used, reason = "helpers of tests may fail like tests")]

use std::{
    io::{Cursor, Read, Seek, SeekFrom, Write as _},
    time::{Duration, Instant},
};

use papers::{
    Lang,
    media::{Media, MediaError, detect},
};
use zip::{ZipWriter, write::SimpleFileOptions};

fn is(bytes: &[u8]) -> Result<Media, MediaError> {
    detect(&mut Cursor::new(bytes))
}

fn package(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(vec![]));
    for (name, bytes) in parts {
        let stored =
            SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        zip.start_file(*name, stored).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn compound(streams: &[&str]) -> Vec<u8> {
    let mut file = cfb::CompoundFile::create(Cursor::new(vec![])).unwrap();
    for name in streams {
        let mut stream = file.create_stream(format!("/{name}")).unwrap();
        stream.write_all(&[7; 5000]).unwrap();
    }
    file.flush().unwrap();
    file.into_inner().into_inner()
}

fn pdf() -> Vec<u8> {
    b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n".to_vec()
}

fn jpeg() -> Vec<u8> {
    [
        &[0xff, 0xd8, 0xff, 0xe0, 0, 16],
        b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0".as_slice(),
        &[9; 400],
        &[0xff, 0xd9],
    ]
    .concat()
}

#[test]
fn a_file_is_what_it_holds() {
    let workbook = {
        let mut it = rust_xlsxwriter::Workbook::new();
        it.add_worksheet().write_string(0, 0, "诉求").unwrap();
        it.save_to_buffer().unwrap()
    };
    let png = [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".as_slice(), &[1; 40]].concat();
    let wav = [b"RIFF\x24\0\0\0WAVEfmt ".as_slice(), &[1; 40]].concat();
    let mp4 = [b"\0\0\0\x18ftypisom\0\0\x02\0isomiso2mp41".as_slice(), &[1; 40]].concat();
    let gbk = encoding_rs::GBK.encode("关于拖欠工资的情况说明\r\n").0.into_owned();
    let mail = "Received: from a by b\r\nFrom: a@b.example\r\nSubject: x\r\n\r\n<html><script>1</script></html>";
    let odt = package(&[
        ("mimetype", b"application/vnd.oasis.opendocument.text"),
        ("content.xml", b"<a/>"),
    ]);
    for (bytes, media) in [
        (pdf(), Media::Pdf),
        (jpeg(), Media::Jpeg),
        (png, Media::Png),
        (wav, Media::Wav),
        (mp4, Media::Mp4),
        (b"ID3\x03\0\0\0\0\0\x0a0123456789\xff\xfb\x90\0".to_vec(), Media::Mp3),
        (b"#!AMR\n\x3c\x91\x17\x16\xbe\x66\x79\xe1\xe0\x01".to_vec(), Media::Amr),
        (workbook, Media::Xlsx),
        (package(&[("[Content_Types].xml", b"<a/>"), ("word/document.xml", b"<a/>")]), Media::Docx),
        (package(&[("ppt/presentation.xml", b"<a/>")]), Media::Pptx),
        (package(&[("OFD.xml", b"<a/>"), ("Doc_0/Document.xml", b"<a/>")]), Media::Ofd),
        (odt, Media::Odt),
        (compound(&["WordDocument", "1Table"]), Media::Doc),
        (compound(&["Workbook"]), Media::Xls),
        (compound(&["PowerPoint Document"]), Media::Ppt),
        ("情况说明\n一、经过\n".as_bytes().to_vec(), Media::Txt),
        (b"\xef\xbb\xbfname,phone\n".to_vec(), Media::Txt),
        (gbk, Media::Txt),
        (mail.as_bytes().to_vec(), Media::Eml),
    ] {
        assert_eq!(is(&bytes).unwrap_or_else(|error| panic!("{media}: {error}")), media);
        assert_eq!(Media::of_mime(media.mime()), Some(media));
        assert_eq!(media.to_string().parse(), Ok(media));
        assert!(!media.endings().is_empty());
    }
}

#[test]
fn what_can_be_run_or_shown_as_a_page_is_none() {
    for text in [
        "<!DOCTYPE html><html></html>",
        "\u{feff}  <HTML><body onload=x>",
        "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        "<?xml version='1.0'?><svg/>",
        "hello <script>alert(1)</script>",
        "#!/bin/sh\nrm -rf /",
        "<?php system($_GET[0]);",
    ] {
        assert!(matches!(is(text.as_bytes()), Err(MediaError::Active)), "{text}");
    }
    let macros = package(&[("word/document.xml", b"<a/>"), ("word/vbaProject.bin", b"x")]);
    assert!(matches!(is(&macros), Err(MediaError::Active)));
    for (bytes, what) in [
        ([b"MZ\x90\0\x03\0\0\0".as_slice(), &[0; 200]].concat(), "a program"),
        ([b"\x7fELF\x02\x01\x01\0".as_slice(), &[0; 200]].concat(), "a program of ours"),
        (package(&[("a.txt", b"x")]), "an archive"),
        (b"Rar!\x1a\x07\0abc".to_vec(), "another archive"),
        (vec![0; 100], "nothing"),
        (compound(&["Whatever"]), "an installer, or whatever"),
        (package(&[("META-INF/MANIFEST.MF", b"x"), ("A.class", b"x")]), "a program in a package"),
    ] {
        assert!(matches!(is(&bytes), Err(MediaError::Unknown)), "{what}: {:?}", is(&bytes));
    }
    assert!(matches!(is(b""), Err(MediaError::Empty)));
    assert!(matches!(is(&compound(&["EncryptedPackage"])), Err(MediaError::Locked)));
}

#[test]
fn what_can_be_read_as_two_things_is_none() {
    let archive = package(&[("a.exe", b"MZ")]);
    for (bytes, what) in [
        ([jpeg(), archive.clone()].concat(), "a picture with an archive behind it"),
        ([pdf(), archive].concat(), "a document with an archive behind it"),
        (
            [&jpeg()[..20], b"<script>alert(1)</script>", &jpeg()[20..]].concat(),
            "a picture with a page in it",
        ),
        (
            [b"GIF89a/*".as_slice(), b"*/=1;<script>", &[1; 40]].concat(),
            "a picture that is a script",
        ),
        ([&jpeg()[..24], b"%PDF-1.4", &jpeg()[24..]].concat(), "a picture that is a document"),
    ] {
        assert!(matches!(is(&bytes), Err(MediaError::Ambiguous)), "{what}: {:?}", is(&bytes));
    }
    let late = [b"junk\n".as_slice(), &pdf()].concat();
    assert!(!matches!(is(&late), Ok(Media::Pdf)), "nothing stands before a document's mark");
    assert!(matches!(is(b"%PDF-1.7\n1 0 obj"), Err(MediaError::Damaged)), "it breaks off");
}

/// A file that counts what is read of it.
struct Counted(Cursor<Vec<u8>>, u64);

impl Read for Counted {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let n = self.0.read(into)?;
        self.1 += n as u64;
        Ok(n)
    }
}

impl Seek for Counted {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        self.0.seek(to)
    }
}

#[test]
fn a_container_is_never_unpacked_and_what_is_read_of_it_is_bounded() {
    let deflated =
        SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    let mut zip = ZipWriter::new(Cursor::new(vec![]));
    zip.start_file("word/document.xml", deflated).unwrap();
    let zeros = vec![0; 1 << 20];
    (0..8).for_each(|_| zip.write_all(&zeros).unwrap());
    let bomb = zip.finish().unwrap().into_inner();
    let many = {
        let mut zip = ZipWriter::new(Cursor::new(vec![]));
        for n in 0..20_001 {
            zip.start_file(format!("{n}"), deflated).unwrap();
        }
        zip.finish().unwrap().into_inner()
    };
    // A directory that says it is as long as the file, and one that goes round in a ring.
    let mut lying = package(&[("word/document.xml", b"x")]);
    let end = lying.len() - 22;
    lying[end + 12..end + 16].copy_from_slice(&u32::MAX.to_le_bytes());
    let mut ring = compound(&["A", "B", "C"]);
    ring.resize(8 << 20, 0);
    let directory = u32::from_le_bytes(ring[48..52].try_into().unwrap());
    let table = u32::from_le_bytes(ring[76..80].try_into().unwrap());
    let size = 1_usize << u16::from_le_bytes(ring[30..32].try_into().unwrap());
    let at = (table as usize + 1) * size + directory as usize * 4;
    ring[at..at + 4].copy_from_slice(&directory.to_le_bytes());
    for (bytes, what) in [(bomb, "bomb"), (many, "many"), (lying, "lying"), (ring, "ring")] {
        let mut file = Counted(Cursor::new(bytes), 0);
        let since = Instant::now();
        let answer = detect(&mut file);
        assert!(file.1 < 10 << 20, "{what}: {} bytes were read", file.1);
        assert!(since.elapsed() < Duration::from_secs(5), "{what}");
        assert_eq!(answer.is_ok(), what == "bomb", "{what}: {answer:?}");
    }
}

#[test]
fn nothing_that_is_broken_makes_it_fall_over() {
    let whole = [
        pdf(),
        jpeg(),
        package(&[("word/document.xml", b"<a/>"), ("b", &[3; 900])]),
        compound(&["WordDocument", "A", "B", "C", "D", "E"]),
        b"From: a\nTo: b\nSubject: c\n\nx".to_vec(),
    ];
    let mut dice = 88_172_645_463_325_252_u64;
    let mut roll = move |n: usize| {
        dice ^= dice << 13;
        dice ^= dice >> 7;
        dice ^= dice << 17;
        usize::try_from(dice % n as u64).unwrap()
    };
    for round in 0..1_500 {
        let mut bytes = whole[round % whole.len()].clone();
        for _ in 0..=roll(8) {
            let at = roll(bytes.len());
            bytes[at] = u8::try_from(roll(256)).unwrap();
        }
        if roll(3) == 0 {
            bytes.truncate(roll(bytes.len()));
        }
        if let Err(error) = is(&bytes) {
            assert!(!error.sentence(Lang::Zh).is_empty() && !error.sentence(Lang::En).is_empty());
        }
    }
}
