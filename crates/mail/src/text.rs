//! Writes the letters: what is asked of the reader, until when, and how that date was counted.
//!
//! A letter names the case, the units, the step and the date, and links to the case. It has no
//! field for what people wrote or who they are: that stays in the case, behind its gate. A further
//! kind of letter is one template in `templates/` and one line in `template`.

use chrono::{DateTime, Datelike as _, NaiveDate, NaiveTime, Timelike as _, Utc, Weekday};
use engine::{
    calendar::{Explanation, LimitUnit, beijing},
    clock::Step,
    lists::{Lists, diff::Change},
    notice::NoticeKind,
    record::{self, Recipient},
    supervision::Paper,
    text::Lang,
    whistle::AssignmentRole,
};
use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value, context};
use store::SealRow;
use thiserror::Error;

/// The frame that every letter stands in.
const FRAME: &str = include_str!("../templates/frame.txt");

/// The template of a kind; none where it is no letter about a case.
fn template(kind: NoticeKind) -> Option<&'static str> {
    Some(match kind {
        NoticeKind::Issued => include_str!("../templates/issued.txt"),
        NoticeKind::ReturnRuled => include_str!("../templates/return_ruled.txt"),
        NoticeKind::Replied => include_str!("../templates/replied.txt"),
        NoticeKind::Reworked => include_str!("../templates/reworked.txt"),
        NoticeKind::Overdue => include_str!("../templates/overdue.txt"),
        NoticeKind::Submitted => include_str!("../templates/submitted.txt"),
        NoticeKind::SentBack => include_str!("../templates/sent_back.txt"),
        NoticeKind::ExtensionRuled => include_str!("../templates/extension_ruled.txt"),
        NoticeKind::LevelRaised => include_str!("../templates/level_raised.txt"),
        NoticeKind::DateMoved => include_str!("../templates/date_moved.txt"),
        NoticeKind::Unsealed => include_str!("../templates/unsealed.txt"),
        NoticeKind::FileOpened => include_str!("../templates/file_opened.txt"),
        NoticeKind::SupervisionIssued => include_str!("../templates/supervision_issued.txt"),
        NoticeKind::CaseOwnerAssigned => include_str!("../templates/case_owner_assigned.txt"),
        // It is about no case: `sealed` writes it.
        NoticeKind::Sealed => return None,
        // Nor is it: `lists_published` writes it.
        NoticeKind::ListsPublished => return None,
    })
}

/// What a letter is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Case {
    /// 哨单.
    Whistle,
    /// 诉求.
    Petition,
}

impl Case {
    fn zh(self) -> &'static str {
        match self {
            Self::Whistle => "哨单",
            Self::Petition => "诉求",
        }
    }
}

/// Where a date comes from.
#[derive(Debug, Clone, Copy)]
pub enum Reckoning<'a> {
    /// Counted: the notice's limit from its start, by the calendar that it names. Where the count
    /// ends later than the date, a statutory date cut it short; where it ends earlier, the date
    /// is the one that was told before, which no calendar takes back.
    Counted(&'a Explanation),
    /// Named by a decision.
    Named,
    /// The notice does not say; the case does.
    Unsaid,
}

impl<'a> Reckoning<'a> {
    fn explanation(self) -> Option<&'a Explanation> {
        match self {
            Self::Counted(it) => Some(it),
            Self::Named | Self::Unsaid => None,
        }
    }
}

