//! 清除个人信息: what is kept of a petitioner is given up once nothing needs it any more
//! (个人信息保护法 47). The key is dropped; every digest of the record stays valid.

use crate::{
    command::CommandKind,
    ids::PetitionId,
    petition::{Petition, PetitionFact},
    refusal::Refusal,
    stand::{self, Named, Stand},
    text::Words,
};

/// 清除个人信息.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErasePerson {
    /// The petition.
    pub petition: PetitionId,
    /// Whether the texts of the petition are erased as well, which may say who it was.
    pub texts: bool,
    /// Why, and on whose request.
    pub reason: Words,
}

impl ErasePerson {
    pub(crate) fn allowed(stand: &Stand<'_>, petition: &Petition) -> Result<(), Refusal> {
        stand.permit_petition(CommandKind::ErasePerson, petition)?;
        // As long as anything is owed to somebody, it must be known who they are.
        let is_open = petition.is_whistled() || petition.entry().is_some();
        if !petition.stage.is_terminal() || is_open {
            return Err(stand::wrong_petition_stage(petition));
        }
        super::unseal::person(petition).map(|_| ())
    }

    pub(crate) fn decide(self, stand: &mut Stand<'_>) -> Result<(), Refusal> {
        let petition = stand.petition(self.petition)?;
        Self::allowed(stand, petition)?;
        let person = super::unseal::person(petition)?;
        let fact = PetitionFact::PersonErased { person, texts: self.texts, reason: self.reason };
        stand.record_petition(self.petition, fact, Named::new())
    }
}
