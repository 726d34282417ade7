//! Drains what is owed: renders letters as they stand now, hands them over, and records how it went.
//!
//! Delivery is at least once: a mailing is leased, sent, and recorded as sent; a process that dies
//! between the two sends it again under the same Message-ID. The text is rendered at sending, from
//! kinds and fields; free text and personal data are never read here.

use app::{App, Registers};
use chrono::TimeDelta;
use engine::{
    StreamId,
    directory::UnitKind,
    ids::WhistleId,
    lists::diff::{diff, diff_for},
    notice::NoticeKind,
    whistle::Whistle,
};
use store::{ClaimedMailing, LetterInMailing};

use crate::{
    text::{self, Case, Letter, ListsLetter, Reckoning, Text, TextError},
    transport::{Outgoing, SendError, Transport},
};

/// How long a mailing is one process's to send.
const LEASE: TimeDelta = TimeDelta::minutes(6);
/// How many are taken at a time: one may take a minute, and all of them end within the lease.
const BATCH: u64 = 5;
/// The pauses between tries; after the last, the mailing is shown as dead, to be sent again by hand.
const PAUSES: [TimeDelta; 10] = [
    TimeDelta::seconds(30),
    TimeDelta::minutes(1),
    TimeDelta::minutes(5),
    TimeDelta::minutes(15),
    TimeDelta::minutes(30),
    TimeDelta::hours(1),
    TimeDelta::hours(2),
    TimeDelta::hours(4),
    TimeDelta::hours(8),
    TimeDelta::hours(12),
];

/// How long nothing is tried after the way itself was shut.
const SHUT: TimeDelta = TimeDelta::minutes(1);

/// What became of one mailing.
enum Delivered {
    Sent,
    /// Its addressee has left, or must not be told any more.
    Withheld,
    Failed,
    /// It was not taken, and no other would be now.
    Shut,
}

