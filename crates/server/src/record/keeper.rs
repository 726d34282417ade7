//! Looks after the record: holds the database against the ledger, seals when it is time, forgets what
//! may be forgotten.

use std::path::{Path, PathBuf};

use app::{App, By, RecordError, SealOrder};
use chrono::TimeDelta;
use engine::{
    audit::AuditFact,
    ids::DistrictId,
    record::{Finding, Report, Verifier},
};
use store::{SealRow, Store};

use super::{ledger::Ledger, seal_key};
use crate::{backup, settings::Settings, trouble::Trouble};

/// By which a command asks a server that holds the data folder to seal now.
const REQUEST: &str = "seal.now";

/// Looks after the record.
pub(crate) struct Keeper {
    app: App,
    keys: PathBuf,
    ledger: Ledger,
    holder: Option<String>,
    every: TimeDelta,
    keep_months: u32,
    request: PathBuf,
    data: PathBuf,
}

/// How the database stands to the ledger outside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Both have the same seals, or the ledger was brought up to date.
    Well {
        /// The last seal; zero where there is none.
        last: u32,
    },
    /// The database is older than the ledger: an older copy was restored.
    Behind {
        /// The last seal in the database; zero where there is none.
        database: u32,
        /// The last seal in the ledger.
        ledger: u32,
    },
    /// Both have a seal of this number, and not the same.
    Other {
        /// The number.
        no: u32,
    },
}

/// Where commands and the server leave requests.
pub(crate) fn request(data: &Path) -> PathBuf {
    data.join(REQUEST)
}

impl Keeper {
    /// Who looks after the record of an application.
    pub(crate) fn new(app: App, settings: &Settings) -> Self {
        let record = &settings.record;
        Self {
            app,
            keys: settings.keys.clone(),
            ledger: Ledger::of(&record.ledger),
            holder: record.holder.clone(),
            every: TimeDelta::hours(i64::from(record.seal_hours)),
            keep_months: record.keep_months,
            request: request(&settings.data),
            data: settings.data.clone(),
        }
    }

    /// The ledger.
    pub(crate) fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Holds the database against the ledger, and brings a ledger up to date that lacks seals.
    pub(crate) async fn look(&self) -> Result<Standing, Trouble> {
        let standing = self.compare().await?;
        if let Standing::Well { last } = standing {
            self.catch_up(last).await?;
        }
        Ok(standing)
    }

    /// Holds the database against the ledger; changes nothing.
    pub(crate) async fn compare(&self) -> Result<Standing, Trouble> {
        compare(self.app.store(), self.app.district(), &self.ledger).await
    }

    /// Writes what the ledger lacks: a process may end between the seal and its file.
    async fn catch_up(&self, last: u32) -> Result<(), Trouble> {
        let from = self.ledger.last_number()?.unwrap_or(0) + 1;
        for no in from..=last {
            if let Some(row) = self.app.store().seal(self.app.district(), no).await? {
                self.write(&row).await?;
            }
        }
        Ok(())
    }

    async fn write(&self, row: &SealRow) -> Result<(), Trouble> {
        let heads = self.app.store().sealed_heads(self.app.district(), row.seal.no).await?;
        self.ledger.write(self.app.district_name(), row, heads)
    }

    /// Seals now. None where another process does.
    pub(crate) async fn seal(&self, by: &By, rotate: bool) -> Result<Option<SealRow>, Trouble> {
        match self.look().await? {
            Standing::Well { .. } => (),
            standing => return Err(self.refuse(standing).await?),
        }
        let holder = self.holder.as_deref();
        let next_key = rotate.then(|| seal_key::make_next(&self.keys)).transpose()?;
        self.seal_with(by, SealOrder { holder, next_key, ..SealOrder::default() }).await
    }

    async fn seal_with(&self, by: &By, order: SealOrder<'_>) -> Result<Option<SealRow>, Trouble> {
        let last = self.app.store().last_seal(self.app.district()).await?;
        let lost = order.restored.as_ref().and_then(|(_, lost)| lost.last());
        let named = lost.or(last.as_ref()).map(|it| it.seal.key_after());
        let key = seal_key::signing(&self.keys, named)?;
        let sealed = match self.app.seal(by, &key, order).await {
            Ok(it) => it,
            Err(error) => {
                if let RecordError::Doubted(finding) = &error {
                    self.app.note_doubt(&of_one(finding)).await?;
                }
                return Err(error.into());
            }
        };
        if let Some(row) = &sealed {
            self.write(row).await?;
            // A key that this seal named takes the place of the old one.
            seal_key::signing(&self.keys, Some(row.seal.key_after()))?;
        }
        Ok(sealed)
    }

    /// Says loudly that the database is not the one of the ledger, and notes it.
    async fn refuse(&self, standing: Standing) -> Result<Trouble, Trouble> {
        let folder = self.ledger.folder().display();
        Ok(match standing {
            Standing::Well { .. } => Trouble::failed("未封存。", "It was not sealed."),
            Standing::Behind { database, ledger } => {
                self.app.note_once(AuditFact::RestoreNoticed { database, ledger }).await?;
                let at = self.ledger.read(ledger)?.map(|(row, _)| shown(&row));
                let at = at.unwrap_or_default();
                Trouble::failed(
                    format!(
                        "数据库是旧副本：其中最后一次封存是第 {database} 号，而底单 {folder} 已到第 {ledger} 号（{at}）。其后的记录已丢失，封存已停止。查明原因后运行 chuishao audit accept-restore --reason 理由。"
                    ),
                    format!(
                        "The database is an older copy: its last seal is {database}, and the ledger {folder} has seal {ledger} of {at}. What came later is lost, and nothing is sealed. Find out why, then run `chuishao audit accept-restore --reason …`."
                    ),
                )
            }
            Standing::Other { no } => {
                self.app.note_once(AuditFact::RestoreNoticed { database: no, ledger: no }).await?;
                Trouble::failed(
                    format!(
                        "数据库与底单 {folder} 的第 {no} 号封存不同，不是同一份记录，封存已停止。请核对设置 record.ledger 与 database.url。"
                    ),
                    format!(
                        "Seal {no} of the database is not that of the ledger {folder}: they are of two records, and nothing is sealed. Check record.ledger and database.url."
                    ),
                )
            }
        })
    }

