//! What can go wrong with a mail, without telling whom and what it was about.

use std::{fmt, io};

use thiserror::Error;

/// Settings that cannot work.
#[derive(Debug, Error)]
pub enum SettingsError {
    /// The sender's address is none.
    #[error("the address that mail comes from is not an address of plain letters")]
    From,
    /// The domain is none.
    #[error("the domain of Message-IDs is not a domain name")]
    Domain,
    /// The host is no name and no address.
    #[error("the mail server is neither a host name nor an address")]
    Host,
    /// A name without a password, or the other way round.
    #[error("signing in to the mail server takes a name and a password, or neither")]
    Credentials,
    /// The certificates cannot be read.
    #[error("the certificates of the mail server cannot be read")]
    CaFile(#[source] io::Error),
    /// The certificates are none.
    #[error("the file for the mail server holds no certificate in PEM that can be trusted")]
    Certificate,
    /// The folder is none, or cannot be made.
    #[error("the folder for mail cannot be made")]
    Folder(#[source] io::Error),
}

/// Why a mail did not go, by what is to be done about it. Neither this nor what it holds names an
/// address or a content.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SendError {
    /// The same mail may go later: try again after a while.
    #[error("not sent for now: {0}")]
    Transient(Trouble),
    /// This mail to this address will never go: a person has to look at it.
    #[error("not sent, and not to be tried again: {0}")]
    Permanent(Trouble),
    /// No mail will go before the settings are mended; the mail itself is not to blame.
    #[error("the settings of mail are wrong: {0}")]
    Refused(Trouble),
}

impl SendError {
    /// What went wrong.
    #[must_use]
    pub fn trouble(&self) -> &Trouble {
        match self {
            Self::Transient(it) | Self::Permanent(it) | Self::Refused(it) => it,
        }
    }
}

/// What went wrong with a mail.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Trouble {
    /// The mail server said no.
    #[error("the mail server answered {answer} {stage}")]
    Answered {
        /// To what.
        stage: Stage,
        /// What.
        answer: Answer,
    },
    /// The mail server took too long.
    #[error("the mail server took too long {stage}")]
    TimedOut {
        /// With what.
        stage: Stage,
    },
    /// There is no mail server, or no way to it.
    #[error("the mail server cannot be reached ({0})")]
    Unreachable(io::ErrorKind),
    /// The connection broke, or what came over it made no sense.
    #[error("the connection broke {stage}")]
    Broken {
        /// During what.
        stage: Stage,
    },
    /// The mail server's certificate is not to be trusted.
    #[error("the mail server's certificate is not trusted")]
    Certificate,
    /// The mail server does not offer STARTTLS.
    #[error("the mail server does not offer STARTTLS")]
    NoStartTls,
    /// The mail server offers no way to sign in that we know.
    #[error("the mail server offers no way to sign in that we know")]
    NoSignIn,
    /// The recipient's address is none, or one that this server cannot write to.
    #[error("the recipient's address cannot be used")]
    Address,
    /// The Message-ID is none.
    #[error("the Message-ID is malformed")]
    MessageId,
    /// The mail cannot be put into the form of a mail.
    #[error("the mail cannot be composed")]
    Unfit,
    /// The folder does not take the file.
    #[error("the folder does not take the file ({0})")]
    Disk(io::ErrorKind),
}

impl Trouble {
    /// Whether it lies with the way rather than with one mail, so that no other would go now.
    #[must_use]
    pub fn is_of_the_way(&self) -> bool {
        match self {
            Self::TimedOut { .. }
            | Self::Unreachable(_)
            | Self::Certificate
            | Self::NoStartTls
            | Self::NoSignIn
            | Self::Disk(_) => true,
            Self::Answered { .. }
            | Self::Broken { .. }
            | Self::Address
            | Self::MessageId
            | Self::Unfit => false,
        }
    }
}

/// What a mail server said: its code, and the finer one where it gives one. Its words are left
/// out, as they may repeat an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Three digits, as 550.
    pub code: u16,
    /// The status by RFC 3463, as 5.1.1.
    pub status: Option<String>,
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.status {
            Some(status) => write!(f, "{} {status}", self.code),
            None => write!(f, "{}", self.code),
        }
    }
}

/// What was being done with a mail server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Connecting, up to the greeting.
    Greeting,
    /// Encrypting.
    Encryption,
    /// Signing in.
    SignIn,
    /// Naming the sender.
    Sender,
    /// Naming the recipient.
    Recipient,
    /// Asking to hand the text over.
    Data,
    /// Handing the text over; its end may have been heard.
    Content,
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Greeting => "at the greeting",
            Self::Encryption => "when encrypting",
            Self::SignIn => "when signing in",
            Self::Sender => "to the sender",
            Self::Recipient => "to the recipient",
            Self::Data => "before the text",
            Self::Content => "after the text",
        })
    }
}

/// An address as a log may hold it: the first letter and the domain, `a***@example.cn`.
#[must_use]
pub fn mask(address: &str) -> String {
    match address.rsplit_once('@') {
        Some((local, domain)) if !local.is_empty() => {
            let first: String = local.chars().take(1).collect();
            format!("{first}***@{domain}")
        }
        Some(_) | None => "***".to_owned(),
    }
}
