//! A suggestion in sentences, in two languages.

use super::{Because, LeftOut, Outcome, Raised, Rejected, Why};
use crate::{lists::Lists, text::Lang, whistle::Rung};

impl Why {
    /// In a sentence.
    #[must_use]
    pub fn sentence(&self, lang: Lang) -> String {
        match (self, lang) {
            (Self::Chosen, Lang::Zh) => "由您选定".to_owned(),
            (Self::Chosen, Lang::En) => "you chose it".to_owned(),
            (Self::Registered, Lang::Zh) => "诉求登记时即归入本事项".to_owned(),
            (Self::Registered, Lang::En) => "the petition was registered as this matter".to_owned(),
            (Self::Class { class }, Lang::Zh) => {
                format!("信访分类对照：“{class}”对应本事项")
            }
            (Self::Class { class }, Lang::En) => {
                format!("the class \"{class}\" stands for this matter")
            }
            (Self::Words { common, share }, Lang::Zh) => {
                let common: Vec<String> = common.iter().map(|it| format!("“{it}”")).collect();
                format!("诉求中出现{}，与事项名称或情形描述字面相近 {share}%", common.join("、"))
            }
            (Self::Words { common, share }, Lang::En) => {
                format!(
                    "the petition says {}; {share} % like the row's name or condition",
                    common.join(", ")
                )
            }
        }
    }
}

impl Rejected {
    /// In a sentence.
    #[must_use]
    pub fn sentence(&self, lang: Lang) -> String {
        match (self, lang) {
            (Self::Expired { until }, Lang::Zh) => format!("本行已于 {until} 后失效"),
            (Self::Expired { until }, Lang::En) => format!("the row ended after {until}"),
            (Self::NotBlown { pair }, Lang::Zh) => {
                format!("吹哨发起清单中，本中心不能发起“{pair}”；可升级或上报")
            }
            (Self::NotBlown { pair }, Lang::En) => {
                format!("this centre may not blow \"{pair}\"; escalate or refer it up")
            }
            (Self::Weaker, Lang::Zh) => "依据弱于所建议的事项".to_owned(),
            (Self::Weaker, Lang::En) => "less speaks for it than for the row suggested".to_owned(),
        }
    }
}

impl Because {
    /// In a sentence.
    #[must_use]
    pub fn sentence(&self, lang: Lang) -> String {
        match (self, lang) {
            (Self::Row, Lang::Zh) => "吹哨事项清单所列".to_owned(),
            (Self::Row, Lang::En) => "named by the row".to_owned(),
            (Self::Heir { of }, Lang::Zh) => format!("承接清单所列单位（{of}）的职责"),
            (Self::Heir { of }, Lang::En) => format!("took over from the unit named, {of}"),
            (Self::Place, Lang::Zh) => "清单未列牵头单位，由事发地牵头".to_owned(),
            (Self::Place, Lang::En) => "the row names no lead; the place leads".to_owned(),
        }
    }
}

impl LeftOut {
    /// In a sentence.
    #[must_use]
    pub fn sentence(&self, lang: Lang) -> &'static str {
        match (self, lang) {
            (Self::Unknown, Lang::Zh) => "没有这个单位，请修改清单",
            (Self::Unknown, Lang::En) => "there is no such unit; mend the list",
            (Self::Closed, Lang::Zh) => "单位已撤销且无承接单位",
            (Self::Closed, Lang::En) => "it is closed and nobody took over",
            (Self::NotCallable, Lang::Zh) => "不在本中心可召集单位范围内",
            (Self::NotCallable, Lang::En) => "this centre may not call units of its kind",
            (Self::Shut, Lang::Zh) => "应当回避",
            (Self::Shut, Lang::En) => "it must not be told of this petition",
            (Self::Twice, Lang::Zh) => "承接单位已在召集之列",
            (Self::Twice, Lang::En) => "it is called already",
        }
    }
}

impl Raised {
    /// In a sentence.
    #[must_use]
    pub fn sentence(&self, lists: &Lists, lang: Lang) -> String {
        let from = lists.pair(&self.from.0, &self.from.1);
        let nth = self.nth;
        match lang {
            Lang::Zh => format!("同一诉求第 {nth} 次吹哨，由“{from}”升级"),
            Lang::En => format!("whistle no. {nth} over this petition raises it from \"{from}\""),
        }
    }
}

impl Outcome {
    /// What was ruled, in words.
    #[must_use]
    pub fn sentence(self, lang: Lang) -> &'static str {
        let (zh, en) = match self {
            Self::Granted => ("同意退单", "return granted"),
            Self::Refused => ("驳回退单", "return refused"),
            Self::Designated { rung: Rung::Meeting } => ("会商指定", "designated by a meeting"),
            Self::Designated { rung: Rung::Superior } => ("共同上级指定", "designated from above"),
            Self::Designated { rung: Rung::Conference } => {
                ("联席会议指定", "designated by the joint conference")
            }
            Self::Kept { rung: Rung::Meeting } => ("会商维持原单位", "kept by a meeting"),
            Self::Kept { rung: Rung::Superior } => ("共同上级维持原单位", "kept from above"),
            Self::Kept { rung: Rung::Conference } => {
                ("联席会议维持原单位", "kept by the joint conference")
            }
        };
        match lang {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }
}
