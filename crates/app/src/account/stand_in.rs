//! Absence and duty.

use chrono::{DateTime, Utc};
use engine::{
    Refusal,
    account::stand_in::{self, Absence, Duty, Staff},
    audit::AuditFact,
    ids::{AbsenceId, DutyId, PersonId, UnitId},
    refusal::Problem,
};

use crate::{App, Caller, Error, Registers, micros};

/// An absence that is set.
#[derive(Debug, Clone, Copy)]
pub struct AbsenceInput {
    /// Who is away; oneself where nobody is named.
    pub person: Option<PersonId>,
    /// Who stands in.
    pub substitute: PersonId,
    /// From when on.
    pub from: DateTime<Utc>,
    /// Until when.
    pub until: DateTime<Utc>,
}

/// A turn of duty that is set.
#[derive(Debug, Clone, Copy)]
pub struct DutyInput {
    /// The unit.
    pub unit: UnitId,
    /// Who is on duty.
    pub person: PersonId,
    /// From when on.
    pub from: DateTime<Utc>,
    /// Until when.
    pub until: DateTime<Utc>,
}

fn staff<'a>(
    registers: &'a Registers,
    field: &'static str,
    person: PersonId,
) -> Result<Staff<'a>, Refusal> {
    registers.staff(person).ok_or(Refusal::invalid(field, Problem::Unknown))
}

impl App {
    /// Says that somebody is away and who stands in; what overlaps it for them is replaced.
    ///
    /// # Errors
    /// The rule's reason.
    pub async fn set_absence(
        &self,
        caller: &Caller,
        input: AbsenceInput,
    ) -> Result<Absence, Error> {
        let res = self.try_set_absence(caller, input).await;
        self.noted(caller, "set_absence", res).await
    }

    async fn try_set_absence(
        &self,
        caller: &Caller,
        input: AbsenceInput,
    ) -> Result<Absence, Error> {
        let registers = self.registers().await?;
        let away = staff(&registers, "person", input.person.unwrap_or(caller.member.person))?;
        let substitute = staff(&registers, "substitute", input.substitute)?;
        let (from, until) = (micros(input.from), micros(input.until));
        let by = &caller.member;
        stand_in::check_absence(by, away, substitute, (from, until), self.now())?;
        let new = Absence {
            id: AbsenceId(self.fresh()),
            unit: away.unit,
            person: away.person,
            substitute: substitute.person,
            from,
            until,
        };
        let replaced = stand_in::replaced(&registers.absences, &new);
        let ended =
            replaced.iter().map(|it| AuditFact::AbsenceEnded { absence: *it, person: new.person });
        let set = AuditFact::AbsenceSet {
            absence: new.id,
            person: new.person,
            substitute: new.substitute,
            from,
            until,
        };
        let notes = self.notes(&caller.by(), ended.chain([set]).collect());
        self.store().add_absence(self.district(), &new, &replaced, &notes).await?;
        Ok(new)
    }

    /// Takes an absence away.
    ///
    /// # Errors
    /// The rule's reason.
    pub async fn end_absence(&self, caller: &Caller, id: AbsenceId) -> Result<Absence, Error> {
        let registers = self.registers().await?;
        let found = registers.absences.iter().find(|it| it.id == id).copied();
        let found = found.ok_or(Error::NotFound)?;
        let may = stand_in::heads(&caller.member, found.unit, found.person);
        self.noted(caller, "end_absence", may).await?;
        let fact = AuditFact::AbsenceEnded { absence: id, person: found.person };
        let notes = self.notes(&caller.by(), vec![fact]);
        self.store().end_absence(self.district(), id, &notes).await?;
        Ok(found)
    }

    /// Puts a turn into a unit's rota.
    ///
    /// # Errors
    /// The rule's reason.
    pub async fn set_duty(&self, caller: &Caller, input: DutyInput) -> Result<Duty, Error> {
        let res = self.try_set_duty(caller, input).await;
        self.noted(caller, "set_duty", res).await
    }

    async fn try_set_duty(&self, caller: &Caller, input: DutyInput) -> Result<Duty, Error> {
        let registers = self.registers().await?;
        stand_in::may_set_rota(&caller.member, input.unit)?;
        let person = staff(&registers, "person", input.person)?;
        let (from, until) = (micros(input.from), micros(input.until));
        stand_in::check_duty(&caller.member, input.unit, person, (from, until), self.now())?;
        let id = DutyId(self.fresh());
        let new = Duty { id, unit: input.unit, person: person.person, from, until };
        let fact = AuditFact::DutySet { duty: id, unit: new.unit, person: new.person, from, until };
        let notes = self.notes(&caller.by(), vec![fact]);
        self.store().add_duty(self.district(), &new, &notes).await?;
        Ok(new)
    }

    /// Takes a turn out of a unit's rota.
    ///
    /// # Errors
    /// The rule's reason.
    pub async fn end_duty(&self, caller: &Caller, id: DutyId) -> Result<Duty, Error> {
        let registers = self.registers().await?;
        let found = registers.duties.iter().find(|it| it.id == id).copied();
        let found = found.ok_or(Error::NotFound)?;
        let may = stand_in::may_set_rota(&caller.member, found.unit);
        self.noted(caller, "end_duty", may).await?;
        let fact = AuditFact::DutyEnded { duty: id, unit: found.unit };
        let notes = self.notes(&caller.by(), vec![fact]);
        self.store().end_duty(self.district(), id, &notes).await?;
        Ok(found)
    }

    /// Who is away, or will be, in the caller's unit.
    #[must_use]
    pub fn absences(&self, caller: &Caller) -> Vec<Absence> {
        let now = self.now();
        let unit = caller.member.unit;
        let all = caller.registers.absences.iter().copied();
        all.filter(|it| it.unit == unit && it.until > now).collect()
    }

    /// The rota of the caller's unit, from now on.
    #[must_use]
    pub fn duties(&self, caller: &Caller) -> Vec<Duty> {
        let now = self.now();
        let unit = caller.member.unit;
        let all = caller.registers.duties.iter().copied();
        all.filter(|it| it.unit == unit && it.until > now).collect()
    }
}
