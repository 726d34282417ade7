//! `demo`: plays the founding story once, and serves it.

mod stage;
mod welcome;

use std::{net::SocketAddr, path::PathBuf, sync::Arc};

use app::{App, Clock as _, HeldClock, Parts, SystemIds};
use engine::account::SecondFactor;
use store::Store;

use self::stage::Stage;
use super::{Places, start};
use crate::{
    data::{Folder, write_private},
    demo::{self, Played},
    demo_clock, master_keys,
    open::Opened,
    post, say,
    serve::{Role, Server},
    settings::{Flags, Settings},
    trouble::Trouble,
};

#[derive(clap::Args)]
pub(super) struct Args {
    /// 监听地址 / where to listen
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<SocketAddr>,
    /// 重新演示一遍 / play it anew
    #[arg(long)]
    fresh: bool,
    /// 强制使用动态口令 / demand the second factor, as a real centre does
    #[arg(long)]
    second_factor: bool,
}

pub(super) async fn run(places: &Places, args: Args) -> Result<(), Trouble> {
    let settings = start(settings(places, &args)?)?;
    let folder = Folder::hold(&settings.data)?;
    let stage = Stage::of(folder.path())?;
    let plays = args.fresh || stage != Stage::Finished;
    if plays {
        if stage == Stage::HalfPlayed {
            say::line(
                "上次演示没有播完，现在重新播放。  The last play was cut short; it is played anew.",
            );
        }
        stage::clear(folder.path(), &settings.mail.folder)?;
        stage::begin(folder.path())?;
    } else {
        say::line(
            "沿用已有的演示数据；要重新演示，请加 --fresh。  The data is kept; --fresh plays it anew.",
        );
    }
    let opened = Opened::within(&settings, Some(folder)).await?;
    opened.store.migrate().await?;
    if plays {
        master_keys::hold(&settings, &opened.store).await?;
        let played = play(&opened.store, &settings).await?;
        finish(&settings.data, &played)?;
    }
    serve(&settings, opened).await
}

async fn serve(settings: &Settings, opened: Opened) -> Result<(), Trouble> {
    let server = Server::over(settings, opened).await?;
    welcome::tell(&server, settings);
    server.run(Role::All).await
}

/// The settings of the demonstration: the embedded database of its own folder, whatever else says.
fn settings(places: &Places, args: &Args) -> Result<Settings, Trouble> {
    let data = places.data.clone().unwrap_or_else(|| PathBuf::from("data/demo"));
    let flags = Flags { config: places.config.clone(), data: Some(data), listen: args.listen };
    let mut settings = Settings::of_process(&flags)?;
    settings.use_own_database();
    // Everybody knows the passwords here, and a newcomer is to look round.
    settings.accounts.password_days = 0;
    if !args.second_factor {
        settings.accounts.second_factor = SecondFactor::Offered;
    }
    Ok(settings)
}

/// Sets up the district and plays its year under a held clock.
async fn play(store: &Store, settings: &Settings) -> Result<Played, Trouble> {
    let clock = Arc::new(HeldClock::at(demo::begins().map_err(unplayed)?));
    demo::set_up(store, clock.now()).await.map_err(unplayed)?;
    let app = App::open(Parts {
        store: store.clone(),
        clock: clock.clone(),
        wall: clock.clone(),
        ids: Arc::new(SystemIds),
        domain: post::domain(&settings.mail),
        accounts: settings.accounts.clone(),
    })
    .await?;
    let mut progress = say::Progress::new();
    let res = demo::play(&app, &clock, &mut |percent, what| progress.at(percent, what)).await;
    progress.done();
    let played = res.map_err(unplayed)?;
    demo_clock::set(&settings.data, clock.now())
        .map_err(|error| stage::unwritten(&settings.data, error))?;
    Ok(played)
}

/// Writes what visitors are told, and last that all is there.
fn finish(folder: &std::path::Path, played: &Played) -> Result<(), Trouble> {
    let unwritten = |error| stage::unwritten(folder, error);
    let accounts =
        serde_json::to_vec_pretty(&played.accounts).map_err(|it| unwritten(it.into()))?;
    write_private(&folder.join(stage::ACCOUNTS), &accounts).map_err(unwritten)?;
    stage::finish(folder, played.issued, played.difficult_resolved)
}

fn unplayed(error: anyhow::Error) -> Trouble {
    let cause: Box<dyn std::error::Error + Send + Sync> = error.into();
    Trouble::failed(
        "演示没有播完。数据目录保持原样，再次启动会重新播放。",
        "The story was not played to its end. Starting again plays it anew.",
    )
    .because(cause)
}
