//! What the lists refer to: the taxonomy of petitions, and the catalogue of powers and duties.

use std::{
    collections::{BTreeSet, HashMap},
    ops::Deref,
    sync::Arc,
};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Faults, Lists, MatterCode, PowerCode, Sheet, Wrong};
use crate::directory::{Directory, Tier};

/// A class of the taxonomy that petitions are sorted by (信访分类).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Class {
    /// 一级、二级、三级分类: from the widest to the narrowest.
    pub path: Vec<String>,
    /// The matter that a petition of this class may be whistled as.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub matter: Option<MatterCode>,
}

impl Class {
    /// By what it is known: 城乡建设/安全生产/安全隐患.
    #[must_use]
    pub fn key(&self) -> String {
        self.path.join("/")
    }
}

/// An item of the catalogue of powers and duties (权责清单).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Power {
    /// 项目编码.
    pub code: PowerCode,
    /// 层级: whose catalogue it is in.
    pub tier: Tier,
    /// 权力类型.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub category: String,
    /// 项目名称.
    pub name: String,
    /// 子项.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub item: String,
    /// 实施依据.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub basis: String,
    /// 责任事项.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub duty: String,
    /// 追责情形.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub accountability: String,
    /// 实施单位, by unit code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
}

/// Rows of a reference, shared by the versions that have the same: a catalogue has thousands, and
/// most versions leave it as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference<T>(Arc<Vec<T>>);

impl<T> Default for Reference<T> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<T> From<Vec<T>> for Reference<T> {
    fn from(rows: Vec<T>) -> Self {
        Self(Arc::new(rows))
    }
}

impl<T> Deref for Reference<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T> Reference<T> {
    /// Whether it has no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<T: PartialEq> Reference<T> {
    /// Holds the rows of `other` where they are the same.
    pub fn share(&mut self, other: &Self) {
        if self.0 == other.0 {
            self.0 = other.0.clone();
        }
    }
}

impl<T: Serialize> Serialize for Reference<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.as_slice().serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Reference<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::deserialize(deserializer).map(Self::from)
    }
}

impl Lists {
    /// The class with this path.
    #[must_use]
    pub fn class(&self, key: &str) -> Option<&Class> {
        // A key is as long as its names with a stroke between them; the others are not written out.
        let length = |it: &Class| it.path.iter().map(|it| it.len() + 1).sum::<usize>();
        self.classes.iter().find(|it| length(it) == key.len() + 1 && it.key() == key)
    }

    /// The class, or the nearest one above it, that stands for a matter.
    pub(crate) fn nearest_mapped(&self, key: &str) -> Option<&Class> {
        let mut key = key;
        loop {
            if let Some(it) = self.class(key).filter(|it| it.matter.is_some()) {
                return Some(it);
            }
            key = key.rsplit_once('/')?.0;
        }
    }

    /// The item of the catalogue with this code.
    #[must_use]
    pub fn power(&self, code: &PowerCode) -> Option<&Power> {
        self.powers.iter().find(|it| it.code == *code)
    }
}

/// What offices and other systems call the classes of a taxonomy.
#[derive(Debug)]
pub struct ClassNames<'a> {
    whole: HashMap<String, &'a Class>,
    /// None where several classes end in the name.
    last: HashMap<String, Option<&'a Class>>,
}

impl<'a> ClassNames<'a> {
    /// Of a taxonomy.
    #[must_use]
    pub fn of(classes: &'a [Class]) -> Self {
        let mut res = Self { whole: HashMap::new(), last: HashMap::new() };
        for it in classes {
            res.whole.entry(letters(&it.path.concat())).or_insert(it);
            let last = it.path.last().map(|it| letters(it)).unwrap_or_default();
            res.last.entry(last).and_modify(|it| *it = None).or_insert(Some(it));
        }
        res
    }

    /// The class that is called so: by its whole path, however that is parted, or by its last name
    /// where only one class has it.
    #[must_use]
    pub fn get(&self, said: &str) -> Option<&'a Class> {
        let said = Some(letters(said)).filter(|it| !it.is_empty())?;
        let whole = self.whole.get(&said).copied();
        whole.or_else(|| self.last.get(&said).copied().flatten())
    }
}

/// A name without what parts or adorns it.
fn letters(name: &str) -> String {
    name.chars().filter(|it| it.is_alphanumeric()).collect()
}

pub(super) fn check(lists: &Lists, directory: Option<&Directory>, faults: &mut Faults) {
    let matters: BTreeSet<&MatterCode> = lists.matters.rows.iter().map(|it| &it.code).collect();
    let mut seen = BTreeSet::new();
    for it in lists.classes.iter() {
        let key = it.key();
        if it.path.is_empty() || it.path.iter().any(String::is_empty) {
            faults.add(Sheet::Classes, &key, "first", Wrong::Missing);
        }
        if let Some(matter) = it.matter.as_ref().filter(|it| !matters.contains(it)) {
            let wrong = Wrong::Unknown { value: matter.0.clone() };
            faults.add(Sheet::Classes, &key, "matter", wrong);
        }
        if !seen.insert(key.clone()) {
            faults.add(Sheet::Classes, &key, "first", Wrong::Twice);
        }
    }
    let mut codes = BTreeSet::new();
    for it in lists.powers.iter() {
        let key = &it.code.0;
        if !codes.insert(&it.code) {
            faults.add(Sheet::Powers, key, "code", Wrong::Twice);
        }
        if let (Some(unit), Some(directory)) = (&it.unit, directory)
            && directory.by_code(unit).is_none()
        {
            faults.add(Sheet::Powers, key, "unit", Wrong::no_unit(unit, directory));
        }
    }
    // Before a centre has brought its catalogue, codes are what the row says.
    if !lists.powers.is_empty() {
        for it in &lists.matters.rows {
            for code in it.powers.iter().filter(|it| !codes.contains(it)) {
                let wrong = Wrong::Unknown { value: code.0.clone() };
                faults.add(Sheet::Matters, &it.code.0, "powers", wrong);
            }
        }
    }
}
