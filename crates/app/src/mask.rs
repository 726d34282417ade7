//! Personal data as it is shown without a reason: enough to recognise, too little to use.

/// A name: its first character.
#[must_use]
pub fn name(name: &str) -> String {
    let mut chars = name.chars();
    match chars.next() {
        Some(first) => format!("{first}{}", "*".repeat(chars.count().clamp(1, 3))),
        None => String::new(),
    }
}

/// A number: its first three and last two digits, where there are enough others to hide.
#[must_use]
pub fn number(number: &str) -> String {
    let chars: Vec<char> = number.chars().collect();
    if chars.len() < 9 {
        return "*".repeat(chars.len());
    }
    let head: String = chars.iter().take(3).collect();
    let tail: String = chars.iter().skip(chars.len() - 2).collect();
    format!("{head}{}{tail}", "*".repeat(chars.len() - 5))
}

/// An address: where it begins, which is a province, a city or a township.
#[must_use]
pub fn address(address: &str) -> String {
    let shown = (address.chars().count() / 3).min(6);
    let head: String = address.chars().take(shown).collect();
    format!("{head}***")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_masked_name_and_number_hide_what_matters() {
        assert_eq!(name("王小明"), "王**");
        assert_eq!(number("19900001234"), "199******34");
        assert_eq!(number("12345"), "*****");
        assert_eq!(number("42030219900101123X"), "420*************3X");
        assert_eq!(address("湖北省十堰市张湾区红卫街道某小区3栋2单元"), "湖北省十堰市***");
        assert_eq!(address("3栋2"), "3***");
    }
}
