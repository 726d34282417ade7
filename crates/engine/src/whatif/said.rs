//! What would be different, in sentences that can be read aloud.

use std::collections::BTreeSet;

use chrono::{DateTime, Datelike, TimeDelta, Timelike, Utc};

use super::change::{Blocked, Change, Counted, LimitMoved, Moved, Outcome, Over};
use crate::{
    actor::Role,
    calendar::{Limit, LimitUnit, beijing},
    clock::Step,
    directory::Directory,
    ids::UnitId,
    text::Lang,
};

/// How units are called.
#[derive(Debug, Clone, Copy)]
pub struct Names<'a> {
    /// The units.
    pub directory: &'a Directory,
}

impl Moved {
    /// How the whistle is called: its number.
    #[must_use]
    pub fn title(&self, lang: Lang) -> String {
        let none = match lang {
            Lang::Zh => "（未签发）",
            Lang::En => "(not issued)",
        };
        self.serial.clone().unwrap_or_else(|| none.to_owned())
    }

    /// What differs, each as a sentence that names the whistle.
    #[must_use]
    pub fn sentences(&self, names: Names<'_>, lang: Lang) -> Vec<String> {
        let title = self.title(lang);
        self.changes.iter().map(|it| format!("{title} {}", it.words(names, lang))).collect()
    }
}

impl Change {
    /// The difference in words, without the whistle that it is of.
    #[must_use]
    pub fn words(&self, names: Names<'_>, lang: Lang) -> String {
        let unit = |id: UnitId| names.directory.name(id);
        let units = |all: &[UnitId]| {
            let names: Vec<String> = all.iter().map(|it| unit(*it)).collect();
            names.join(match lang {
                Lang::Zh => "、",
                Lang::En => ", ",
            })
        };
        match (self, lang) {
            (Self::Blocked(it), Lang::Zh) => format!("不能照原样吹哨：{}", it.words(names, lang)),
            (Self::Blocked(it), Lang::En) => {
                format!("could not be blown as it was: {}", it.words(names, lang))
            }
            (Self::OutOfHours, Lang::Zh) => "签发时不在工作时间，须到工作时间才能签发".to_owned(),
            (Self::OutOfHours, Lang::En) => {
                "was issued out of hours, and would have waited for office hours".to_owned()
            }
            (Self::Pair { before, after }, Lang::Zh) => {
                format!("哨种等级 {} → {}", before.zh, after.zh)
            }
            (Self::Pair { before, after }, Lang::En) => {
                format!("kind and level {} → {}", before.en, after.en)
            }
            (Self::Lead { before, after, overridden }, _) => {
                let named = |it: &Option<UnitId>| match (it, lang) {
                    (Some(it), _) => unit(*it),
                    (None, Lang::Zh) => "首接单位".to_owned(),
                    (None, Lang::En) => "the first receiver".to_owned(),
                };
                let (before, after) = (named(before), named(after));
                match (lang, overridden) {
                    (Lang::Zh, false) => format!("牵头部门 {before} → {after}"),
                    (Lang::Zh, true) => {
                        format!("清单牵头部门 {before} → {after}；中心当时另有指定，不变")
                    }
                    (Lang::En, false) => format!("lead {before} → {after}"),
                    (Lang::En, true) => {
                        format!(
                            "listed lead {before} → {after}; the centre had named another, who stays"
                        )
                    }
                }
            }
            (Self::Assists { added, dropped }, _) => {
                let (more, less, title, comma) = match lang {
                    Lang::Zh => ("增加", "减少", "配合部门", "，"),
                    Lang::En => ("also ", "without ", "assists ", ", "),
                };
                let parts = [(more, added), (less, dropped)];
                let parts = parts.iter().filter(|it| !it.1.is_empty());
                let parts: Vec<String> =
                    parts.map(|(word, all)| format!("{word}{}", units(all))).collect();
                format!("{title}{}", parts.join(comma))
            }
            (Self::Endorse { before, after }, Lang::Zh) => {
                format!("审核人 {} → {}", roles(before, lang), roles(after, lang))
            }
            (Self::Endorse { before, after }, Lang::En) => {
                format!("endorsed by {} → {}", roles(before, lang), roles(after, lang))
            }
            (Self::Issue { before, after }, Lang::Zh) => {
                format!("签发人 {} → {}", roles(before, lang), roles(after, lang))
            }
            (Self::Issue { before, after }, Lang::En) => {
                format!("issued by {} → {}", roles(before, lang), roles(after, lang))
            }
            (Self::Limit(it), _) => it.words(&unit(it.unit), lang),
            (Self::NoLongerAsked { step, unit: of }, Lang::Zh) => {
                format!("{}（{}）不再要求", step.zh(), unit(*of))
            }
            (Self::NoLongerAsked { step, unit: of }, Lang::En) => {
                format!("{} ({}) no longer asked", english(*step), unit(*of))
            }
            (Self::NewlyAsked { step, unit: of }, Lang::Zh) => {
                format!("{}（{}）新增要求；当时没有这一环节，无从计算期限", step.zh(), unit(*of))
            }
            (Self::NewlyAsked { step, unit: of }, Lang::En) => {
                format!(
                    "{} ({}) newly asked; it never ran, so it has no date",
                    english(*step),
                    unit(*of)
                )
            }
        }
    }
}

