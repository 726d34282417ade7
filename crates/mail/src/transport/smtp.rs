//! Hands mail to a mail server, and keeps a few connections to it.
//!
//! lettre speaks the protocol; the steps, the time they may take and the connections are ours.
//! lettre's own pool has no time limit but that of connecting, puts a connection back whose mail
//! was given up half-way, so that the late answer to one mail is taken for that to the next, and
//! cannot tell a refused sign-in from a refused recipient.

use std::{
    error::Error as _,
    fmt, fs, io,
    net::IpAddr,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use lettre::transport::smtp::{
    Error,
    authentication::{Credentials, DEFAULT_MECHANISMS},
    client::{AsyncSmtpConnection, Certificate, CertificateStore, TlsParameters},
    commands::{Data, Mail, Rcpt, Rset},
    extension::{ClientId, Extension, MailParameter},
    response::{Response, Severity},
};
use tokio::time::{Instant, timeout};

use super::{
    Relay, Tls,
    error::{Answer, SendError, SettingsError, Stage, Trouble},
    is_domain,
    message::{Composed, on_the_wire},
};

/// How many idle connections are kept.
const KEPT: usize = 4;

/// How long an idle connection is kept; most servers cut it after five minutes.
const IDLE: Duration = Duration::from_secs(60);

/// How long a goodbye may take.
const GOODBYE: Duration = Duration::from_secs(2);

pub(super) struct Smtp {
    host: String,
    port: u16,
    hello: ClientId,
    security: Security,
    credentials: Option<Credentials>,
    patience: Duration,
    idle: Mutex<Vec<Idle>>,
}

enum Security {
    None,
    StartTls(TlsParameters),
    Tls(TlsParameters),
}

struct Idle {
    connection: AsyncSmtpConnection,
    since: Instant,
}

impl fmt::Debug for Smtp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Smtp")
            .field("host", &self.host)
            .field("port", &self.port)
            .finish_non_exhaustive()
    }
}

impl Smtp {
    pub(super) fn new(relay: &Relay, domain: &str) -> Result<Self, SettingsError> {
        if !is_domain(&relay.host) && relay.host.parse::<IpAddr>().is_err() {
            return Err(SettingsError::Host);
        }
        let security = match relay.tls {
            Tls::None => Security::None,
            Tls::StartTls => Security::StartTls(trust(relay)?),
            Tls::Tls => Security::Tls(trust(relay)?),
        };
        let credentials = match (&relay.user, &relay.password) {
            (Some(user), Some(password)) => Some(Credentials::new(user.clone(), password.clone())),
            (None, None) => None,
            (Some(_), None) | (None, Some(_)) => return Err(SettingsError::Credentials),
        };
        Ok(Self {
            host: relay.host.clone(),
            port: relay.port,
            hello: ClientId::Domain(domain.to_owned()),
            security,
            credentials,
            patience: relay.patience.min(Relay::PATIENCE),
            idle: Mutex::new(Vec::new()),
        })
    }

    pub(super) async fn send(&self, mail: &Composed) -> Result<(), SendError> {
        let mut connection = self.connection().await?;
        let mut stage = Stage::Sender;
        let done = timeout(self.patience, hand_over(&mut connection, mail, &mut stage)).await;
        match done {
            Ok(Ok(())) => {
                self.keep(connection);
                Ok(())
            }
            Ok(Err(error)) => {
                // After a plain no the connection is as good as before.
                if let Trouble::Answered { answer, .. } = error.trouble()
                    && answer.code != 421
                {
                    self.keep(connection);
                }
                Err(error)
            }
            // An answer may still come, and nobody is to take it for another.
            Err(_) => Err(SendError::Transient(Trouble::TimedOut { stage })),
        }
    }

    pub(super) async fn close(&self) {
        let idle = std::mem::take(&mut *self.idle());
        for mut it in idle {
            // Whoever does not answer a goodbye is left without one.
            let _ = timeout(GOODBYE.min(self.patience), it.connection.abort()).await;
        }
    }

    /// A connection on which a mail can begin.
    async fn connection(&self) -> Result<AsyncSmtpConnection, SendError> {
        let mut stage = Stage::Greeting;
        match timeout(self.patience, self.idle_or_new(&mut stage)).await {
            Ok(res) => res,
            Err(_) => Err(SendError::Transient(Trouble::TimedOut { stage })),
        }
    }

    async fn idle_or_new(&self, stage: &mut Stage) -> Result<AsyncSmtpConnection, SendError> {
        while let Some(Idle { mut connection, since }) = self.take() {
            if since.elapsed() < IDLE && connection.command(Rset).await.is_ok() {
                return Ok(connection);
            }
        }
        let server = (self.host.as_str(), self.port);
        let wrap = match &self.security {
            Security::Tls(parameters) => Some(parameters.clone()),
            Security::None | Security::StartTls(_) => None,
        };
        let mut connection =
            AsyncSmtpConnection::connect_tokio1(server, None, &self.hello, wrap, None)
                .await
                .map_err(|it| judge(*stage, &it))?;
        if let Security::StartTls(parameters) = &self.security {
            *stage = Stage::Encryption;
            if !connection.can_starttls() {
                return Err(SendError::Refused(Trouble::NoStartTls));
            }
            let encrypted = connection.starttls(parameters.clone(), &self.hello).await;
            encrypted.map_err(|it| judge(*stage, &it))?;
        }
        if let Some(credentials) = &self.credentials {
            *stage = Stage::SignIn;
            if connection.server_info().get_auth_mechanism(DEFAULT_MECHANISMS).is_none() {
                return Err(SendError::Refused(Trouble::NoSignIn));
            }
            let signed_in = connection.auth(DEFAULT_MECHANISMS, credentials).await;
            signed_in.map_err(|it| judge(*stage, &it))?;
        }
        Ok(connection)
    }

