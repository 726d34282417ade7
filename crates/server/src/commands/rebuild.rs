//! `rebuild --check`: history is the truth, the state its fold; do they agree?

use std::process::ExitCode;

use crate::{
    open::{CaseClock, Opened},
    say,
    settings::Settings,
    trouble::Trouble,
};

#[derive(clap::Args)]
pub(super) struct Args {
    /// 只比对，不改写 / compare, and change nothing
    #[arg(long, required = true)]
    check: bool,
}

pub(super) async fn run(settings: &Settings, args: &Args) -> Result<ExitCode, Trouble> {
    debug_assert!(args.check, "clap requires it");
    let opened = Opened::migrated(settings).await?;
    let clock = CaseClock::of(&opened).await?;
    let app::Checked { faults, streams: n_streams } =
        opened.app(settings, &clock).await?.check().await?;
    for it in &faults {
        say::line(format!("不一致 / differs: {it}"));
    }
    let n_faults = faults.len();
    say::line(format!(
        "已由事件重算 {n_streams} 件，{n_faults} 件不一致。  {n_streams} streams folded anew, {n_faults} differ."
    ));
    Ok(if faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
