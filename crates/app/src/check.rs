//! Holds what is remembered against what the events say: the invariants that any fault must leave.

use std::collections::BTreeSet;

use engine::{
    clock::{ClockKey, Step},
    petition, whistle,
};
use uuid::Uuid;

use crate::{App, Error};

/// What a check found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checked {
    /// How many streams were folded.
    pub streams: u64,
    /// What does not hold, one sentence each, without any content of a case.
    pub faults: Vec<String>,
}

impl App {
    /// Folds every stream and compares state, chain, clocks and rows.
    ///
    /// # Errors
    /// A fault of the database.
    pub async fn check(&self) -> Result<Checked, Error> {
        let (faults, streams) = self.store().check_folds(self.district()).await?;
        let mut res = Checked { streams, faults };
        let registers = self.registers().await?;
        let mut last = Uuid::nil();
        loop {
            let ids = self.store().stream_ids(self.district(), last, 200).await?;
            let Some(end) = ids.last() else { return Ok(res) };
            last = *end;
            let loaded = self.store().load(self.district(), &ids).await?;
            let clocks = self.store().clocks_of(self.district(), &ids).await?;
            let stages = self.store().stages_of(self.district(), &ids).await?;
            let rows = |id: Uuid| -> BTreeSet<(ClockKey, i64, bool)> {
                clocks
                    .iter()
                    .filter(|it| it.0 == id)
                    .map(|(_, key, due, lapsed)| (*key, due.timestamp_micros(), *lapsed))
                    .collect()
            };
            let wanted = |all: Vec<engine::clock::Deadline>| -> BTreeSet<(ClockKey, i64, bool)> {
                all.iter()
                    .map(|it| (it.key, it.term.due.timestamp_micros(), it.term.lapsed))
                    .collect()
            };
            for it in loaded.scene.petitions.values() {
                if rows(it.id.0) != wanted(petition::deadlines(it)) {
                    res.faults.push(format!("{}: its deadlines are not those of its state", it.id));
                }
                if it.stage.is_terminal() && it.clocks.keys().any(|it| it.step != Step::Scan) {
                    res.faults.push(format!("{}: it has ended and a clock runs", it.id));
                }
                self.row(&mut res, &stages, it.id.0, it.stage.code(), it.version);
            }
            for it in loaded.scene.whistles.values() {
                let lists = registers.lists_version(it.lists).ok_or(Error::NotSetUp)?;
                if rows(it.id.0) != wanted(whistle::deadlines(it, lists, &registers.directory)) {
                    res.faults.push(format!("{}: its deadlines are not those of its state", it.id));
                }
                if it.stage.is_terminal() && it.clocks.keys().any(|it| it.step != Step::Scan) {
                    res.faults.push(format!("{}: it has ended and a clock runs", it.id));
                }
                self.row(&mut res, &stages, it.id.0, it.stage.code(), it.version);
            }
        }
    }

    fn row(
        &self,
        res: &mut Checked,
        stages: &[(Uuid, String, i32)],
        id: Uuid,
        stage: &str,
        version: u32,
    ) {
        let row = stages.iter().find(|it| it.0 == id);
        let same = row.is_some_and(|it| it.1 == stage && i64::from(it.2) == i64::from(version));
        if !same {
            res.faults.push(format!("{id}: its row is not that of its state"));
        }
    }
}
