//! `calendar show|due`: what the calendar knows, and when a limit ends by it.

use std::str::FromStr;

use app::{Clock as _, RunningClock};
use chrono::{DateTime, Datelike as _, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use clap::Subcommand;
use engine::calendar::{Calendar, DayKind, Limit, LimitUnit, beijing, beijing_text};

use crate::{data, open::Opened, say, settings::Settings, trouble::Trouble};

#[derive(Subcommand)]
pub(super) enum Command {
    /// 列出各版日历，或某年的放假与调休 / the versions, or the days of one year
    Show {
        /// 年份 / the year
        #[arg(long)]
        year: Option<i32>,
    },
    /// 计算期限何时届满，并说明算法 / when a limit ends, and how it is counted
    Due(DueArgs),
}

#[derive(clap::Args)]
pub(super) struct DueArgs {
    /// 起算时刻，如 2026-02-13T16:00+08:00 / from when
    #[arg(long, value_parser = instant)]
    from: DateTime<Utc>,
    /// 数量 / how many
    #[arg(long)]
    amount: u32,
    /// minute、hour、working_hour、working_day、natural_day
    #[arg(long, value_parser = unit)]
    unit: LimitUnit,
    /// 以 JSON 输出 / print JSON
    #[arg(long)]
    json: bool,
}

fn unit(text: &str) -> Result<LimitUnit, String> {
    LimitUnit::from_str(text).map_err(|_| {
        "可用 / known: minute, hour, working_hour, working_day, natural_day".to_owned()
    })
}

/// An instant with an offset, or one in Beijing without.
fn instant(text: &str) -> Result<DateTime<Utc>, String> {
    const WITH: [&str; 2] = ["%Y-%m-%dT%H:%M%:z", "%Y-%m-%dT%H:%M:%S%:z"];
    const WITHOUT: [&str; 4] =
        ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S"];
    let text = text.trim().replace('Z', "+00:00");
    let with = WITH.iter().find_map(|it| DateTime::parse_from_str(&text, it).ok());
    let without = || {
        let time = WITHOUT.iter().find_map(|it| NaiveDateTime::parse_from_str(&text, it).ok());
        let day = || NaiveDate::from_str(&text).ok().map(|it| it.and_time(NaiveTime::MIN));
        time.or_else(day)?.and_local_timezone(beijing()).single()
    };
    with.or_else(without)
        .map(|it| it.to_utc())
        .ok_or_else(|| "应写作 / write 2026-02-13T16:00+08:00".to_owned())
}

pub(super) async fn run(settings: &Settings, command: Command) -> Result<(), Trouble> {
    let versions = versions(settings).await?;
    let today = RunningClock::wall().now().with_timezone(&beijing()).date_naive();
    let calendar = Calendar::latest_adopted_by(&versions, today)
        .or(versions.last())
        .ok_or_else(|| Trouble::failed("没有日历。", "There is no calendar."))?;
    match command {
        Command::Show { year: None } => show(&versions),
        Command::Show { year: Some(year) } => show_year(calendar, year)?,
        Command::Due(args) => due(calendar, &args)?,
    }
    Ok(())
}

/// The versions of this centre where its database can be read, else those of the program.
async fn versions(settings: &Settings) -> Result<Vec<Calendar>, Trouble> {
    let is_there = settings.database_file().is_none_or(|it| it.exists());
    let is_free = settings.embedded_folder().is_none_or(|it| !data::is_held(&it));
    if is_there && is_free {
        let opened = Opened::of(settings, false).await?;
        if opened.store.pending().await? == 0
            && let Some((district, _, _)) = opened.store.district().await?
        {
            return Ok(opened.store.registers(district).await?.calendars);
        }
    } else if is_there {
        say::aside(
            "服务正在运行，按内置日历计算。  The server is running; this is the preset calendar.",
        );
    }
    Calendar::presets().map_err(|error| {
        Trouble::failed("内置日历损坏。", "The preset calendar is damaged.").because(error)
    })
}

fn show(versions: &[Calendar]) {
    let head = ["版本", "公布", "已知年份", "依据"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    rows.extend(versions.iter().map(|it| {
        let years: Vec<String> = it.known_years().map(|(year, _)| year.to_string()).collect();
        let years = match years.as_slice() {
            [first, .., last] => format!("{first}-{last}"),
            years => years.concat(),
        };
        vec![it.version().to_string(), it.adopted_on().to_string(), years, it.source().to_owned()]
    }));
    say::table(&rows);
}

fn show_year(calendar: &Calendar, year: i32) -> Result<(), Trouble> {
    if !calendar.knows(year) {
        let years: Vec<String> = calendar.known_years().map(|(it, _)| it.to_string()).collect();
        let years = years.join(", ");
        return Err(Trouble::failed(
            format!("日历尚无 {year} 年的安排，期限先按周末推算。已知：{years}。"),
            format!(
                "The arrangement of {year} is not known; weekends alone are counted. Known: {years}."
            ),
        ));
    }
    let source = calendar.known_years().find(|(it, _)| *it == year).map_or("", |(_, it)| it);
    say::line(format!("{year} 年（第 {} 版，{source}）", calendar.version()));
    let days = NaiveDate::from_ymd_opt(year, 1, 1).into_iter().flat_map(|it| it.iter_days());
    let mut rows = vec![];
    for day in days.take_while(|it| it.year() == year) {
        match calendar.day(day) {
            DayKind::Working | DayKind::Weekend => (),
            kind @ (DayKind::MakeUp | DayKind::Holiday { .. } | DayKind::Local { .. }) => {
                rows.push(vec![day.to_string(), kind.to_string(), kind.english()]);
            }
        }
    }
    say::table(&rows);
    Ok(())
}

fn due(calendar: &Calendar, args: &DueArgs) -> Result<(), Trouble> {
    let limit = Limit::new(args.amount, args.unit).map_err(|error| {
        Trouble::wrong("期限的数量不对。", "The amount makes no limit.").because(error)
    })?;
    let explanation = calendar.explain(args.from, limit);
    if args.json {
        let due = explanation.due.with_timezone(&beijing()).to_rfc3339();
        let json = serde_json::json!({
            "due": due,
            "from": args.from.with_timezone(&beijing()).to_rfc3339(),
            "limit": limit,
            "explanation": explanation.to_string(),
            "explanationEn": explanation.english(),
            "provisional": explanation.provisional,
            "calendar": explanation.calendar,
            "lines": explanation.lines,
        });
        say::line(format!("{json:#}"));
    } else {
        say::line(beijing_text(explanation.due, args.unit));
        say::line(explanation.to_string());
        say::line(explanation.english());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_read_with_and_without_offset() {
        let expected: DateTime<Utc> = "2026-02-13T08:00:00Z".parse().unwrap();
        for text in [
            "2026-02-13T16:00+08:00",
            "2026-02-13T16:00",
            "2026-02-13 16:00:00",
            "2026-02-13T08:00Z",
        ] {
            assert_eq!(instant(text), Ok(expected), "{text}");
        }
        assert!(instant("13.2.2026").is_err());
    }
}
