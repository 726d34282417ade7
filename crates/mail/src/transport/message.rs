//! Puts a mail into the form of the wire.

use chrono::{DateTime, Utc};
use lettre::{
    Address, Message,
    message::{
        Body, Mailbox, SinglePart,
        header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue},
    },
};

use super::{
    Outgoing,
    error::{SendError, Trouble},
};

/// A mail as it crosses the wire.
pub(super) struct Composed {
    pub(super) from: Address,
    pub(super) to: Address,
    pub(super) message_id: String,
    pub(super) at: DateTime<Utc>,
    pub(super) text: String,
}

impl Composed {
    /// Composes a mail; the text in the wished encoding if its lines are short enough, otherwise in
    /// one that always fits.
    pub(super) fn new(
        from: &Mailbox,
        mail: &Outgoing,
        wished: Option<ContentTransferEncoding>,
    ) -> Result<Self, SendError> {
        let permanent = SendError::Permanent;
        let message_id = message_id(&mail.message_id).ok_or(permanent(Trouble::MessageId))?;
        let to = address(&mail.to).ok_or(permanent(Trouble::Address))?;
        let name = mail.to_name.as_deref().map(one_line).filter(|it| !it.is_empty());
        // A lone carriage return is a line break to some servers and none to others.
        let text = mail.body.replace('\r', "");
        let body = match wished {
            // The library would rather encode a long line than leave it readable; 998 is the law.
            Some(encoding) if text.lines().all(|it| it.len() <= 990) => {
                Body::dangerous_pre_encoded(text.replace('\n', "\r\n").into_bytes(), encoding)
            }
            Some(_) | None => Body::new(text),
        };
        let part = SinglePart::builder().header(ContentType::TEXT_PLAIN).body(body);
        let message = Message::builder()
            .from(from.clone())
            .to(Mailbox::new(name, to.clone()))
            .date(mail.at.into())
            .message_id(Some(format!("<{message_id}>")))
            .subject(one_line(&mail.subject))
            .raw_header(raw("Auto-Submitted", "auto-generated"))
            .raw_header(raw("X-Auto-Response-Suppress", "All"))
            .singlepart(part)
            .map_err(|_| permanent(Trouble::Unfit))?;
        Ok(Self {
            from: from.email.clone(),
            to,
            message_id: message_id.to_owned(),
            at: mail.at,
            text: String::from_utf8(message.formatted()).map_err(|_| permanent(Trouble::Unfit))?,
        })
    }
}

/// What follows on DATA: the mail, its lines that begin with a dot marked, and the final dot.
pub(super) fn on_the_wire(text: &str) -> String {
    let mut res = text.replace("\r\n.", "\r\n..");
    if !res.ends_with("\r\n") {
        res.push_str("\r\n");
    }
    res.push_str(".\r\n");
    res
}

fn raw(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

/// A Message-ID without its brackets, if a header and a file name can carry it.
fn message_id(text: &str) -> Option<&str> {
    let bare = text.strip_prefix('<').and_then(|it| it.strip_suffix('>')).unwrap_or(text);
    let (local, domain) = bare.split_once('@')?;
    let plain = |it: &str| {
        let fits = |it: char| it.is_ascii_alphanumeric() || "-._+=".contains(it);
        !it.is_empty() && it.chars().all(fits)
    };
    (plain(local) && plain(domain) && bare.len() <= 230).then_some(bare)
}

/// An address that can stand in an SMTP command.
fn address(text: &str) -> Option<Address> {
    let bad = |it: char| it.is_control() || it.is_whitespace() || "<>".contains(it);
    if text.contains(bad) { None } else { text.parse().ok() }
}

/// A text for a header: no line break, no control character, no two spaces in a row.
pub(super) fn one_line(text: &str) -> String {
    let words: Vec<&str> =
        text.split(|it: char| it.is_control() || it == ' ').filter(|it| !it.is_empty()).collect();
    words.join(" ")
}
