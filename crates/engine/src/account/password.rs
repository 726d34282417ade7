//! Passwords: which may be one, and until when.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

use super::Rules;
use crate::{refusal::AccountRefusal, text::Lang};

/// The most characters of a password; more would only cost time to check.
pub const LONGEST: usize = 200;

/// Why a password may not be one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weakness {
    /// It has fewer characters than this, or more than [`LONGEST`].
    Length(u32),
    /// It mixes fewer classes of characters than this.
    Classes(u32),
    /// It holds the name that one signs in with.
    HoldsName,
    /// It is one of those that are tried first.
    Trivial,
    /// It is the present one, or one of so many before it.
    Used(u32),
}

impl Weakness {
    pub(crate) fn sentence(self, lang: Lang) -> String {
        match (self, lang) {
            (Self::Length(least), Lang::Zh) => format!("新密码应为 {least} 至 {LONGEST} 个字符"),
            (Self::Length(least), Lang::En) => {
                format!("a new password has {least} to {LONGEST} characters")
            }
            (Self::Classes(least), Lang::Zh) => {
                format!("新密码应含大写字母、小写字母、数字、其他字符中的至少 {least} 类")
            }
            (Self::Classes(least), Lang::En) => format!(
                "a new password holds at least {least} of: capitals, small letters, digits, others"
            ),
            (Self::HoldsName, Lang::Zh) => "新密码不得包含用户名".to_owned(),
            (Self::HoldsName, Lang::En) => {
                "a new password does not hold the name you sign in with".to_owned()
            }
            (Self::Trivial, Lang::Zh) => {
                "新密码过于常见, 容易被猜中; 请换一个没有规律的".to_owned()
            }
            (Self::Trivial, Lang::En) => {
                "this password is among the first that are tried; take one without a pattern"
                    .to_owned()
            }
            (Self::Used(n), Lang::Zh) => {
                format!("新密码不得与当前密码或最近 {n} 个用过的密码相同")
            }
            (Self::Used(n), Lang::En) => {
                format!("a new password is neither the present one nor one of the last {n}")
            }
        }
    }
}

/// Holds a new password against the rules. `used` says whether it is the present one or one of
/// those before it, which only their hashes tell.
///
/// # Errors
/// [`AccountRefusal::WeakPassword`] with the first that is wrong with it.
pub fn check(rules: &Rules, login: &str, password: &str, used: bool) -> Result<(), AccountRefusal> {
    let weak = |it| Err(AccountRefusal::WeakPassword(it));
    let length = password.chars().count();
    if length < usize::try_from(rules.password_min).unwrap_or(usize::MAX) || length > LONGEST {
        return weak(Weakness::Length(rules.password_min));
    }
    if classes(password) < rules.password_classes {
        return weak(Weakness::Classes(rules.password_classes));
    }
    let (low, name) = (password.to_lowercase(), login.to_lowercase());
    let reversed: String = name.chars().rev().collect();
    // A name of one or two characters stands in many a good password.
    if name.chars().count() >= 3 && (low.contains(&name) || low.contains(&reversed)) {
        return weak(Weakness::HoldsName);
    }
    if is_trivial(&low) {
        return weak(Weakness::Trivial);
    }
    if used {
        return weak(Weakness::Used(rules.password_history));
    }
    Ok(())
}

/// How many of the four classes of characters there are.
fn classes(password: &str) -> u32 {
    let class = |it: char| {
        if it.is_ascii_digit() {
            0
        } else if it.is_uppercase() {
            1
        } else if it.is_lowercase() {
            2
        } else {
            3
        }
    };
    let found: BTreeSet<u8> = password.chars().map(class).collect();
    u32::try_from(found.len()).unwrap_or(0)
}

/// Words of which one, with digits and signs around it, is the whole of many a password.
const STEMS: &[&str] = &[
    "abc",
    "abcd",
    "abcdef",
    "admin",
    "administrator",
    "asdf",
    "asdfgh",
    "changeme",
    "chuishao",
    "china",
    "default",
    "dragon",
    "guest",
    "hello",
    "iloveyou",
    "letmein",
    "login",
    "manager",
    "master",
    "monkey",
    "mima",
    "nihao",
    "password",
    "passw",
    "pass",
    "pwd",
    "qaz",
    "qazwsx",
    "qwe",
    "qweasd",
    "qwer",
    "qwert",
    "qwerty",
    "qwertyuiop",
    "root",
    "secret",
    "sunshine",
    "superman",
    "system",
    "test",
    "tester",
    "user",
    "welcome",
    "woaini",
    "woaizhongguo",
    "xinfang",
    "zhongguo",
    "zongzhi",
    "zxcvbn",
];

/// What stands side by side on a keyboard, in the alphabet or among the digits.
const ROWS: &[&str] =
    &["abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm"];