/// The fields of a letter. Names come from lists and directories, never from what people wrote.
#[derive(Debug, Clone)]
pub struct Letter<'a> {
    /// What it is about.
    pub kind: NoticeKind,
    /// What kind of case.
    pub case: Case,
    /// 编号 or 登记号; none for a draft.
    pub serial: Option<&'a str>,
    /// The kind of whistle in words, as 攻坚哨.
    pub whistle: Option<&'a str>,
    /// The level in words, as 重点(黄).
    pub level: Option<&'a str>,
    /// The matter by its name on the list.
    pub matter: Option<&'a str>,
    /// The part of the unit that the letter is about.
    pub role: Option<AssignmentRole>,
    /// The unit that is written to.
    pub to: &'a str,
    /// The centre that calls.
    pub centre: &'a str,
    /// The unit that the letter is about; it is told only where it is another than the reader's.
    pub about: Option<&'a str>,
    /// What the reader is asked to do.
    pub step: Option<Step>,
    /// Until when.
    pub due: Option<DateTime<Utc>>,
    /// Where that date comes from.
    pub reckoning: Reckoning<'a>,
    /// Whether something was granted.
    pub granted: Option<bool>,
    /// The paper of supervision.
    pub paper: Option<Paper>,
    /// By which day it is to be answered in writing.
    pub reply_due: Option<NaiveDate>,
    /// When the whistle was issued.
    pub issued_at: Option<DateTime<Utc>>,
    /// Where the case is.
    pub link: &'a str,
    /// Whether this is the demonstration.
    pub demo: bool,
}

/// A letter as it is read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Text {
    /// The subject, on one line.
    pub subject: String,
    /// The letter; it ends with the short text.
    pub body: String,
    /// One or two sentences to paste into a work group.
    pub short: String,
}

/// A template that cannot be filled: a fault of the program.
#[derive(Debug, Error)]
#[error("the template of the letter `{kind}` cannot be filled")]
pub struct TextError {
    kind: NoticeKind,
    #[source]
    source: minijinja::Error,
}

/// Writes a letter.
///
/// # Errors
///
/// When a template is broken; a test writes a letter of each kind.
pub fn render(letter: &Letter<'_>) -> Result<Text, TextError> {
    let fault = |source| TextError { kind: letter.kind, source };
    let template = template(letter.kind).ok_or_else(|| {
        let kind = minijinja::ErrorKind::TemplateNotFound;
        fault(minijinja::Error::new(kind, "it is about no case"))
    })?;
    fill(template, &fields(letter)).map_err(fault)
}

/// Writes a seal to whoever keeps it outside: the paper itself.
#[must_use]
pub fn sealed(district: &str, row: &SealRow, demo: bool) -> Text {
    let mark = if demo { "【演示】" } else { "" };
    let district = one_line(district);
    let no = row.seal.no;
    let reason = row.reason.as_deref().map(one_line);
    let signature = &row.signed.signature;
    let to = Recipient::Letter;
    Text {
        subject: format!("{mark}{district}办理记录封存单（第{no}号）"),
        body: record::paper(&district, &row.seal, signature, reason.as_deref(), to),
        short: format!("{mark}{district}办理记录第{no}号封存单已寄出，请保管人留存。"),
    }
}

/// A version of the lists, to one reader.
#[derive(Debug, Clone)]
pub struct ListsLetter<'a> {
    /// The district.
    pub district: &'a str,
    /// The unit that is written to.
    pub to: &'a str,
    /// The version.
    pub lists: &'a Lists,
    /// What is different from the version before.
    pub changes: &'a [Change],
    /// Whether these are the reader's own; else all.
    pub own: bool,
    /// Where the lists are.
    pub link: &'a str,
    /// Whether this is the demonstration.
    pub demo: bool,
}

/// The most changes that a letter tells; the rest is counted.
const MOST_TOLD: usize = 40;

/// Writes a version of the lists to those whom it concerns.
///
/// # Errors
///
/// When the template is broken; a test writes one.
pub fn lists_published(letter: &ListsLetter<'_>) -> Result<Text, TextError> {
    let changes: Vec<String> =
        letter.changes.iter().take(MOST_TOLD).map(|it| one_line(&it.sentence(Lang::Zh))).collect();
    let fields = context! {
        mark => if letter.demo { "【演示】" } else { "" },
        district => one_line(letter.district),
        to => one_line(letter.to),
        version => letter.lists.version,
        name => one_line(&letter.lists.name),
        effective => day(letter.lists.effective_on),
        more => letter.changes.len() - changes.len(),
        count => letter.changes.len(),
        changes => changes,
        own => letter.own,
        link => letter.link,
        demo => letter.demo,
    };
    let fault = |source| TextError { kind: NoticeKind::ListsPublished, source };
    fill(include_str!("../templates/lists_published.txt"), &fields).map_err(fault)
}

