//! 一案一档: one case as pages to be printed and filed, from values that somebody else looked up.
//!
//! What may be read was decided before it came here. Every page says who took it out and when, and
//! each act stands with its ordinal and digest, so that a page can be held against the record.

mod words;

use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value, context, value::Serde};
use serde::Serialize;
use thiserror::Error;

pub use words::{act, field, value};

/// The frame of every page.
const PAGE: &str = include_str!("../templates/dossier.html");

/// A case with its whistles.
#[derive(Debug, Clone, Serialize)]
pub struct Dossier {
    /// The district.
    pub district: String,
    /// How the case is called: 登记号 or 编号.
    pub number: String,
    /// Its title.
    pub title: String,
    /// Who took it out.
    pub by: String,
    /// Of which unit.
    pub unit: String,
    /// When, in Beijing.
    pub at: String,
    /// The petition or whistle itself first, then what belongs to it.
    pub parts: Vec<Part>,
    /// What happened, in the order of time.
    pub acts: Vec<Act>,
    /// What is attached, in the order in which it came.
    pub attachments: Vec<Attachment>,
}

/// A petition or a whistle as it stands.
#[derive(Debug, Clone, Serialize)]
pub struct Part {
    /// Its id.
    pub id: String,
    /// 诉求 or 哨单, with its number.
    pub heading: String,
    /// What it is, a label and a value each.
    pub rows: Vec<(String, String)>,
}

/// Something that happened.
#[derive(Debug, Clone, Serialize)]
pub struct Act {
    /// On what, by the heading of its part.
    pub on: String,
    /// The id of that part.
    pub stream: String,
    /// Its ordinal there.
    pub version: u32,
    /// When, in Beijing.
    pub at: String,
    /// What, by its code.
    pub kind: String,
    /// What, in words.
    pub name: String,
    /// Who recorded it, and for whom.
    pub by: String,
    /// What it says, a label and a value each.
    pub rows: Vec<(String, String)>,
    /// The digest of its exact bytes.
    pub hash: String,
}

/// A file that belongs to the case.
#[derive(Debug, Clone, Serialize)]
pub struct Attachment {
    /// Its name in the folder; none where it was not taken out: it is opened only with a reason, or
    /// its content was erased.
    pub file: Option<String>,
    /// The name that it was handed in with; shown, never trusted.
    pub name: String,
    /// Its size in bytes.
    pub size: u64,
    /// The SHA-256 digest of its content.
    pub sha256: String,
}

