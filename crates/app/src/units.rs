//! 机构调整: units are added, moved, taken over and closed.

use engine::{
    Refusal,
    audit::AuditFact,
    directory::{Unit, reorganise},
};

use crate::{App, Caller, Error, intake, submit::TRIES};

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
            let unit = match decided {
                Ok(unit) => unit,
                Err(refusal) => return self.refuse_unit(caller, refusal).await,
            };
            let notes = self.notes(&caller.by(), vec![]);
            let put = self
                .store()
                .put_units(self.district(), vec![unit.clone()], Some(registers.version()), &notes)
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

    async fn refuse_unit(&self, caller: &Caller, refusal: Refusal) -> Result<Unit, Error> {
        if refusal.is_recorded() {
            let fact = AuditFact::Refused {
                act: "put_unit".to_owned(),
                code: refusal.code().to_owned(),
                case: None,
                units: vec![],
            };
            self.note(&caller.by(), fact).await?;
        }
        Err(refusal.into())
    }
}
