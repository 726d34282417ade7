//! What is sealed, as rows: persons, the texts of accusations, secrets of the second factor, and the
//! blind index by which a petitioner is found.
//!
//! Rows of before there were keys hold the same in plain columns. They are read as they are, and
//! sealed when the program starts.

use chrono::{DateTime, Utc};
use engine::text::Digest;
use sea_orm::ActiveValue::Set;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{
    Error, PersonCard, PersonDraft, TextDraft, entity,
    keyring::{Keyring, Place, Sealed, Wrapped},
};

/// The length of a text's salt.
const SALT_LEN: usize = 16;

/// Personal data as it is sealed.
#[derive(Serialize, Deserialize)]
struct Card {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    phone: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    id_number: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    address: Option<String>,
    /// The number in the system they came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    external_ref: Option<String>,
}

pub(crate) fn person_place(district: Uuid, id: Uuid) -> Place {
    Place { table: "person", district, id }
}

pub(crate) fn text_place(district: Uuid, id: Uuid) -> Place {
    Place { table: "text", district, id }
}

/// The three columns of a sealed value.
pub(crate) type Columns = (Option<i32>, Option<Vec<u8>>, Option<Vec<u8>>);

pub(crate) fn columns(sealed: Sealed) -> Columns {
    (i32::try_from(sealed.key.key_id).ok(), Some(sealed.key.bytes), Some(sealed.body))
}

/// A sealed value of three columns; none where there is none.
pub(crate) fn of_columns((key_id, wrapped, body): Columns) -> Option<Sealed> {
    let key_id = u32::try_from(key_id?).ok()?;
    Some(Sealed { key: Wrapped { key_id, bytes: wrapped? }, body: body? })
}

/// A person with the index rows by which they are found.
pub(crate) fn person(
    keyring: &Keyring,
    district: Uuid,
    at: DateTime<Utc>,
    draft: PersonDraft,
) -> Result<(entity::person::ActiveModel, Vec<entity::person_index::ActiveModel>), Error> {
    let id = draft.id.0;
    let card = Card {
        name: draft.name,
        phone: draft.phone,
        id_number: draft.id_number,
        address: draft.address,
        external_ref: draft.external_ref,
    };
    let (key_id, wrapped_key, sealed) = columns(seal_card(keyring, district, id, &card)?);
    let row = entity::person::ActiveModel {
        district_id: Set(district),
        id: Set(id),
        name: Set(None),
        phone: Set(None),
        id_number: Set(None),
        address: Set(None),
        external_ref: Set(None),
        created_at: Set(at),
        erased_at: Set(None),
        key_id: Set(key_id),
        wrapped_key: Set(wrapped_key),
        sealed: Set(sealed),
    };
    Ok((row, index_rows(keyring, district, id, &card)?))
}

fn seal_card(keyring: &Keyring, district: Uuid, id: Uuid, card: &Card) -> Result<Sealed, Error> {
    let value = Zeroizing::new(
        serde_json::to_vec(card).map_err(|error| Error::corrupt("person", "sealed", id, error))?,
    );
    keyring.seal(&person_place(district, id), &value)
}

fn index_rows(
    keyring: &Keyring,
    district: Uuid,
    person: Uuid,
    card: &Card,
) -> Result<Vec<entity::person_index::ActiveModel>, Error> {
    let numbers = [
        (Field::Phone, &card.phone),
        (Field::IdNumber, &card.id_number),
        (Field::Ref, &card.external_ref),
    ];
    let mut res = vec![];
    for (field, text) in numbers {
        let Some(text) = text.as_deref().and_then(|it| field.normal(it)) else { continue };
        let (key_id, mac) = keyring.index(field.code(), &text)?;
        res.push(entity::person_index::ActiveModel {
            district_id: Set(district),
            field: Set(field.code().to_owned()),
            mac: Set(mac.to_vec()),
            person_id: Set(person),
            key_id: Set(i32::try_from(key_id).unwrap_or(i32::MAX)),
        });
    }
    Ok(res)
}

/// The rows of a person anew, from a row as it is: sealed where it was plain, under the current key.
pub(crate) fn person_anew(
    keyring: &Keyring,
    row: &entity::person::Model,
) -> Result<(Sealed, Vec<entity::person_index::ActiveModel>), Error> {
    let (district, id) = (row.district_id, row.id);
    let card = card(keyring, row)?;
    let index = index_rows(keyring, district, id, &card)?;
    let place = person_place(district, id);
    let kept = of_columns((row.key_id, row.wrapped_key.clone(), row.sealed.clone()));
    let sealed = match kept {
        None => seal_card(keyring, district, id, &card)?,
        Some(kept) => match keyring.rewrap(&place, &kept.key)? {
            Some(key) => Sealed { key, ..kept },
            None => kept,
        },
    };
    Ok((sealed, index))
}

fn card(keyring: &Keyring, row: &entity::person::Model) -> Result<Card, Error> {
    match of_columns((row.key_id, row.wrapped_key.clone(), row.sealed.clone())) {
        Some(sealed) => {
            let value = keyring.open(&person_place(row.district_id, row.id), &sealed)?;
            serde_json::from_slice(&value)
                .map_err(|error| Error::corrupt("person", "sealed", row.id, error))
        }
        None => Ok(Card {
            name: row.name.clone(),
            phone: row.phone.clone(),
            id_number: row.id_number.clone(),
            address: row.address.clone(),
            external_ref: row.external_ref.clone(),
        }),
    }
}