    fn take(&self) -> Option<Idle> {
        self.idle().pop()
    }

    fn keep(&self, connection: AsyncSmtpConnection) {
        let mut idle = self.idle();
        if idle.len() < KEPT && !connection.has_broken() {
            idle.push(Idle { connection, since: Instant::now() });
        }
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Idle>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The steps of one mail; `stage` is the one that is being taken.
async fn hand_over(
    connection: &mut AsyncSmtpConnection,
    mail: &Composed,
    stage: &mut Stage,
) -> Result<(), SendError> {
    let is_plain = |it: &lettre::Address| AsRef::<str>::as_ref(it).is_ascii();
    let mut parameters = vec![];
    if !is_plain(&mail.to) {
        if !connection.server_info().supports_feature(Extension::SmtpUtfEight) {
            return Err(SendError::Permanent(Trouble::Address));
        }
        parameters.push(MailParameter::SmtpUtfEight);
    }
    let from = Mail::new(Some(mail.from.clone()), parameters);
    expect(connection.command(from).await, *stage, Severity::PositiveCompletion)?;
    *stage = Stage::Recipient;
    let to = Rcpt::new(mail.to.clone(), vec![]);
    expect(connection.command(to).await, *stage, Severity::PositiveCompletion)?;
    *stage = Stage::Data;
    expect(connection.command(Data).await, *stage, Severity::PositiveIntermediate)?;
    *stage = Stage::Content;
    // In one write: lettre's `message` takes two, and the second waits for the delayed
    // acknowledgement of the first, forty milliseconds for each mail.
    let text = on_the_wire(&mail.text);
    expect(connection.command(text).await, *stage, Severity::PositiveCompletion)
}

/// Holds an answer against the one that is due: a yes of the wrong kind means that the two sides
/// no longer speak of the same command.
fn expect(answer: Result<Response, Error>, stage: Stage, due: Severity) -> Result<(), SendError> {
    match answer {
        Ok(it) if it.code().severity == due => Ok(()),
        Ok(_) => Err(SendError::Transient(Trouble::Broken { stage })),
        Err(error) => Err(judge(stage, &error)),
    }
}

/// What an error means for the mail.
fn judge(stage: Stage, error: &Error) -> SendError {
    if let Some(code) = error.status() {
        let text = error.source().map(ToString::to_string).unwrap_or_default();
        let code = u16::from(code);
        return no(stage, Answer { code, status: status(&text) });
    }
    let mut source = error.source();
    while let Some(it) = source {
        if let Some(io) = it.downcast_ref::<io::Error>() {
            let tls = io.get_ref().and_then(|it| it.downcast_ref::<rustls::Error>());
            return match (tls, io.kind()) {
                (Some(rustls::Error::InvalidCertificate(_)), _) => {
                    SendError::Refused(Trouble::Certificate)
                }
                (Some(_), _) => SendError::Transient(Trouble::Broken { stage: Stage::Encryption }),
                // Somebody answered, but no mail server.
                (None, io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof) => {
                    SendError::Transient(Trouble::Broken { stage })
                }
                (None, kind) if stage == Stage::Greeting => {
                    SendError::Transient(Trouble::Unreachable(kind))
                }
                (None, _) => SendError::Transient(Trouble::Broken { stage }),
            };
        }
        source = it.source();
    }
    SendError::Transient(Trouble::Broken { stage })
}

/// What a no means for the mail: it depends on what was asked.
fn no(stage: Stage, answer: Answer) -> SendError {
    let code = answer.code;
    let trouble = Trouble::Answered { stage, answer };
    match (code, stage) {
        (..500, _) => SendError::Transient(trouble),
        // Sign in first, sign in otherwise, wrong password, encrypt first: at whatever step.
        (530 | 534 | 535 | 538, _) => SendError::Refused(trouble),
        (_, Stage::Greeting | Stage::Encryption | Stage::SignIn | Stage::Sender) => {
            SendError::Refused(trouble)
        }
        (_, Stage::Recipient | Stage::Data | Stage::Content) => SendError::Permanent(trouble),
    }
}

/// The finer status at the head of an answer, as `5.1.1`.
fn status(text: &str) -> Option<String> {
    let word = text.split_whitespace().next()?;
    let parts: Vec<&str> = word.split('.').collect();
    let digits =
        |it: &&str| (1..=3).contains(&it.len()) && it.bytes().all(|it| it.is_ascii_digit());
    (parts.len() == 3 && parts.iter().all(digits)).then(|| word.to_owned())
}

fn trust(relay: &Relay) -> Result<TlsParameters, SettingsError> {
    let mut builder = TlsParameters::builder(relay.host.clone());
    if let Some(file) = &relay.ca_file {
        let pem = fs::read(file).map_err(SettingsError::CaFile)?;
        // Ours instead of the public ones: a relay of one's own is vouched for by nobody else.
        if !pem.windows(27).any(|it| it == b"-----BEGIN CERTIFICATE-----") {
            return Err(SettingsError::Certificate);
        }
        let certificate = Certificate::from_pem(&pem).map_err(|_| SettingsError::Certificate)?;
        builder =
            builder.certificate_store(CertificateStore::None).add_root_certificate(certificate);
    }
    builder.build().map_err(|_| SettingsError::Certificate)
}