/// Whether a password, in small letters, is among the first that are tried.
fn is_trivial(password: &str) -> bool {
    let distinct: BTreeSet<char> = password.chars().collect();
    if distinct.len() < 5 {
        return true;
    }
    // p@ssw0rd is read as it is meant.
    let read: String = password
        .chars()
        .map(|it| match it {
            '@' | '4' => 'a',
            '0' => 'o',
            '1' | '!' => 'i',
            '3' => 'e',
            '5' | '$' => 's',
            '7' => 't',
            other => other,
        })
        .collect();
    let letters =
        |it: &str| -> String { it.chars().filter(|it| it.is_alphabetic()).collect::<String>() };
    let core = |it: &str| letters(it.trim_matches(|it: char| !it.is_alphabetic()));
    let stem = |it: &str| STEMS.contains(&it);
    if stem(&core(password)) || stem(&letters(password)) || stem(&core(&read)) {
        return true;
    }
    // Read as it is meant, the digits behind a word have become letters too.
    if STEMS.iter().any(|it| it.len() >= 6 && read.starts_with(it)) && distinct.len() < 12 {
        return true;
    }
    runs(password) * 2 > password.chars().count()
}

/// How many characters stand in runs of four or more along a row, forwards or backwards.
fn runs(password: &str) -> usize {
    let chars: Vec<char> = password.chars().collect();
    let beside = |one: char, other: char| {
        ROWS.iter().any(|row| {
            let pair = |a: char, b: char| row.contains(&format!("{a}{b}"));
            pair(one, other) || pair(other, one)
        })
    };
    let (mut res, mut run) = (0, 1);
    for pair in chars.windows(2) {
        if let [one, other] = pair
            && beside(*one, *other)
        {
            run += 1;
            continue;
        }
        res += if run >= 4 { run } else { 0 };
        run = 1;
    }
    res + if run >= 4 { run } else { 0 }
}

/// Whether a password has to be changed before anything else. One whose day nobody knows counts
/// from the next sign-in.
#[must_use]
pub fn is_expired(
    rules: &Rules,
    set_at: Option<DateTime<Utc>>,
    by_administrator: bool,
    now: DateTime<Utc>,
) -> bool {
    let lasts = TimeDelta::days(i64::from(rules.password_days));
    let old = rules.password_days > 0 && set_at.is_some_and(|it| now - it >= lasts);
    by_administrator || old
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weakness(password: &str) -> Option<Weakness> {
        match check(&Rules::default(), "zhangsan", password, false) {
            Err(AccountRefusal::WeakPassword(it)) => Some(it),
            Err(_) | Ok(()) => None,
        }
    }

    #[test]
    fn a_password_is_long_and_mixed() {
        assert_eq!(weakness("Ab3-x"), Some(Weakness::Length(10)));
        assert_eq!(weakness(&"aB3-".repeat(51)), Some(Weakness::Length(10)));
        assert_eq!(weakness("kettleforest"), Some(Weakness::Classes(3)));
        assert_eq!(weakness("kettle forest"), Some(Weakness::Classes(3)));
        assert_eq!(weakness("Kettle forest 7"), None);
        assert_eq!(weakness("茶壶在Forest里7"), None);
    }

    #[test]
    fn a_password_holds_no_name_and_is_not_among_the_first_that_are_tried() {
        assert_eq!(weakness("ZhangSan-2031"), Some(Weakness::HoldsName));
        assert_eq!(weakness("x.NASgnahz.9"), Some(Weakness::HoldsName));
        for it in [
            "Password-2026",
            "P@ssw0rd2026",
            "Admin12345!",
            "Chuishao-2019",
            "Qwertyuiop1!",
            "Abcdefgh123!",
            "Abc123456789",
            "Aa1!Aa1!Aa1!",
            "Woaini520!!",
            "987654321aB",
            "Zongzhi@2026",
        ] {
            assert_eq!(weakness(it), Some(Weakness::Trivial), "{it}");
        }
        for it in ["Tea-kettle 42 moons", "v9K!pl0w-Gate", "Passat-kombi-Reise7"] {
            assert_eq!(weakness(it), None, "{it}");
        }
    }

    #[test]
    fn a_password_that_was_used_does_not_come_back() {
        let used = check(&Rules::default(), "zhangsan", "Kettle forest 7", true);
        assert_eq!(used, Err(AccountRefusal::WeakPassword(Weakness::Used(5))));
    }

    #[test]
    fn a_password_expires_unless_the_centre_says_never() {
        let (rules, now) = (Rules::default(), DateTime::UNIX_EPOCH + TimeDelta::days(500));
        let ago = |days| Some(now - TimeDelta::days(days));
        assert!(!is_expired(&rules, ago(89), false, now));
        assert!(is_expired(&rules, ago(90), false, now));
        assert!(is_expired(&rules, ago(0), true, now));
        assert!(!is_expired(&rules, None, false, now));
        let never = Rules { password_days: 0, ..rules };
        assert!(!is_expired(&never, ago(400), false, now));
        assert!(is_expired(&never, ago(0), true, now));
    }
}
