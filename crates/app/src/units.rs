//! 机构调整: units are added, moved, taken over and closed.

use engine::{
    StreamId,
    clock::Step,
    directory::{Directory, Unit, reorganise},
    whistle,
};
use store::Commit;
use strum::IntoEnumIterator as _;

use crate::{App, Caller, Error, Registers, audience, intake, submit::TRIES};

impl App {
    /// Adds a unit, where `is_new`, or puts it in place of what it was.
    ///
    /// # Errors
    /// [`Error::Refused`] with the rule's reason, else a fault; nothing has changed then.
    pub async fn put_unit(
        &self,
        caller: &Caller,
        mut wanted: Unit,
        is_new: bool,
    ) -> Result<Unit, Error> {
        for (field, text, most) in [
            ("code", &mut wanted.code, 40),
            ("name", &mut wanted.name, intake::TITLE_LIMIT),
            ("shortName", &mut wanted.short_name, 40),
        ] {
            *text = intake::clean(field, text, most)?;
        }
        for _ in 0..TRIES {
            let registers = self.registers().await?;
            let owes = self.store().owes(self.district(), wanted.id).await?;
            let decided =
                reorganise(&registers.directory, &caller.member, wanted.clone(), is_new, owes);
            let unit = self.noted(caller, "put_unit", decided).await?;
            let notes = self.notes(&caller.by(), vec![]);
            let follows = self.follows(&registers, &unit).await?;
            let put = self
                .store()
                .put_units(
                    self.district(),
                    vec![unit.clone()],
                    Some(registers.version()),
                    &notes,
                    follows,
                )
                .await;
            match put {
                Ok(()) => return Ok(unit),
                // The registers moved on meanwhile: look again, and decide anew.
                Err(store::Error::Stale { .. }) => (),
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Busy)
    }

    /// What a change of units changes for cases: some acts are owed by whoever stands above.
    async fn follows(&self, registers: &Registers, unit: &Unit) -> Result<Commit, Error> {
        let others = registers.directory.units().filter(|it| it.id != unit.id).cloned();
        let after = Directory::new(others.chain([unit.clone()]));
        let steps: Vec<Step> = Step::iter().filter(|it| it.is_owed_above()).collect();
        let cases: Vec<_> =
            self.store().cases_owing(self.district(), &steps).await?.into_iter().collect();
        let (mut deadlines, mut entitled) = (vec![], vec![]);
        for some in cases.chunks(500) {
            let scene = self.store().load(self.district(), some).await?.scene;
            for it in scene.whistles.values() {
                let lists = registers.lists_version(it.lists).ok_or(Error::NotSetUp)?;
                deadlines.push((
                    StreamId::Whistle(it.id),
                    whistle::deadlines(it, lists, &registers.directory),
                    whistle::deadlines(it, lists, &after),
                ));
            }
            entitled.extend(audience::moved(&scene, &registers.directory, &after));
        }
        Ok(Commit::refreshing(self.district(), self.now(), &deadlines, &entitled)?)
    }
}
