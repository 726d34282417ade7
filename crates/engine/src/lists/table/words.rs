//! The words of coded cells: which there are, and what each stands for.

use std::str::FromStr;

use strum::IntoEnumIterator;

use crate::{
    actor::{Rank, Role},
    calendar::LimitUnit,
    clock::Step,
    directory::{Directory, Tier, Unit, UnitKind},
    file::FileKind,
    lists::{Consequence, Hours, KindCode, LevelCode, Lists, Wrong},
    petition::Procedure,
    supervision::Paper,
};

/// A set of words that a cell chooses of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WordSet {
    /// 哨种, as this version has them.
    Kind,
    /// 等级, as this version has them.
    Level,
    /// 单位.
    Unit,
    /// 单位类别.
    UnitKind,
    /// 岗位.
    Role,
    /// 职级.
    Rank,
    /// 层级.
    Tier,
    /// 环节.
    Step,
    /// 逾期后果.
    Consequence,
    /// 时限单位.
    LimitUnit,
    /// 附件种类.
    FileKind,
    /// 程序.
    Procedure,
    /// 时段.
    Hours,
    /// 督办文书.
    Paper,
    /// 事项编码, as this version has them.
    Matter,
    /// 权责清单编码, as this version has them.
    Power,
}

/// A closed set of the engine, as a cell writes it.
pub(super) trait Word: Copy + PartialEq + FromStr + IntoEnumIterator {
    fn zh(self) -> &'static str;
}

macro_rules! words {
    ($($name:ty;)*) => {$(
        impl Word for $name {
            fn zh(self) -> &'static str {
                <$name>::zh(self)
            }
        }
    )*};
}

words! {
    UnitKind; Role; Rank; Tier; Step; Consequence; LimitUnit; FileKind; Procedure; Hours;
    Paper;
}

fn all<W: Word>() -> Vec<String> {
    W::iter().map(|it| it.zh().to_owned()).collect()
}

/// The word or code that a cell says, or why it is none.
pub(super) fn word<W: Word>(value: &str) -> Result<W, Wrong> {
    let said = W::iter().find(|it| it.zh() == value).or_else(|| W::from_str(value).ok());
    said.ok_or_else(|| Wrong::NotOneOf { value: value.to_owned(), words: all::<W>() })
}

/// What the words of a version stand for: its kinds and levels, and the units of the district.
#[derive(Debug, Clone, Copy)]
pub struct Words<'a> {
    /// The version.
    pub lists: &'a Lists,
    /// The units.
    pub directory: &'a Directory,
}

impl Words<'_> {
    /// The words that a cell of a set chooses of.
    #[must_use]
    pub fn of(&self, set: WordSet) -> Vec<String> {
        match set {
            WordSet::Kind => self.lists.kinds.iter().map(|it| it.name.clone()).collect(),
            WordSet::Level => self.lists.levels.iter().map(|it| it.name.clone()).collect(),
            WordSet::Unit => {
                let open = self.directory.units().filter(|it| !it.closed);
                open.map(|it| self.unit_word(it)).collect()
            }
            WordSet::UnitKind => all::<UnitKind>(),
            WordSet::Role => all::<Role>(),
            WordSet::Rank => all::<Rank>(),
            WordSet::Tier => all::<Tier>(),
            WordSet::Step => all::<Step>(),
            WordSet::Consequence => all::<Consequence>(),
            WordSet::LimitUnit => all::<LimitUnit>(),
            WordSet::FileKind => all::<FileKind>(),
            WordSet::Procedure => all::<Procedure>(),
            WordSet::Hours => all::<Hours>(),
            WordSet::Paper => all::<Paper>(),
            WordSet::Matter => self.lists.matters.rows.iter().map(|it| it.code.0.clone()).collect(),
            WordSet::Power => self.lists.powers.iter().map(|it| it.code.0.clone()).collect(),
        }
    }

    pub(super) fn kind(&self, code: &KindCode) -> String {
        self.lists.kind(code).map_or_else(|| code.0.clone(), |it| it.name.clone())
    }

    pub(super) fn level(&self, code: &LevelCode) -> String {
        self.lists.level(code).map_or_else(|| code.0.clone(), |it| it.name.clone())
    }

    /// A unit by what people call it, where that names one unit; by its code otherwise.
    pub(super) fn unit(&self, code: &str) -> String {
        self.directory.by_code(code).map_or_else(|| code.to_owned(), |it| self.unit_word(it))
    }

    fn unit_word(&self, unit: &Unit) -> String {
        let [short, full] = [&unit.short_name, &unit.name];
        let only = |word: &&String| {
            !word.contains(SEPARATORS) && self.named(word).is_ok_and(|it| it == unit.code)
        };
        [short, full].into_iter().find(only).unwrap_or(&unit.code).clone()
    }

    /// The code of the unit that a cell names: by code, short name or full name. An open unit goes
    /// before a closed one of the same name. A code that names none is kept: that it does not
    /// exist is found where the rows are checked, together with what else is wrong.
    pub(super) fn named(&self, value: &str) -> Result<String, Wrong> {
        if self.directory.by_code(value).is_some() {
            return Ok(value.to_owned());
        }
        let is_it = |it: &&Unit| it.short_name == value || it.name == value;
        let all: Vec<&Unit> = self.directory.units().filter(is_it).collect();
        let open: Vec<&Unit> = all.iter().copied().filter(|it| !it.closed).collect();
        match (open.as_slice(), all.as_slice()) {
            ([one], _) | ([], [one]) => Ok(one.code.clone()),
            ([], []) => Ok(value.to_owned()),
            (_, _) => Err(Wrong::Ambiguous { value: value.to_owned() }),
        }
    }

    pub(super) fn kind_code(&self, value: &str) -> Result<KindCode, Wrong> {
        let named = self.lists.kinds.iter().find(|it| it.name == value || it.code.0 == value);
        named.map(|it| it.code.clone()).ok_or_else(|| Wrong::NotOneOf {
            value: value.to_owned(),
            words: self.of(WordSet::Kind),
        })
    }

    pub(super) fn level_code(&self, value: &str) -> Result<LevelCode, Wrong> {
        let named = self.lists.levels.iter().find(|it| it.name == value || it.code.0 == value);
        named.map(|it| it.code.clone()).ok_or_else(|| Wrong::NotOneOf {
            value: value.to_owned(),
            words: self.of(WordSet::Level),
        })
    }
}

/// What parts several words in one cell, as people write it.
pub(super) const SEPARATORS: [char; 7] = ['、', ',', '，', ';', '；', '\n', '\r'];

/// A cell without what people leave in it by accident: blanks around it, characters of no width,
/// and full-width letters and digits.
#[must_use]
pub fn tidy(cell: &str) -> String {
    let narrow = |it: char| match it {
        '\u{3000}' | '\u{a0}' => ' ',
        '\u{ff01}'..='\u{ff5e}'
            if it.is_alphanumeric() || matches!(it, '．' | '－' | '／' | '：') =>
        {
            u32::from(it).checked_sub(0xfee0).and_then(char::from_u32).unwrap_or(it)
        }
        it => it,
    };
    let seen = |it: &char| !matches!(it, '\u{200b}'..='\u{200d}' | '\u{feff}');
    let text: String = cell.chars().filter(seen).map(narrow).collect();
    text.trim().to_owned()
}