impl Blocked {
    /// The reason in words.
    #[must_use]
    pub fn words(&self, names: Names<'_>, lang: Lang) -> String {
        match (self, lang) {
            (Self::NoMatter, Lang::Zh) => "草案中没有这一事项".to_owned(),
            (Self::NoMatter, Lang::En) => "the draft has no such matter".to_owned(),
            (Self::Expired, Lang::Zh) => "事项当时已失效".to_owned(),
            (Self::Expired, Lang::En) => "the matter had expired".to_owned(),
            (Self::NoRow(pair), Lang::Zh) => {
                format!("发起清单或流程清单中本级中心没有{}一行", pair.zh)
            }
            (Self::NoRow(pair), Lang::En) => {
                format!("a centre of this tier has no row or process for {}", pair.en)
            }
            (Self::AtMost(most), Lang::Zh) => format!("同一诉求最多吹哨 {most} 次"),
            (Self::AtMost(most), Lang::En) => format!("a petition has at most {most} whistles"),
            (Self::NotCallable(unit), Lang::Zh) => {
                format!("{}不在可召集范围", names.directory.name(*unit))
            }
            (Self::NotCallable(unit), Lang::En) => {
                format!("{} may not be called", names.directory.name(*unit))
            }
        }
    }
}

impl LimitMoved {
    fn words(&self, unit: &str, lang: Lang) -> String {
        let limits = limits(self.before.limit, self.after.limit, lang);
        let dated = day(self.after.due, self.from, lang);
        let step = match lang {
            Lang::Zh => self.step.zh().to_owned(),
            Lang::En => english(self.step),
        };
        let due = match (lang, self.after.due == self.before.due) {
            (Lang::Zh, false) => format!("至 {dated}"),
            (Lang::Zh, true) => format!("至 {dated}（不变）"),
            (Lang::En, false) => format!("until {dated}"),
            (Lang::En, true) => format!("until {dated} (unchanged)"),
        };
        let head = match (lang, self.round) {
            (Lang::Zh, 1) => format!("{step}（{unit}）时限 {limits}, {due}"),
            (Lang::Zh, n) => format!("{step}（{unit}，第 {n} 轮）时限 {limits}, {due}"),
            (Lang::En, 1) => format!("{step} ({unit}) limit {limits}, {due}"),
            (Lang::En, n) => format!("{step} ({unit}, round {n}) limit {limits}, {due}"),
        };
        // A window is owed by nobody: it is neither kept nor missed.
        if !self.step.is_duty() {
            return head;
        }
        let said = |it: &Counted| outcome(it.outcome, lang);
        match lang {
            Lang::Zh if self.before.is_late() == self.after.is_late() && !self.after.is_late() => {
                match self.after.outcome {
                    Outcome::Unknown => format!("{head}; 无从得知"),
                    Outcome::InTime | Outcome::Late(_) => format!("{head}; 均未逾期"),
                }
            }
            Lang::Zh => match self.after.outcome {
                Outcome::Late(_) => {
                    format!("{head}; 原{}, 将{}", said(&self.before), said(&self.after))
                }
                Outcome::InTime | Outcome::Unknown => {
                    format!("{head}; 原{}, {}", said(&self.before), said(&self.after))
                }
            },
            Lang::En => {
                format!("{head}; was {}, would be {}", said(&self.before), said(&self.after))
            }
        }
    }
}

