//! The first steps of a real centre: its district with lists and calendars, and its units.

use app::{Ids as _, SystemIds};
use chrono::{DateTime, Utc};
use engine::{
    calendar::Calendar,
    directory::{Directory, Tier, Unit, UnitKind},
    ids::{AuditId, DistrictId, UnitId},
    lists::Lists,
};
use store::{Notes, Store};

use super::AddArgs;
use crate::{say, trouble::Trouble};

/// The code of the centre that is founded with the district.
const ROOT: &str = "centre";

/// Sets up the district, its centre, and the preset lists and calendars. What a try that was cut
/// short has left is completed.
pub(super) async fn district(
    store: &Store,
    name: &str,
    code: &str,
    now: DateTime<Utc>,
) -> Result<(), Trouble> {
    let id = match store.district().await? {
        None => {
            let id = DistrictId(SystemIds.fresh());
            store.add_district(id, code, name).await?;
            id
        }
        Some((id, _, known)) if known == name => id,
        Some((_, _, known)) => {
            return Err(Trouble::wrong(
                format!("数据库已用于{known}，不能再设为{name}。请去掉 --district。"),
                format!("The database is set up for {known} already; leave out --district."),
            ));
        }
    };
    let by = Notes::by_program(now, AuditId(SystemIds.fresh()));
    let registers = store.registers(id).await?;
    if registers.lists.is_empty() {
        store.add_lists(id, &Lists::preset().map_err(preset)?, &by).await?;
    }
    for it in Calendar::presets().map_err(preset)? {
        if registers.calendars.iter().all(|known| known.version() != it.version()) {
            store.add_calendar(id, &it, &by).await?;
        }
    }
    if registers.directory.units().next().is_none() {
        let root = Unit {
            id: UnitId(SystemIds.fresh()),
            kind: UnitKind::Centre,
            tier: Tier::District,
            code: ROOT.to_owned(),
            name: format!("{name}社会治安综合治理中心"),
            short_name: format!("{name}综治中心"),
            parent: None,
            territory: None,
            closed: false,
            heir: None,
        };
        store.put_units(id, vec![root], None, &by, store::Commit::default()).await?;
        say::line(format!("已建立{name}，单位代码 {ROOT}。  The district is set up."));
    }
    Ok(())
}

fn preset(error: impl std::error::Error + Send + Sync + 'static) -> Trouble {
    Trouble::failed("内置清单或日历损坏。", "The preset lists or calendars are damaged.")
        .because(error)
}

/// The unit of a new account, made where the arguments say so.
pub(super) async fn unit(
    store: &Store,
    district: DistrictId,
    args: &AddArgs,
    by: &Notes,
) -> Result<Unit, Trouble> {
    let directory = store.registers(district).await?.directory;
    let Some(code) = &args.unit else { return root(&directory) };
    if let Some(it) = directory.by_code(code) {
        return Ok(it.clone());
    }
    let Some(name) = &args.unit_name else { return Err(unknown(&directory, code)) };
    let above = match &args.under {
        Some(under) => {
            directory.by_code(under).cloned().ok_or_else(|| unknown(&directory, under))?
        }
        None => root(&directory)?,
    };
    let unit = Unit {
        id: UnitId(SystemIds.fresh()),
        kind: args.unit_kind,
        tier: match args.unit_kind {
            UnitKind::Township => Tier::Township,
            UnitKind::Centre if above.tier == Tier::District && above.kind == UnitKind::Centre => {
                Tier::Township
            }
            UnitKind::Centre => Tier::Village,
            UnitKind::Department
            | UnitKind::Institution
            | UnitKind::Conference
            | UnitKind::Discipline
            | UnitKind::MediationBody
            | UnitKind::External => above.tier,
        },
        code: code.clone(),
        name: name.clone(),
        short_name: name.clone(),
        parent: Some(above.id),
        territory: None,
        closed: false,
        heir: None,
    };
    store.put_units(district, vec![unit.clone()], None, by, store::Commit::default()).await?;
    say::line(format!("已建立单位 {name}（{code}）。  The unit is made."));
    Ok(unit)
}

fn root(directory: &Directory) -> Result<Unit, Trouble> {
    let root = directory.units().find(|it| it.parent.is_none() && it.kind == UnitKind::Centre);
    root.cloned().ok_or_else(|| {
        Trouble::wrong(
            "没有本级中心，请用 --unit 指明单位代码。",
            "There is no root centre: name a unit with --unit.",
        )
    })
}

fn unknown(directory: &Directory, code: &str) -> Trouble {
    let known: Vec<String> =
        directory.units().take(40).map(|it| format!("{}（{}）", it.code, it.short_name)).collect();
    let known = known.join("、");
    Trouble::wrong(
        format!("没有代码为 {code} 的单位。新建请加 --unit-name 名称。已有：{known}。"),
        format!("There is no unit {code}. To make it, add --unit-name NAME. There are: {known}."),
    )
}
