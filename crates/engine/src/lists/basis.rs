//! 依据: which row of the lists a running limit comes from, in a sentence.

use super::{Lists, Process, Sheet};
use crate::{
    calendar::Limit,
    clock::{ClockKey, Step},
    petition::Petition,
    text::Lang,
    whistle::Whistle,
};

/// Where a limit stands.
struct Place<'a> {
    sheet: Sheet,
    row: String,
    step: Step,
    source: &'a str,
}

impl Place<'_> {
    fn sentence(&self, lists: &Lists, limit: Limit, lang: Lang) -> String {
        let Self { sheet, row, step, source } = self;
        let version = lists.version;
        match lang {
            Lang::Zh => {
                let sheet = sheet.zh();
                format!(
                    "四张清单第{version}版《{sheet}》“{row}”{}时限{limit}（{source}）",
                    step.zh()
                )
            }
            Lang::En => {
                let (sheet, limit) = (sheet.en(), limit.english());
                let step = step.to_string().replace('_', " ");
                format!("lists version {version}, {sheet}, \"{row}\": {step} {limit} ({source})")
            }
        }
    }
}

impl Lists {
    /// The row that a limit of a whistle comes from; none where a decision named another, such as an
    /// extension.
    #[must_use]
    pub fn basis_in_whistle(
        &self,
        whistle: &Whistle,
        key: ClockKey,
        limit: Limit,
        lang: Lang,
    ) -> Option<String> {
        let step = key.step;
        if step == Step::Scan {
            return self.of_scan(limit, lang);
        }
        if step == Step::Supervise {
            let part = key.assignment.and_then(|id| whistle.assignments.get(&id))?;
            let rung = self.process.rung(part.ladder?.next?)?;
            let (row, source) = (rung.paper.zh().to_owned(), rung.source.as_str());
            let place = Place { sheet: Sheet::Supervision, row, step, source };
            return (rung.after == limit).then(|| place.sentence(self, limit, lang));
        }
        let content = whistle.content.as_deref()?;
        let process = self.process.get(&content.kind, &content.level)?;
        let matter = content.matter.as_ref().and_then(|it| self.matters.get(it));
        let round = whistle.stage.round();
        if process.limit(step, matter, round) != Some(limit) {
            return None;
        }
        let rule = process.steps.get(&step)?;
        let row = self.pair(&process.kind, &process.level);
        let place = match matter.filter(|_| Process::is_part(step)) {
            _ if Process::is_part(step) && round > 1 => {
                Place { sheet: Sheet::Bounds, row, step, source: &rule.source }
            }
            Some(matter) if matter.handle.is_some() => {
                let row = matter.name.clone();
                Place { sheet: Sheet::Matters, row, step, source: &matter.source }
            }
            Some(_) | None => Place { sheet: Sheet::Process, row, step, source: &rule.source },
        };
        Some(place.sentence(self, limit, lang))
    }

    /// The row that a limit of a petition comes from; none where a decision named another.
    #[must_use]
    pub fn basis_in_petition(
        &self,
        petition: &Petition,
        step: Step,
        limit: Limit,
        lang: Lang,
    ) -> Option<String> {
        if step == Step::Scan {
            return self.of_scan(limit, lang);
        }
        if step.is_of_entry() {
            let level = petition.level(self)?;
            let rule = self.responsibility.get(&level.code)?;
            let (row, source) = (level.name.clone(), rule.source.as_str());
            let place = Place { sheet: Sheet::Responsibility, row, step, source };
            return (rule.review == limit).then(|| place.sentence(self, limit, lang));
        }
        let procedure = petition.registration.as_deref()?.procedure;
        let rule = self.process.petition(procedure)?.rule(step);
        let (row, source) = (procedure.zh().to_owned(), rule.source.as_str());
        let place = Place { sheet: Sheet::Petitions, row, step, source };
        (rule.limit == limit).then(|| place.sentence(self, limit, lang))
    }

    fn of_scan(&self, limit: Limit, lang: Lang) -> Option<String> {
        let rule = &self.process.scan;
        let (row, source) = (Step::Scan.zh().to_owned(), rule.source.as_str());
        let place = Place { sheet: Sheet::General, row, step: Step::Scan, source };
        (rule.limit == limit).then(|| place.sentence(self, limit, lang))
    }
}
