//! Plays a script through the one door, with a clock that is moved by hand.

use anyhow::Context as _;
use app::{App, Behalf, Error, Fired, HeldClock, Submission};
use chrono::{DateTime, TimeDelta, Utc};
use engine::calendar::beijing;

use super::{
    acts::Case,
    desk::{Cases, Desk},
    script::Line,
    world::World,
};

/// When the office hears in the morning that a calendar was adopted.
const MORNING: TimeDelta = TimeDelta::minutes(8 * 60 + 30);

/// Plays a script.
pub(super) struct Player<'a> {
    app: &'a App,
    clock: &'a HeldClock,
    world: &'a World,
    cases: Cases,
    /// When calendars are adopted, soonest first.
    adoptions: Vec<DateTime<Utc>>,
    /// What fell due on the way.
    pub(super) fired: Fired,
}

impl<'a> Player<'a> {
    /// Somebody who begins to play at the clock's instant.
    ///
    /// # Errors
    /// A fault of the database.
    pub(super) async fn new(
        app: &'a App,
        clock: &'a HeldClock,
        world: &'a World,
    ) -> anyhow::Result<Self> {
        let now = app.now();
        let registers = app.registers().await?;
        let mut adoptions: Vec<DateTime<Utc>> = registers
            .calendars
            .iter()
            .filter_map(|it| it.adopted_on().and_hms_opt(0, 0, 0))
            .filter_map(|it| it.and_local_timezone(beijing()).single())
            .map(|it| it.with_timezone(&Utc) + MORNING)
            .filter(|it| *it > now)
            .collect();
        adoptions.sort();
        let (cases, fired) = (Cases::default(), Fired::default());
        Ok(Self { app, clock, world, cases, adoptions, fired })
    }

    /// Moves the clock forward to `at`, and lets each deadline lapse at its own time on the way.
    ///
    /// # Errors
    /// A fault of the database, or a deadline that does not fire.
    pub(super) async fn until(&mut self, at: DateTime<Utc>) -> anyhow::Result<()> {
        let mut before = None;
        loop {
            let due = self.app.store().next_due().await?;
            let adopted = self.adoptions.first().copied();
            let next = due.into_iter().chain(adopted).min().filter(|it| *it <= at);
            let Some(next) = next else { break };
            anyhow::ensure!(before != Some(next), "the deadline of {} does not fire", told(next));
            before = Some(next);
            self.adoptions.retain(|it| *it > next);
            self.clock.set(next);
            let fired = self.app.fire_due().await?;
            self.fired.lapsed += fired.lapsed;
            self.fired.adopted += fired.adopted;
        }
        self.clock.set(at);
        Ok(())
    }

    /// Plays one line at its instant.
    ///
    /// # Errors
    /// Names the case, the act, the actor and the instant, with the refusal's code.
    pub(super) async fn play(&mut self, line: &Line) -> anyhow::Result<()> {
        self.until(line.at).await?;
        self.submit(line)
            .await
            .with_context(|| format!("{} by {} at {}", line.act, line.who, told(line.at)))
    }

    async fn submit(&mut self, line: &Line) -> anyhow::Result<()> {
        let person = self.world.person(line.who)?.id();
        let caller = self.app.caller(person, None).await?.context("no such account")?;
        let mut intake = self.app.intake();
        let on_behalf_of = match &line.behalf {
            Some(it) => {
                let person = self.world.person(it.who)?.id();
                let (medium, occurred_at) = (it.medium, it.at);
                let behalf = Behalf { person, post: None, medium, occurred_at };
                Some(intake.on_behalf_of(behalf).await.map_err(coded)?)
            }
            None => None,
        };
        let whistle = match line.act.case {
            Case::Whistle(slot) => match self.cases.whistle(slot) {
                Ok(id) => self.app.whistle(&caller, id).await?.map(app::Visible::into_inner),
                // A draft begins it.
                Err(_) => None,
            },
            Case::Petition(_) => None,
        };
        let number = match line.act.takes_number() {
            true => Some(self.app.petition_number().await?),
            false => None,
        };
        let mut desk = Desk {
            app: self.app,
            world: self.world,
            cases: &mut self.cases,
            intake,
            unit: on_behalf_of.as_ref().map_or(caller.member.unit, |it| it.member.unit),
            now: line.at,
            whistle,
            number,
        };
        let command = line.act.command(&mut desk)?;
        let submission = Submission { on_behalf_of, ..Submission::of(command, desk.intake) };
        self.app.submit(&caller, submission).await.map_err(coded)?;
        Ok(())
    }
}

/// An instant as people tell it.
fn told(at: DateTime<Utc>) -> String {
    at.with_timezone(&beijing()).format("%Y-%m-%d %H:%M").to_string()
}

/// An error with the code of its refusal.
fn coded(error: Error) -> anyhow::Error {
    match &error {
        Error::Refused(refusal) => {
            let code = refusal.code();
            anyhow::Error::new(error).context(code)
        }
        Error::NotFound
        | Error::KeyReused
        | Error::Busy
        | Error::NotSetUp
        | Error::Secret(_)
        | Error::Internal(_) => anyhow::Error::new(error),
    }
}