/// A page that could not be written: a fault of the program.
#[derive(Debug, Error)]
#[error("a page of the dossier cannot be written")]
pub struct DossierError(#[from] minijinja::Error);

/// The pages: file name, title, and the acts that they show. The last shows all.
const PAGES: [(&str, &str, &[&str]); 9] = [
    (
        "01-registration.html",
        "登记表",
        &[
            "registered",
            "accepted",
            "declined",
            "duplicate_linked",
            "recognised_difficult",
            "legal_bar_set",
            "extended",
            "answered",
            "concluded",
            "reopened",
        ],
    ),
    (
        "02-whistles.html",
        "哨单",
        &[
            "drafted",
            "amended",
            "submitted",
            "endorsed",
            "sent_back",
            "issued",
            "ratified",
            "petition_attached",
            "petition_detached",
            "unit_added",
            "unit_released",
            "lead_changed",
            "whistled",
            "blown_again",
            "escalated",
            "withdrawn",
            "terminated",
        ],
    ),
    ("03-responses.html", "签收与报到", &["acknowledged", "reported_in", "absence_recorded"]),
    (
        "04-returns.html",
        "退单、裁定与指定",
        &["return_requested", "return_ruled", "dispute_opened", "dispute_climbed", "designated"],
    ),
    ("05-minutes.html", "会商纪要", &["consulted"]),
    (
        "06-replies.html",
        "办理反馈与延期",
        &[
            "progressed",
            "replied",
            "extension_requested",
            "extension_ruled",
            "reworked",
            "hold_requested",
            "hold_refused",
            "held_long_term",
            "resumed",
        ],
    ),
    ("07-verification.html", "核查、评价与办结", &["verified", "rated", "closed", "whistle_ended"]),
    ("08-supervision.html", "督办与逾期", &["lapsed", "supervised"]),
    ("09-timeline.html", "办理经过", &[]),
];

/// The pages of a case: file name and HTML, the index first.
///
/// # Errors
/// Where a template is broken; a test writes every page.
pub fn pages(it: &Dossier) -> Result<Vec<(&'static str, String)>, DossierError> {
    let mut environment = Environment::empty();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.add_template("page", PAGE)?;
    let page = environment.get_template("page")?;
    let contents: Vec<(&str, &str, usize)> =
        PAGES.iter().map(|(file, title, kinds)| (*file, *title, of(it, kinds).len())).collect();
    let index = page.render(context! {
        it => Serde(it), title => "案卷目录",
        contents => Serde(&contents), parts => Serde(&it.parts),
        acts => Vec::<Value>::new(), n_attachments => it.attachments.len(), index => true,
    })?;
    let mut res = vec![("index.html", index)];
    for (file, title, kinds) in PAGES {
        let acts = of(it, kinds);
        // The form shows the case as it stands, the sheets each whistle.
        let parts: Vec<&Part> = match file {
            "01-registration.html" => {
                it.parts.iter().filter(|it| it.id.starts_with("pet_")).collect()
            }
            "02-whistles.html" => it.parts.iter().filter(|it| it.id.starts_with("whi_")).collect(),
            _ => vec![],
        };
        let text = page.render(context! {
            it => Serde(it), title => title, contents => Vec::<Value>::new(),
            parts => Serde(&parts), acts => Serde(&acts),
            n_attachments => 0, index => false,
        })?;
        res.push((file, text));
    }
    Ok(res)
}

fn of<'a>(it: &'a Dossier, kinds: &[&str]) -> Vec<&'a Act> {
    it.acts.iter().filter(|it| kinds.is_empty() || kinds.contains(&it.kind.as_str())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dossier() -> Dossier {
        let act = Act {
            on: "诉求 SQ2026-1".into(),
            stream: "pet_1".into(),
            version: 1,
            at: "2026-03-02 09:00".into(),
            kind: "registered".into(),
            name: act("registered").into(),
            by: "李某（区综治中心）".into(),
            rows: vec![(field("title").into(), "<b>路灯</b> & \"不亮\"".into())],
            hash: "00".into(),
        };
        let rows = vec![("标题".into(), "<script>".into())];
        Dossier {
            district: "某区".into(),
            number: "SQ2026-1".into(),
            title: "路灯不亮".into(),
            by: "王某".into(),
            unit: "区综治中心".into(),
            at: "2026-03-03 10:00".into(),
            parts: vec![Part { id: "pet_1".into(), heading: "诉求 SQ2026-1".into(), rows }],
            acts: vec![act],
            attachments: vec![],
        }
    }

    #[test]
    fn every_page_says_who_took_it_out_and_lets_no_text_become_markup() {
        let pages = pages(&dossier()).unwrap();
        assert_eq!(pages.len(), PAGES.len() + 1);
        for (file, html) in &pages {
            assert!(html.contains("王某") && html.contains("2026-03-03 10:00"), "{file}");
            assert!(html.contains("A4") && html.contains("lang=\"zh-CN\""), "{file}");
            assert!(!html.contains("<script") && !html.contains("<b>路灯"), "{file}");
        }
        assert!(pages[1].1.contains("&lt;b&gt;路灯"));
        assert!(pages[3].1.contains("无"), "a page without acts says so");
    }

    #[test]
    fn no_act_stands_on_two_pages() {
        let mut all: Vec<&str> = PAGES.iter().flat_map(|(_, _, kinds)| *kinds).copied().collect();
        let n = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), n);
    }
}
