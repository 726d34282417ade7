//! Prints 化解责任清单 in the columns that offices know, on A4 across.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use engine::{
    calendar::beijing,
    ids::{PersonId, TextId},
    petition::{
        Risk,
        ledger::{LedgerRow, Part},
    },
    text::Words,
    whistle::ResolutionKind,
};
use rust_xlsxwriter::{Color, Format, FormatAlign, Worksheet};
use strum::{EnumIter, IntoEnumIterator as _};

use crate::sheet::{self, Looks, Stamp, Unwritable};

const TITLE: &str = "化解责任清单";
/// The row of the headings; above it stand the title and who took it out.
const HEADINGS: u32 = 2;
/// More of the text of a petition than a list shows.
const DETAIL: usize = 300;

/// Entries with what they name. Whoever fills it in has put petitioners under their masks, and leaves
/// out what is not for the reader.
#[derive(Clone, Default)]
pub struct Printed {
    /// The entries, in the order in which they are printed.
    pub rows: Vec<LedgerRow>,
    /// What people wrote; what is erased is missing.
    pub texts: HashMap<TextId, String>,
    /// What people are called, petitioners under their masks.
    pub people: HashMap<PersonId, String>,
}

/// Shows only how much there is: a debug line ends in a log.
impl std::fmt::Debug for Printed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Printed").field("rows", &self.rows.len()).finish_non_exhaustive()
    }
}

/// A column of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter)]
enum Column {
    Number,
    Petitioner,
    Request,
    People,
    Risk,
    Stage,
    Owner,
    Lead,
    Assists,
    Measures,
    Due,
    Care,
    Progress,
    Resolved,
    Fulfilment,
    AcceptedBy,
    SignedOff,
}

impl Column {
    fn zh(self) -> &'static str {
        match self {
            Self::Number => "案件编号",
            Self::Petitioner => "信访人/当事人(脱敏)",
            Self::Request => "主要诉求",
            Self::People => "涉及人数",
            Self::Risk => "风险等级",
            Self::Stage => "首次发生/当前阶段",
            Self::Owner => "包案领导",
            Self::Lead => "牵头单位/责任人",
            Self::Assists => "协办单位及任务",
            Self::Measures => "化解措施",
            Self::Due => "化解时限",
            Self::Care => "稳控责任单位/责任人",
            Self::Progress => "进展(逐次)",
            Self::Resolved => "是否化解/方式",
            Self::Fulfilment => "协议履行",
            Self::AcceptedBy => "验收人",
            Self::SignedOff => "销号日期",
        }
    }

    fn width(self) -> f64 {
        match self {
            Self::Request | Self::Progress => 27.0,
            Self::Measures => 24.0,
            Self::Assists | Self::Resolved => 16.0,
            Self::Lead | Self::Owner | Self::Care | Self::Number => 13.0,
            Self::Due | Self::Stage | Self::SignedOff | Self::Fulfilment => 11.0,
            Self::Petitioner | Self::AcceptedBy => 9.0,
            Self::Risk => 7.0,
            Self::People => 6.0,
        }
    }
}

/// Writes the list. The same entries give the same bytes.
///
/// # Errors
/// [`Unwritable`] where a spreadsheet does not hold it.
pub fn write(printed: &Printed, stamp: &Stamp) -> Result<Vec<u8>, Unwritable> {
    let looks = Looks::new();
    let mut workbook = sheet::begun(TITLE)?;
    let page = workbook.add_worksheet();
    page.set_name(TITLE)?;
    sheet::page(page, TITLE, stamp);
    head(page, stamp, &looks)?;
    for (row, at) in printed.rows.iter().zip(HEADINGS + 1..) {
        let cells: Vec<(Column, String)> =
            Column::iter().map(|it| (it, printed.text(row, it))).collect();
        for ((column, text), place) in cells.iter().zip(0..) {
            let coloured = (*column == Column::Risk).then(|| of_risk(row.risk, &looks));
            let late = (*column == Column::Due && row.overdue).then(|| alarming(&looks));
            let look = coloured.or(late).unwrap_or_else(|| looks.wrapped.clone());
            if *column == Column::People {
                page.write_number_with_format(at, place, row.people, &look)?;
            } else {
                let text = sheet::bounded(text);
                page.write_string_with_format(at, place, text.as_ref(), &look)?;
            }
        }
        let texts: Vec<(&str, f64)> =
            cells.iter().map(|(column, it)| (it.as_str(), column.width())).collect();
        page.set_row_height(at, sheet::height(&texts, 28))?;
    }
    Ok(workbook.save_to_buffer()?)
}

/// The title, who took it out, and the headings, which every page begins with.
fn head(page: &mut Worksheet, stamp: &Stamp, looks: &Looks) -> Result<(), Unwritable> {
    let last = u16::try_from(Column::iter().count()).unwrap_or(u16::MAX).saturating_sub(1);
    let title = Format::new().set_font_name("宋体").set_font_size(16).set_bold();
    let title = title.set_align(FormatAlign::Center).set_align(FormatAlign::VerticalCenter);
    page.merge_range(0, 0, 0, last, &format!("{}{TITLE}", stamp.district), &title)?;
    page.set_row_height(0, 28)?;
    let line = Format::new().set_font_name("宋体").set_align(FormatAlign::Right);
    page.merge_range(1, 0, 1, last, &stamp.line(), &line)?;
    for (column, place) in Column::iter().zip(0..) {
        page.set_column_width(place, column.width())?;
        page.write_string_with_format(HEADINGS, place, column.zh(), &looks.header)?;
    }
    page.set_row_height(HEADINGS, 48)?;
    page.set_freeze_panes(HEADINGS + 1, 1)?;
    page.set_repeat_rows(HEADINGS, HEADINGS)?;
    Ok(())
}