    /// Accepts that an older copy was restored: the seals over what is lost are taken over from the
    /// ledger, and the next one says why.
    pub(crate) async fn accept_restore(&self, by: &By, reason: &str) -> Result<SealRow, Trouble> {
        let Standing::Behind { database, ledger } = self.compare().await? else {
            return Err(Trouble::wrong(
                "数据库并不旧于封存底单，无须认可。",
                "The database is not older than the ledger; there is nothing to accept.",
            ));
        };
        let mut lost = vec![];
        for no in database + 1..=ledger {
            let row = self.ledger.read(no)?.map(|(row, _)| row);
            let row = row.filter(|it| {
                let message = engine::record::Signed::message(&it.signed.bytes);
                seal_key::check(&it.seal.key, &message, &it.signed.signature)
            });
            lost.push(row.ok_or_else(|| {
                Trouble::failed(
                    format!("底单中第 {no} 号缺失或签名不符，请从另存的副本恢复。"),
                    format!("Seal {no} of the ledger is missing or forged; restore it from another copy."),
                )
            })?);
        }
        let holder = self.holder.as_deref();
        let restored = Some((reason, lost));
        let order = SealOrder { holder, next_key: None, restored };
        self.seal_with(by, order).await?.ok_or_else(|| {
            Trouble::failed(
                "另一进程正在封存，请稍后再试。",
                "Another process is sealing; try again.",
            )
        })
    }

    /// Notes the backups that were made beside the server.
    pub(crate) async fn note_backups(&self) -> Result<(), Trouble> {
        backup::take_up(&self.app, &self.data).await
    }

    /// Whether somebody asked for a seal now. It is asked once, whether or not it succeeds.
    pub(crate) fn is_asked(&self) -> bool {
        std::fs::remove_file(&self.request).is_ok()
    }

    /// Seals where it is time or somebody asked, and forgets what may be forgotten.
    pub(crate) async fn tend(&self, is_asked: bool) -> Result<(), Trouble> {
        let last = self.app.store().last_seal(self.app.district()).await?;
        let is_due = last.is_none_or(|it| it.seal.at + self.every <= self.app.wall());
        if !is_asked && !is_due {
            return Ok(());
        }
        if let Some(row) = self.seal(&By::default(), false).await? {
            tracing::info!(
                seal = row.seal.no,
                n_streams = row.seal.streams,
                "the record was sealed"
            );
        }
        let n_streams = self.app.expire_notes(self.keep_months).await?;
        if n_streams > 0 {
            tracing::info!(n_streams, "notes have expired");
        }
        Ok(())
    }

    /// Checks the whole record in the database, against the ledger too.
    pub(crate) async fn verify(&self) -> Result<Option<Report>, Trouble> {
        let last = self.app.store().last_seal(self.app.district()).await?;
        let Some(last) = last else { return Ok(None) };
        let verifier = Verifier::new(last.seal.key, &seal_key::check, self.ledger.all()?);
        Ok(Some(self.app.verify_record(verifier).await?))
    }

    /// The same when the server starts: what is found is said in the log, and noted.
    pub(crate) async fn verify_at_start(&self) -> Result<(), Trouble> {
        match self.look().await? {
            Standing::Well { .. } => (),
            standing => return Err(self.refuse(standing).await?),
        }
        let Some(report) = self.verify().await? else { return Ok(()) };
        for it in &report.findings {
            tracing::error!(
                finding = it.sentence(engine::text::Lang::En),
                "the record is not what it should be"
            );
        }
        if report.is_clean() {
            let (events, streams) = (report.events, report.streams);
            tracing::info!(n_events = events, n_streams = streams, "the record was checked");
        }
        Ok(self.app.note_doubt(&report).await?)
    }
}

/// Holds a database against a ledger.
pub(crate) async fn compare(
    store: &Store,
    district: DistrictId,
    ledger: &Ledger,
) -> Result<Standing, Trouble> {
    let last = store.last_seal(district).await?;
    let database = last.as_ref().map_or(0, |it| it.seal.no);
    let Some(outside) = ledger.last_number()? else {
        return Ok(Standing::Well { last: database });
    };
    // The last one that both should have.
    let no = outside.min(database);
    let both = (store.seal(district, no).await?, ledger.read(no)?);
    Ok(match both {
        (Some(ours), Some((theirs, _))) if ours.signed != theirs.signed => Standing::Other { no },
        _ if outside > database => Standing::Behind { database, ledger: outside },
        _ => Standing::Well { last: database },
    })
}

fn of_one(finding: &Finding) -> Report {
    Report { findings: vec![finding.clone()], faults: 1, ..Report::default() }
}

/// When a seal was made, as people read it.
pub(crate) fn shown(row: &SealRow) -> String {
    let at = row.seal.at.with_timezone(&engine::calendar::beijing());
    at.format("%Y-%m-%d %H:%M:%S").to_string()
}