/// Puts several letters into one, in their order. None make an empty one.
#[must_use]
pub fn bundle(texts: &[Text]) -> Text {
    let [first, _, ..] = texts else { return texts.first().cloned().unwrap_or_default() };
    let count = texts.len();
    let parts: Vec<String> = texts
        .iter()
        .enumerate()
        .map(|(index, it)| {
            format!(
                "════ 第{}件，共{count}件：{} ════\n\n{}",
                index + 1,
                it.subject,
                it.body.trim_end()
            )
        })
        .collect();
    let shorts: Vec<&str> = texts.iter().map(|it| it.short.as_str()).collect();
    Text {
        subject: format!("{}等{count}件", first.subject),
        body: format!("{}\n", parts.join("\n\n")),
        short: shorts.join("\n"),
    }
}

fn fill(template: &str, fields: &Value) -> Result<Text, minijinja::Error> {
    let mut environment = Environment::empty();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    // Plain text: `&` in a link stays as it is.
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    environment.add_template("frame", FRAME)?;
    environment.add_template("letter", template)?;
    let mut letter = environment.get_template("letter")?.render_captured(fields)?;
    let mut block = |name| letter.with_state_mut(|it| it.render_block(name));
    let subject = one_line(&block("subject")?);
    let short = one_line(&block("short")?);
    let body = paragraphs(letter.output());
    Ok(Text { subject, body, short })
}

/// The fields as words. Whatever a template may name is here, empty where it is not known.
fn fields(letter: &Letter<'_>) -> Value {
    let name = |it: Option<&str>| it.map(one_line).unwrap_or_default();
    let due = letter.due.map(|it| moment(it, unit(letter, it)));
    let serial = name(letter.serial);
    let case = letter.case.zh();
    // How the case is called in a sentence.
    let called =
        if serial.is_empty() { format!("未编号{case}") } else { format!("{serial}{case}") };
    let sort: Vec<String> =
        [letter.whistle, letter.level].into_iter().flatten().map(one_line).collect();
    context! {
        case => case,
        called => called,
        serial => serial,
        sort => sort.join(" · "),
        level => name(letter.level),
        matter => name(letter.matter),
        lead => letter.role == Some(AssignmentRole::Lead),
        role => letter.role.map(AssignmentRole::zh).unwrap_or_default(),
        to => one_line(letter.to),
        centre => one_line(letter.centre),
        about => name(letter.about.filter(|it| *it != letter.to)),
        step => letter.step.map(Step::zh).unwrap_or_default(),
        due => due.unwrap_or_default(),
        counted => counted(letter),
        granted => letter.granted == Some(true),
        paper => letter.paper.map(Paper::zh).unwrap_or_default(),
        reply_due => letter.reply_due.map(day).unwrap_or_default(),
        share => share(letter),
        issued_at => letter.issued_at.map(|it| moment(it, LimitUnit::Minute)).unwrap_or_default(),
        link => one_line(letter.link),
        demo => letter.demo,
        mark => if letter.demo { "【演示】" } else { "" },
    }
}