/// The word says it; the colour beside it only helps to find it.
fn of_risk(risk: Risk, looks: &Looks) -> Format {
    let colour = match risk {
        Risk::High => 0xF8_CBAD,
        Risk::Medium => 0xFF_F2CC,
        Risk::Low => 0xDD_EBF7,
    };
    looks.wrapped.clone().set_background_color(Color::RGB(colour))
}

fn alarming(looks: &Looks) -> Format {
    looks.wrapped.clone().set_bold().set_background_color(Color::RGB(0xF8_CBAD))
}

impl Printed {
    fn text(&self, row: &LedgerRow, column: Column) -> String {
        match column {
            Column::Number if row.nth > 1 => format!("{}\n第 {} 次列入", row.number, row.nth),
            Column::Number => row.number.clone(),
            Column::Petitioner => match row.petitioner {
                Some(it) => self.person(it),
                None => "—".to_owned(),
            },
            Column::Request => {
                let detail = row.detail.map(|it| shortened(&self.words(it)));
                lines([Some(self.words(row.title)), detail])
            }
            Column::People => row.people.to_string(),
            Column::Risk => {
                let level = row.level.as_ref().map(|(_, name)| format!("（{name}）"));
                format!("{}{}", row.risk.zh(), level.unwrap_or_default())
            }
            Column::Stage => {
                let first = row.first_at.map_or_else(|| "—".to_owned(), |it| day(it).to_string());
                format!("{first}\n{}", row.stage.zh())
            }
            Column::Owner => self.owner(row),
            Column::Lead => row.lead.as_ref().map(|it| self.lead(it)).unwrap_or_default(),
            Column::Assists => {
                let assist = |it: &Part| match it.task {
                    Some(task) => format!("{}：{}", it.unit.name, self.words(task)),
                    None => it.unit.name.clone(),
                };
                row.assists.iter().map(assist).collect::<Vec<_>>().join("\n")
            }
            Column::Measures => {
                let next = row.next.map(|it| format!("下一步：{}", self.words(it)));
                lines([row.measures.map(|it| self.words(it)), next])
            }
            Column::Due => {
                let late = row.overdue.then(|| "已逾期".to_owned());
                let review = row.review_due.map(|it| format!("复核：\n{}", day(it)));
                lines([Some(row.due_on.to_string()), late, review])
            }
            Column::Care => {
                let unit = row.care_unit.as_ref().map(|it| it.name.clone());
                let person = row.care.and_then(|it| it.person).map(|it| self.person(it));
                let visit = row.care.and_then(|it| it.next_visit);
                lines([unit, person, visit.map(|it| format!("下次走访：\n{it}"))])
            }
            Column::Progress => {
                let notes = row.progress.iter().map(|it| {
                    format!("{} {}：{}", day(it.at), self.person(it.by), self.words(it.text))
                });
                notes.collect::<Vec<_>>().join("\n")
            }
            Column::Resolved => {
                let how = row.resolution.as_ref();
                let word = how.map(|it| ResolutionKind::from(it).zh().to_owned());
                let remainder = how.and_then(engine::whistle::Resolution::remainder);
                let remainder = remainder.map(|it| format!("遗留：{}", self.words(it)));
                lines([word, row.way.map(|it| self.words(it)), remainder])
            }
            Column::Fulfilment => row.fulfilment.map(|it| self.words(it)).unwrap_or_default(),
            Column::AcceptedBy => row.accepted_by.map(|it| self.person(it)).unwrap_or_default(),
            Column::SignedOff => row.signed_off_on.map(|it| it.to_string()).unwrap_or_default(),
        }
    }

    fn owner(&self, row: &LedgerRow) -> String {
        let post = row.owner.post.map(|it| self.words(it));
        let rank = row.owner.rank.zh();
        let rank = if row.below_rank {
            format!("{rank}，低于现等级要求")
        } else {
            rank.to_owned()
        };
        let vacant = row.vacant.then(|| "已回避，待另行确定".to_owned());
        let who = format!("{}（{rank}）", self.person(row.owner.person));
        lines([Some(row.owner_unit.name.clone()), Some(who), post, vacant])
    }

    fn lead(&self, it: &Part) -> String {
        let post = it.post.map(|it| self.words(it));
        let attendee = it.attendee.map(|it| self.words(it));
        let who = attendee.map(|it| format!("{it} {}", post.unwrap_or_default()));
        lines([Some(it.unit.name.clone()), who.map(|it| it.trim_end().to_owned())])
    }

    fn words(&self, it: Words) -> String {
        self.texts.get(&it.id).cloned().unwrap_or_else(|| "（已清除）".to_owned())
    }

    fn person(&self, it: PersonId) -> String {
        self.people.get(&it).cloned().unwrap_or_else(|| "—".to_owned())
    }
}

fn day(at: DateTime<Utc>) -> NaiveDate {
    at.with_timezone(&beijing()).date_naive()
}

fn lines(parts: impl IntoIterator<Item = Option<String>>) -> String {
    parts.into_iter().flatten().collect::<Vec<_>>().join("\n")
}

/// The beginning of a long text: the list is for finding a case, and the file for reading it.
fn shortened(text: &str) -> String {
    match text.char_indices().nth(DETAIL) {
        Some((end, _)) => format!("{}……", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