/// A person's data; none where it was erased.
pub(crate) fn open_person(
    keyring: &Keyring,
    row: &entity::person::Model,
) -> Result<Option<PersonCard>, Error> {
    if row.erased_at.is_some() {
        return Ok(None);
    }
    let Card { name, phone, id_number, address, external_ref: _ } = card(keyring, row)?;
    Ok(Some(PersonCard { name, phone, id_number, address }))
}

/// A text, sealed with its salt where it belongs to an accusation.
pub(crate) fn text(
    keyring: &Keyring,
    district: Uuid,
    stream: Uuid,
    draft: TextDraft,
    is_sealed: bool,
) -> Result<entity::text::ActiveModel, Error> {
    let id = draft.id.0;
    let plain = entity::text::ActiveModel {
        district_id: Set(district),
        id: Set(id),
        stream_id: Set(stream),
        salt: Set(None),
        body: Set(None),
        erased_at: Set(None),
        key_id: Set(None),
        wrapped_key: Set(None),
        sealed: Set(None),
    };
    if !is_sealed {
        return Ok(entity::text::ActiveModel {
            salt: Set(Some(draft.salt.to_vec())),
            body: Set(Some(draft.body)),
            ..plain
        });
    }
    let sealed = seal_text(keyring, district, id, &draft.salt, &draft.body)?;
    let (key_id, wrapped_key, sealed) = columns(sealed);
    Ok(entity::text::ActiveModel {
        key_id: Set(key_id),
        wrapped_key: Set(wrapped_key),
        sealed: Set(sealed),
        ..plain
    })
}

/// A text's salt is sealed with it: with the digest in the event, a guess could be tried.
pub(crate) fn seal_text(
    keyring: &Keyring,
    district: Uuid,
    id: Uuid,
    salt: &[u8],
    body: &str,
) -> Result<Sealed, Error> {
    let value = Zeroizing::new([salt, body.as_bytes()].concat());
    keyring.seal(&text_place(district, id), &value)
}

/// The words of a text; none where it was erased.
pub(crate) fn open_text(
    keyring: &Keyring,
    district: Uuid,
    id: Uuid,
    body: Option<String>,
    kept: Columns,
) -> Result<Option<String>, Error> {
    let Some(sealed) = of_columns(kept) else { return Ok(body) };
    let value = keyring.open(&text_place(district, id), &sealed)?;
    let words = value.get(SALT_LEN..).map(<[u8]>::to_vec).map(String::from_utf8);
    match words {
        Some(Ok(words)) => Ok(Some(words)),
        Some(Err(error)) => Err(Error::corrupt("text", "sealed", id, error)),
        None => Err(Error::corrupt("text", "sealed", id, "it is too short")),
    }
}

/// A number by which a petitioner is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Field {
    Phone,
    IdNumber,
    Ref,
}

impl Field {
    pub(crate) const ALL: [Self; 3] = [Self::Phone, Self::IdNumber, Self::Ref];

    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::IdNumber => "id_number",
            Self::Ref => "ref",
        }
    }

    /// A number as it is compared: full-width digits narrowed, what only parts them left out, the
    /// country's own code too. None where nothing is left.
    pub(crate) fn normal(self, text: &str) -> Option<String> {
        let narrow = |it: char| match it {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(it) - 0xfee0).unwrap_or(it),
            other => other,
        };
        let text: String = text.trim().chars().map(narrow).collect();
        let res = match self {
            Self::Phone => {
                let digits: String = text.chars().filter(char::is_ascii_digit).collect();
                let abroad = digits.strip_prefix("0086").or(digits.strip_prefix("86"));
                abroad.filter(|it| it.len() == 11).unwrap_or(&digits).to_owned()
            }
            Self::IdNumber => text
                .chars()
                .filter(char::is_ascii_alphanumeric)
                .map(|it| it.to_ascii_uppercase())
                .collect(),
            Self::Ref => text,
        };
        (!res.is_empty()).then_some(res)
    }
}

/// Under what a number may stand in the index: as any kind of number, under any key.
pub(crate) fn sought(
    keyring: &Keyring,
    number: &str,
) -> Result<Vec<(&'static str, Digest)>, Error> {
    let mut res = vec![];
    for field in Field::ALL {
        let Some(text) = field.normal(number) else { continue };
        let macs = keyring.indexes(field.code(), &text)?;
        res.extend(macs.into_iter().map(|it| (field.code(), Digest(it))));
    }
    Ok(res)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_the_same_however_it_is_written() {
        for it in [
            "13812345678",
            "138 1234 5678",
            "+86 138-1234-5678",
            "008613812345678",
            "１３８１２３４５６７８",
        ] {
            assert_eq!(Field::Phone.normal(it).as_deref(), Some("13812345678"), "{it}");
        }
        for it in
            ["42030219900101123x", " 42030219900101123X", "４２０３０２１９９００１０１１２３Ｘ"]
        {
            assert_eq!(Field::IdNumber.normal(it).as_deref(), Some("42030219900101123X"), "{it}");
        }
        assert_eq!(Field::Phone.normal("没有"), None);
    }
}
