//! December: what is open when the demonstration begins.

use crate::demo::{acts::*, script::Script};

pub(super) fn tell(it: &mut Script) {
    school_gate(it);
    heating_outage(it);
    a_draft(it);
    under_review(it);
}

/// Due on the day that the demonstration begins, and not yet answered.
fn school_gate(it: &mut Script) {
    let (w, p) = ("w20", "p20-school-gate");
    it.at("12-05 09:30", "tanxm", register(p));
    it.at("12-06 09:00", "tanxm", accept(p));
    let request =
        ask(&["p20-school-gate"], "上下学时段货车限行、摊贩集中安置、食品抽检，期末前现场落实。")
            .tried("学校与社区劝离摊贩多次，无执法权。")
            .tasks(&[
                ("jyj", "牵头制定护学方案"),
                ("gafj", "设置限时禁行标志"),
                ("cgj", "摊贩疏导"),
                ("scj", "食品抽检"),
                ("hw", "安置点选址"),
            ]);
    it.at("12-19 09:30", "ruanwy", draft(w, request));
    it.at("12-19 10:00", "ruanwy", submit(w));
    it.at("12-20 09:30", "yuanms", issue(w));
    it.each("12-20 10:00", 25, &["huosm", "gantd", "yindc", "yuxq", "tielc"], || acknowledge(w));
    it.all("12-24 10:00", 4, "ruanwy", ["zhanjt", "qinfq", "yuxq", "helx"].map(|who| came(w, who)));
    it.at("12-25 10:00", "yindc", progress(w, "已劝离十二个摊位，疏导点选址待街道确认。"));
    it.at(
        "12-26 10:30",
        "gantd",
        assisted(w, "设置货车限时禁行标志两处，早晚高峰设护学岗", "标志启用，货车不再穿行"),
    );
    it.at("12-26 16:00", "huosm", progress(w, "护学方案征求意见中，已排定志愿者轮值表。"));
}

/// Issued ten minutes before the offices close, and acknowledged by nobody: at 09:20 next morning,
/// twenty minutes after the demonstration begins, that is overdue.
fn heating_outage(it: &mut Script) {
    let (w, p) = ("w21", "p21-heating-outage");
    it.at("12-23 09:10", "kongld", register(p));
    it.at("12-24 09:00", "kongld", accept(p));
    let request = ask(&["p21-heating-outage"], "立即抢修换热站，对高龄和有婴儿家庭落实临时取暖。")
        .tried("街道联系厂方与接收单位，循环泵配件迟迟不到。")
        .level("key")
        .because("抢修换热站，不涉及移交责任和资金；已有临时取暖办法，按重点办理即可");
    it.at("12-26 14:50", "tanxm", draft(w, request));
    it.at("12-26 15:10", "tanxm", submit(w));
    it.at("12-26 17:20", "gezh", issue(w));
}

/// 草拟: not submitted yet, and no issuing action.
fn a_draft(it: &mut Script) {
    let p = "n14-water-accepted";
    it.at("12-12 10:00", "ruanwy", register(p));
    it.at("12-16 09:00", "ruanwy", accept(p));
    let request = ask(&["n14-water-accepted"], "组织水表检定，明确检定费用承担和水费退还办法。")
        .tried("社区联系供水公司两次，对检定费用由谁垫付未谈拢。");
    it.at("12-25 16:00", "ruanwy", draft("draft-1", request));
}

/// 待审: submitted, and the director owes the review.
fn under_review(it: &mut Script) {
    let p = "n02-insurance-accepted";
    it.at("12-10 09:40", "kongld", register(p));
    it.at("12-12 09:00", "kongld", accept(p));
    let request =
        ask(&["n02-insurance-accepted"], "与代扣银行对账，核实2014、2015两年缴费，补记年限。")
            .tried("经办窗口与银行各查一次，凭证须到市行调取。")
            .level("key")
            .calls("rsj", &["zwzx"])
            .because("只核对代扣缴费凭证，医保和主管部门暂不召集，按重点办理即可");
    it.at("12-26 10:00", "kongld", draft("draft-2", request));
    it.at("12-26 16:30", "kongld", submit("draft-2"));
}
