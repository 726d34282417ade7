//! Hands a mail over: to a mail server, or into a folder where there is none.
//!
//! A mail that is sent again is the same to the byte: its Message-ID and its instant belong to the
//! mailing, not to the try. A receiver can drop the second copy, and a folder keeps one file.
//! What fails says whether the same mail may go later, never, or whether the settings are wrong,
//! and says it without address, subject or body, so that it can be logged.

mod error;
mod folder;
mod message;
mod smtp;

use std::{fmt, path::PathBuf, time::Duration};

use chrono::{DateTime, Utc};
use lettre::{
    Address,
    message::{Mailbox, header::ContentTransferEncoding},
};

pub use self::error::{Answer, SendError, SettingsError, Stage, Trouble, mask};
use self::{folder::Folder, message::Composed, smtp::Smtp};

/// How mail goes out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The address that letters come from; nobody reads what is sent to it.
    pub from: String,
    /// The name beside it.
    pub from_name: Option<String>,
    /// The domain behind the `@` of a Message-ID, by which the mail server is greeted too.
    pub domain: String,
    /// Where letters go.
    pub route: Route,
}

/// Where letters go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Route {
    /// To a mail server.
    Smtp(Relay),
    /// Into a folder, one file for each mail.
    Folder {
        /// The folder; it is made if it is missing.
        path: PathBuf,
    },
}

/// A mail server that takes our mail.
#[derive(Clone, PartialEq, Eq)]
pub struct Relay {
    /// Its name or address; with TLS its certificate must be for this.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Whether and when the connection is encrypted.
    pub tls: Tls,
    /// The name to sign in with; none where the server knows us by our address. Without TLS name
    /// and password cross the wire as they are.
    pub user: Option<String>,
    /// The password that belongs to it.
    pub password: Option<String>,
    /// Certificates in PEM that are trusted instead of the public ones.
    pub ca_file: Option<PathBuf>,
    /// How long opening a connection may take, and again handing over one mail; at most
    /// [`Relay::PATIENCE`].
    pub patience: Duration,
}

impl Relay {
    /// The longest that one step with a mail server may take.
    pub const PATIENCE: Duration = Duration::from_secs(30);
}

/// Without the password.
impl fmt::Debug for Relay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Relay")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("tls", &self.tls)
            .field("user", &self.user)
            .field("password", &self.password.as_ref().map(|_| "***"))
            .field("ca_file", &self.ca_file)
            .field("patience", &self.patience)
            .finish()
    }
}

/// Whether and when a connection is encrypted. There is no "if the server likes".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tls {
    /// Never.
    None,
    /// After a greeting in the clear, and nothing is said before (port 587).
    StartTls,
    /// From the first byte (port 465).
    Tls,
}

/// A mail to one recipient.
#[derive(Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// The Message-ID that the mailing owns, as [`Transport::message_id`] makes it; the same at
    /// every try.
    pub message_id: String,
    /// When the mailing came to be, by the clock on the wall; the same at every try.
    pub at: DateTime<Utc>,
    /// The recipient's address.
    pub to: String,
    /// The recipient's name.
    pub to_name: Option<String>,
    /// The subject.
    pub subject: String,
    /// The text.
    pub body: String,
}

/// Without what it says, and to whom only in a mask.
impl fmt::Debug for Outgoing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outgoing")
            .field("message_id", &self.message_id)
            .field("at", &self.at)
            .field("to", &mask(&self.to))
            .finish_non_exhaustive()
    }
}

/// A way by which mail goes out, with its connections. Made once and shared; it may send several
/// mails at a time.
#[derive(Debug)]
pub struct Transport {
    from: Mailbox,
    domain: String,
    way: Way,
}

#[derive(Debug)]
enum Way {
    Smtp(Smtp),
    Folder(Folder),
}

impl Transport {
    /// Reads the certificates or makes the folder; no connection is opened yet.
    ///
    /// # Errors
    ///
    /// When the settings cannot work, whatever the mail server says.
    pub fn new(settings: &Settings) -> Result<Self, SettingsError> {
        let from: Address = settings.from.parse().map_err(|_| SettingsError::From)?;
        if !settings.from.is_ascii() {
            return Err(SettingsError::From);
        }
        if !is_domain(&settings.domain) {
            return Err(SettingsError::Domain);
        }
        let name = settings.from_name.as_deref().map(message::one_line);
        let way = match &settings.route {
            Route::Smtp(relay) => Way::Smtp(Smtp::new(relay, &settings.domain)?),
            Route::Folder { path } => Way::Folder(Folder::new(path)?),
        };
        Ok(Self { from: Mailbox::new(name, from), domain: settings.domain.clone(), way })
    }

    /// The Message-ID of the mailing with this id: drawn once, stored with the row.
    #[must_use]
    pub fn message_id(&self, mailing: uuid::Uuid) -> String {
        format!("<{mailing}@{}>", self.domain)
    }

    /// Hands one mail over. After `Ok` the server has taken it or the file is on the disk; after
    /// an error it may have arrived all the same (an answer that was lost), and a second try
    /// carries the same Message-ID.
    ///
    /// It ends within twice [`Relay::patience`]; dropped in the middle it closes its connection.
    ///
    /// # Errors
    ///
    /// When the mail was not taken, or nobody knows whether it was.
    pub async fn send(&self, mail: &Outgoing) -> Result<(), SendError> {
        match &self.way {
            Way::Smtp(smtp) => {
                // Seven bits pass every server, whatever it offers.
                smtp.send(&Composed::new(&self.from, mail, None)?).await
            }
            Way::Folder(folder) => {
                // A file is opened by people too, so its text stays text.
                let readable = Some(ContentTransferEncoding::EightBit);
                folder.put(Composed::new(&self.from, mail, readable)?).await
            }
        }
    }

    /// Says goodbye on every idle connection. Mail may be sent after it: whoever drains calls this
    /// after each round, so that no connection waits for the server to cut it.
    pub async fn close(&self) {
        match &self.way {
            Way::Smtp(smtp) => smtp.close().await,
            Way::Folder(_) => (),
        }
    }
}

/// Letters, digits, hyphens and dots, as a greeting and a Message-ID can carry them.
fn is_domain(domain: &str) -> bool {
    domain.len() <= 190
        && domain.split('.').all(|label| {
            let edge = |it: Option<char>| it.is_some_and(|it| it.is_ascii_alphanumeric());
            edge(label.chars().next())
                && edge(label.chars().next_back())
                && label.chars().all(|it| it.is_ascii_alphanumeric() || it == '-')
        })
}