/// What a letter about something late asks of its reader: `act` of the one who owes, `urge` of
/// one who watches, `either` where the step is the centre's and the unit only its subject.
fn share(letter: &Letter<'_>) -> &'static str {
    let Some(about) = letter.about.filter(|it| *it != letter.to) else { return "act" };
    match letter.step {
        None => "urge",
        Some(
            Step::Acknowledge
            | Step::ReturnWindow
            | Step::ReportIn
            | Step::Interim
            | Step::Handle
            | Step::Task
            | Step::Explain,
        ) => "urge",
        Some(_) if about == letter.centre => "urge",
        Some(_) => "either",
    }
}

/// The sentences on how the date was counted.
fn counted(letter: &Letter<'_>) -> String {
    let Some(due) = letter.due else { return String::new() };
    let date = moment(due, unit(letter, due));
    match letter.reckoning {
        Reckoning::Named => "该日期由有关决定直接指定，不另推算。".to_owned(),
        Reckoning::Unsaid => "见系统中该期限的说明。".to_owned(),
        Reckoning::Counted(it) if due < it.due => {
            format!("{it}。但所涉诉求的法定期限先到，本期限提前至{date}。")
        }
        Reckoning::Counted(it) if due > it.due => {
            format!("{it}。此前告知的期限更晚，仍以{date}为准。")
        }
        Reckoning::Counted(it) => format!("{it}。"),
    }
}

/// The unit that says how a due date at midnight is written: as 24:00 of the day that ends, but
/// for limits that run in hours and minutes.
fn unit(letter: &Letter<'_>, due: DateTime<Utc>) -> LimitUnit {
    let counted = letter.reckoning.explanation().filter(|it| it.due == due);
    counted.map_or(LimitUnit::NaturalDay, |it| it.limit.unit())
}

/// An instant as 2019年4月26日（周五）17:30.
fn moment(at: DateTime<Utc>, unit: LimitUnit) -> String {
    let local = at.with_timezone(&beijing()).naive_local();
    let whole_days = match unit {
        LimitUnit::NaturalDay => local.time() == NaiveTime::MIN,
        LimitUnit::Minute | LimitUnit::Hour | LimitUnit::WorkingHour | LimitUnit::WorkingDay => {
            false
        }
    };
    let (date, time) = match local.date().pred_opt().filter(|_| whole_days) {
        Some(before) => (before, "24:00".to_owned()),
        None => (local.date(), format!("{:02}:{:02}", local.hour(), local.minute())),
    };
    let weekday = match date.weekday() {
        Weekday::Mon => "周一",
        Weekday::Tue => "周二",
        Weekday::Wed => "周三",
        Weekday::Thu => "周四",
        Weekday::Fri => "周五",
        Weekday::Sat => "周六",
        Weekday::Sun => "周日",
    };
    format!("{}年{}月{}日（{weekday}）{time}", date.year(), date.month(), date.day())
}

/// A day as 2019年4月26日.
fn day(it: NaiveDate) -> String {
    it.format("%Y年%-m月%-d日").to_string()
}

/// A text on one line, without control characters, so that no name adds a line to a letter.
fn one_line(text: &str) -> String {
    let words: Vec<&str> =
        text.split(|it: char| it.is_control() || it == ' ').filter(|it| !it.is_empty()).collect();
    words.join(" ")
}

/// Lines without trailing space, and never two empty ones in a row.
fn paragraphs(text: &str) -> String {
    let mut res = String::with_capacity(text.len());
    let mut empty = true;
    for line in text.lines().map(str::trim_end) {
        if line.is_empty() && empty {
            continue;
        }
        empty = line.is_empty();
        res.push_str(line);
        res.push('\n');
    }
    res.truncate(res.trim_end().len());
    res.push('\n');
    res
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn midnight_is_the_end_of_a_day_where_days_are_counted() {
        let midnight = at("2019-04-26T16:00:00Z");
        assert_eq!(moment(midnight, LimitUnit::NaturalDay), "2019年4月26日（周五）24:00");
        assert_eq!(moment(midnight, LimitUnit::Hour), "2019年4月27日（周六）00:00");
        let close = at("2019-04-26T09:30:00Z");
        assert_eq!(moment(close, LimitUnit::WorkingDay), "2019年4月26日（周五）17:30");
    }

    #[test]
    fn a_name_cannot_add_a_line() {
        assert_eq!(one_line("城管局\r\nBcc: x\u{7}\u{85}"), "城管局 Bcc: x");
    }
}