/// What a round of draining failed with; what was not sent is taken again.
#[derive(Debug, thiserror::Error)]
pub enum DrainError {
    /// The database.
    #[error("the outbox cannot be read or written")]
    Store(#[from] store::Error),
    /// The registers.
    #[error("the registers cannot be read")]
    App(#[from] app::Error),
    /// A template.
    #[error(transparent)]
    Text(#[from] TextError),
}

/// Sends what is owed.
pub struct Drain {
    app: App,
    transport: Transport,
    public_url: String,
    demo: bool,
}

impl Drain {
    /// A drain of an application's outbox into a transport. `public_url` is where the console is
    /// reached, without a slash at its end.
    #[must_use]
    pub fn new(app: App, transport: Transport, public_url: &str, demo: bool) -> Self {
        Self { app, transport, public_url: public_url.trim_end_matches('/').to_owned(), demo }
    }

    /// Takes what is due now and sends it. Returns how many were sent.
    ///
    /// # Errors
    /// Where the database or a template fails; a mail that cannot be sent is recorded, not an error.
    pub async fn once(&self) -> Result<usize, DrainError> {
        let mut n_sent = 0;
        loop {
            let now = self.app.now();
            let claimed = self.app.store().claim_mailings(now, LEASE, BATCH).await?;
            if claimed.is_empty() {
                break;
            }
            let registers = self.app.registers().await?;
            let streams: Vec<_> =
                claimed.iter().flat_map(|it| &it.letters).map(|it| it.stream).collect();
            let loaded = self.app.store().load(self.app.district(), &streams).await?;
            let mut claimed = claimed.into_iter();
            while let Some(mailing) = claimed.next() {
                match self.deliver(&registers, &loaded.scene, &mailing).await? {
                    Delivered::Sent => n_sent += 1,
                    Delivered::Failed | Delivered::Withheld => (),
                    // The way itself is shut: the others would only wait for it one by one, longer
                    // than they are leased. They keep their tries.
                    Delivered::Shut => {
                        for it in claimed.by_ref() {
                            self.put_back(&it, "the mail server could not be used").await?;
                        }
                        self.transport.close().await;
                        return Ok(n_sent);
                    }
                }
            }
        }
        self.transport.close().await;
        Ok(n_sent)
    }

    async fn put_back(&self, it: &ClaimedMailing, why: &str) -> Result<(), DrainError> {
        let later = Some(self.app.now() + SHUT);
        let store = self.app.store();
        Ok(store.mailing_failed(it.district, it.id, it.attempts, later, why).await?)
    }

    async fn deliver(
        &self,
        registers: &Registers,
        scene: &engine::Scene,
        mailing: &ClaimedMailing,
    ) -> Result<Delivered, DrainError> {
        let store = self.app.store();
        let letters: Vec<&LetterInMailing> = mailing
            .letters
            .iter()
            .filter(|it| registers.may_be_told(mailing.addressee, scene, it.stream))
            .collect();
        if letters.is_empty() {
            store.mailing_withheld(mailing.district, mailing.id).await?;
            return Ok(Delivered::Withheld);
        }
        let mut texts: Result<Vec<Text>, TextError> = Ok(vec![]);
        for it in letters {
            let text = match it.notice.kind {
                NoticeKind::Sealed => match store.seal(mailing.district, it.version).await? {
                    Some(row) => Ok(text::sealed(self.app.district_name(), &row, self.demo)),
                    // A letter about a seal that is not there says nothing.
                    None => continue,
                },
                NoticeKind::ListsPublished => match self.lists(registers, it) {
                    Some(text) => text,
                    None => continue,
                },
                _ => self.text(registers, scene, it),
            };
            texts = texts.and_then(|mut all| {
                all.push(text?);
                Ok(all)
            });
        }
        let texts = match texts {
            Ok(texts) => texts,
            // One letter that cannot be written must not hold up the others.
            Err(error) => {
                tracing::error!(letter.id = %mailing.id, %error, "a letter could not be written");
                let attempts = mailing.attempts + 1;
                let again = pause(attempts).map(|it| self.app.now() + it);
                store
                    .mailing_failed(
                        mailing.district,
                        mailing.id,
                        attempts,
                        again,
                        &error.to_string(),
                    )
                    .await?;
                return Ok(Delivered::Failed);
            }
        };
        let Text { subject, body, .. } = text::bundle(&texts);
        let outgoing = Outgoing {
            message_id: mailing.message_id.clone(),
            at: mailing.created_at,
            to: mailing.address.clone(),
            to_name: None,
            subject,
            body,
        };
        let error = match self.transport.send(&outgoing).await {
            Ok(()) => {
                store.mailing_sent(mailing.district, mailing.id, self.app.now()).await?;
                return Ok(Delivered::Sent);
            }
            Err(error) => error,
        };
        tracing::warn!(letter.id = %mailing.id, attempts = mailing.attempts + 1, %error, "a mail was not taken");
        match &error {
            // Wrong settings are mended by somebody; until then no letter loses a try.
            SendError::Refused(_) => {
                self.put_back(mailing, &error.to_string()).await?;
                Ok(Delivered::Shut)
            }
            SendError::Transient(trouble) => {
                let attempts = mailing.attempts + 1;
                let again = pause(attempts).map(|it| self.app.now() + it);
                store
                    .mailing_failed(
                        mailing.district,
                        mailing.id,
                        attempts,
                        again,
                        &error.to_string(),
                    )
                    .await?;
                Ok(if trouble.is_of_the_way() { Delivered::Shut } else { Delivered::Failed })
            }
            SendError::Permanent(_) => {
                let attempts = mailing.attempts + 1;
                store
                    .mailing_failed(
                        mailing.district,
                        mailing.id,
                        attempts,
                        None,
                        &error.to_string(),
                    )
                    .await?;
                Ok(Delivered::Failed)
            }
        }
    }

    /// A version of the lists, to the unit that a letter is for; none where it is not there.
    fn lists(
        &self,
        registers: &Registers,
        letter: &LetterInMailing,
    ) -> Option<Result<Text, TextError>> {
        let at = registers.lists.iter().position(|it| it.version == letter.version)?;
        let (lists, before) = (&registers.lists[at], &registers.lists[at.checked_sub(1)?]);
        let directory = &registers.directory;
        let own = directory.unit(letter.unit).is_some_and(|it| it.kind != UnitKind::Centre);
        let changes = if own {
            diff_for(before, lists, directory.stands_for(letter.unit), directory)
        } else {
            diff(before, lists, directory)
        };
        Some(text::lists_published(&ListsLetter {
            district: self.app.district_name(),
            to: &directory.name(letter.unit),
            lists,
            changes: &changes,
            own,
            link: &format!("{}/lists/{}", self.public_url, lists.version),
            demo: self.demo,
        }))
    }

    fn text(
        &self,
        registers: &Registers,
        scene: &engine::Scene,
        letter: &LetterInMailing,
    ) -> Result<Text, TextError> {
        let notice = &letter.notice;
        let whistle = scene.whistles.get(&WhistleId(letter.stream));
        let lists = whistle.and_then(|it| registers.lists_version(it.lists));
        let content = whistle.and_then(|it| it.content.as_ref());
        let kind = content.and_then(|it| lists?.kind(&it.kind)).map(|it| format!("{}哨", it.name));
        let level = content
            .and_then(|it| lists?.level(&it.level))
            .map(|it| format!("{}({})", it.name, it.colour));
        let matter = content
            .and_then(|it| lists?.matters.get(it.matter.as_ref()?))
            .map(|it| it.name.as_str());
        let calendar = notice.calendar.and_then(|it| registers.calendar_version(it));
        let explained = match (calendar, notice.from, notice.limit) {
            (Some(calendar), Some(from), Some(limit)) => Some(calendar.explain(from, limit)),
            _ => None,
        };
        let reckoning = match (&explained, notice.due, notice.calendar) {
            (Some(explained), _, _) => Reckoning::Counted(explained),
            (None, Some(_), Some(_)) => Reckoning::Named,
            (None, _, _) => Reckoning::Unsaid,
        };
        let name = |id| registers.directory.name(id);
        let (case, place, centre) = match whistle {
            Some(it) => (Case::Whistle, StreamId::Whistle(it.id), it.centre),
            None => {
                let id = engine::ids::PetitionId(letter.stream);
                let centre = scene.petitions.get(&id).and_then(|it| it.centre());
                (Case::Petition, StreamId::Petition(id), centre)
            }
        };
        let number = match place {
            StreamId::Whistle(_) => whistle.and_then(serial),
            StreamId::Petition(id) => {
                let it = scene.petitions.get(&id).and_then(|it| it.registration.as_ref());
                it.map(|it| it.number.as_str())
            }
        };
        let link = match place {
            StreamId::Whistle(id) => format!("{}/whistles/{id}", self.public_url),
            StreamId::Petition(id) => format!("{}/petitions/{id}", self.public_url),
        };
        let about = notice.about.map(name);
        text::render(&Letter {
            kind: notice.kind,
            case,
            serial: number,
            whistle: kind.as_deref(),
            level: level.as_deref(),
            matter,
            role: notice.role,
            to: &name(letter.unit),
            centre: &centre.map(name).unwrap_or_default(),
            about: about.as_deref(),
            step: notice.step,
            due: notice.due,
            reckoning,
            granted: notice.granted,
            paper: notice.paper,
            reply_due: notice.reply_due,
            issued_at: whistle.and_then(|it| it.issued.as_ref()).map(|it| it.at),
            link: &link,
            demo: self.demo,
        })
    }
}

fn serial(whistle: &Whistle) -> Option<&str> {
    whistle.issued.as_ref().map(|it| it.serial.as_str())
}

/// The pause before the next try; none after the last.
fn pause(attempts: u32) -> Option<TimeDelta> {
    PAUSES.get(usize::try_from(attempts).ok()?.checked_sub(1)?).copied()
}