/// What came of it, after 原 or 将.
fn outcome(outcome: Outcome, lang: Lang) -> String {
    let over = |it| match (it, lang) {
        (Over::WorkingDays(n), Lang::Zh) => format!("{n} 个工作日"),
        (Over::WorkingDays(n), Lang::En) => {
            format!("{n} working day{}", if n == 1 { "" } else { "s" })
        }
        (Over::Minutes(n), Lang::Zh) if n < 60 => format!("{n} 分钟"),
        (Over::Minutes(n), Lang::En) if n < 60 => format!("{n} min"),
        (Over::Minutes(n), Lang::Zh) => format!("{} 小时 {} 分钟", n / 60, n % 60),
        (Over::Minutes(n), Lang::En) => format!("{} h {} min", n / 60, n % 60),
    };
    match (outcome, lang) {
        (Outcome::InTime, Lang::Zh) => "按时".to_owned(),
        (Outcome::InTime, Lang::En) => "in time".to_owned(),
        (Outcome::Late(it), Lang::Zh) => format!("逾期 {}", over(it)),
        (Outcome::Late(it), Lang::En) => format!("late by {}", over(it)),
        (Outcome::Unknown, Lang::Zh) => "是否逾期无从得知".to_owned(),
        (Outcome::Unknown, Lang::En) => "unknown".to_owned(),
    }
}

/// 10 → 7 个工作日: the unit is said once where it is the same.
fn limits(before: Option<Limit>, after: Option<Limit>, lang: Lang) -> String {
    let whole = |it: Option<Limit>| match (it, lang) {
        (Some(it), Lang::Zh) => spaced(it),
        (Some(it), Lang::En) => it.english(),
        (None, _) => "–".to_owned(),
    };
    match (before, after) {
        (Some(was), Some(is)) if was.unit() == is.unit() => {
            format!("{} → {}", was.amount(), whole(after))
        }
        (_, _) => format!("{} → {}", whole(before), whole(after)),
    }
}

fn spaced(limit: Limit) -> String {
    let unit = match limit.unit() {
        LimitUnit::Minute => "分钟",
        LimitUnit::Hour => "小时",
        LimitUnit::WorkingHour => "个工作小时",
        LimitUnit::WorkingDay => "个工作日",
        LimitUnit::NaturalDay => "日",
    };
    format!("{} {unit}", limit.amount())
}

/// A due instant as people say it: the day, with the time where it is not the end of one, and the
/// year where it is not the one that it began in.
fn day(due: DateTime<Utc>, from: DateTime<Utc>, lang: Lang) -> String {
    // 24:00 is the end of the day before.
    let at = due.with_timezone(&beijing());
    let midnight = at.num_seconds_from_midnight() == 0;
    let date = if midnight { (at - TimeDelta::seconds(1)).date_naive() } else { at.date_naive() };
    let time = if midnight { "24:00".to_owned() } else { at.format("%H:%M").to_string() };
    match lang {
        Lang::En => format!("{date} {time}"),
        Lang::Zh if from.with_timezone(&beijing()).year() == date.year() => {
            format!("{}月{}日 {time}", date.month(), date.day())
        }
        Lang::Zh => format!("{}年{}月{}日 {time}", date.year(), date.month(), date.day()),
    }
}

fn english(step: Step) -> String {
    step.to_string().replace('_', " ")
}

fn roles(all: &BTreeSet<Role>, lang: Lang) -> String {
    let names: Vec<String> = all
        .iter()
        .map(|it| match lang {
            Lang::Zh => it.zh().to_owned(),
            Lang::En => it.to_string().replace('_', " "),
        })
        .collect();
    match (names.is_empty(), lang) {
        (true, Lang::Zh) => "无".to_owned(),
        (true, Lang::En) => "nobody".to_owned(),
        (false, Lang::Zh) => names.join("或"),
        (false, Lang::En) => names.join(" or "),
    }
}
