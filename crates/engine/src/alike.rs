//! How like two texts are: by pairs of neighbouring letters, which need no dictionary of words.

use std::collections::{BTreeMap, BTreeSet};

/// A pair of neighbouring letters within a run.
type Pair = (char, char);

/// Runs of letters and digits, in lower case; what stands between them joins nothing.
#[must_use]
pub fn runs(text: &str) -> Vec<Vec<char>> {
    text.split(|it: char| !it.is_alphanumeric())
        .map(|it| it.chars().flat_map(char::to_lowercase).collect::<Vec<_>>())
        .filter(|it| !it.is_empty())
        .collect()
}

fn pairs(runs: &[Vec<char>]) -> BTreeSet<Pair> {
    let of = |it: &Vec<char>| it.windows(2).map(|it| (it[0], it[1])).collect::<Vec<_>>();
    runs.iter().flat_map(of).collect()
}

/// A text that others are held against, taken apart once.
#[derive(Debug, Clone)]
pub struct Reading {
    pairs: BTreeSet<Pair>,
    whole: String,
}

impl Reading {
    /// Takes a text apart.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let runs = runs(text);
        let whole: Vec<String> = runs.iter().map(|it| it.iter().collect()).collect();
        Self { pairs: pairs(&runs), whole: whole.join(" ") }
    }

    /// How many of all pairs of two texts are in both, in per cent (Dice).
    #[must_use]
    pub fn alike(&self, other: &Self) -> u8 {
        let both = self.pairs.intersection(&other.pairs).count();
        percent(2 * both, self.pairs.len() + other.pairs.len())
    }

    /// The phrases of `text` that this text holds, too: each as long as it can be, of two letters at
    /// least, none twice, in their order.
    #[must_use]
    pub fn common(&self, text: &str) -> Vec<String> {
        let mut res: Vec<String> = vec![];
        for run in runs(text) {
            let mut at = 0;
            while at + 2 <= run.len() {
                if !self.pairs.contains(&(run[at], run[at + 1])) {
                    at += 1;
                    continue;
                }
                let mut end = at + 2;
                let mut phrase: String = run[at..end].iter().collect();
                while let Some(next) = run.get(end) {
                    let longer = format!("{phrase}{next}");
                    if !self.whole.contains(&longer) {
                        break;
                    }
                    phrase = longer;
                    end += 1;
                }
                if !res.contains(&phrase) {
                    res.push(phrase);
                }
                at = end - 1;
            }
        }
        res
    }
}

/// The share of `part` in `whole`, in whole per cent, rounded down; of nothing it is nothing.
fn percent(part: usize, whole: usize) -> u8 {
    let share = (part * 100).checked_div(whole).unwrap_or(0);
    u8::try_from(share.min(100)).unwrap_or(100)
}

/// How telling the pairs of many texts are: a pair that stands in all of them tells nothing apart.
#[derive(Debug, Clone)]
pub struct Weights {
    n_texts: usize,
    in_texts: BTreeMap<Pair, usize>,
}

impl Weights {
    /// Counts in how many of the texts each pair stands.
    pub fn of<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut in_texts: BTreeMap<Pair, usize> = BTreeMap::new();
        let mut n_texts = 0;
        for it in texts {
            n_texts += 1;
            for pair in pairs(&runs(it)) {
                *in_texts.entry(pair).or_default() += 1;
            }
        }
        Self { n_texts, in_texts }
    }

    /// How much of what is telling in `text` the other text holds, in per cent.
    #[must_use]
    pub fn share(&self, reading: &Reading, text: &str) -> u8 {
        // A hundred for a pair that is in one text alone, and none for one that is in all of many.
        let weight = |it: &Pair| {
            let n = self.in_texts.get(it).copied().unwrap_or(1).max(1);
            if self.n_texts <= 1 { 100 } else { (self.n_texts - n) * 100 / (self.n_texts - 1) }
        };
        let (mut held, mut all) = (0, 0);
        for it in pairs(&runs(text)) {
            let weight = weight(&it);
            all += weight;
            if reading.pairs.contains(&it) {
                held += weight;
            }
        }
        percent(held, all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_in_common_are_as_long_as_they_can_be() {
        let reading = Reading::of("工地拖欠农民工工资，已三个月。");
        assert_eq!(reading.common("拖欠农民工工资"), ["拖欠农民工工资"]);
        assert_eq!(reading.common("拖欠工资"), ["拖欠", "工资"]);
        assert!(reading.common("路灯故障").is_empty());
        assert!(reading.common("月工").is_empty(), "what stands apart is not together");
    }

    #[test]
    fn a_text_is_wholly_like_itself_and_not_at_all_like_nothing() {
        let (one, other) = (Reading::of("路灯不亮"), Reading::of("燃气泄漏"));
        assert_eq!(one.alike(&one), 100);
        assert_eq!(one.alike(&other), 0);
        assert_eq!(one.alike(&Reading::of("路灯")), 50);
        assert_eq!(Reading::of("").alike(&Reading::of("")), 0);
    }

    #[test]
    fn what_stands_in_every_text_tells_nothing_apart() {
        let weights = Weights::of(["噪声问题", "油烟问题", "路灯问题"]);
        let reading = Reading::of("这个问题");
        assert_eq!(weights.share(&reading, "噪声问题"), 0);
        assert!(weights.share(&Reading::of("噪声很大"), "噪声问题") > 0);
    }
}
