//! Petitions that no whistle was needed for: answered at their own level, declined with the route,
//! or only just come in.

use engine::petition::{AnswerKind, DeclineGround, LegalBar};

use crate::demo::{
    acts::{Outcome::Resolved, *},
    script::Script,
};

pub(super) fn tell(it: &mut Script) {
    answered(it);
    answered_at_the_street(it);
    declined(it);
    just_registered(it);
}

/// Answered and concluded by the district's centre with the competent unit.
fn answered(it: &mut Script) {
    let p = "n13-cage-policy";
    it.at("01-04 10:00", "kongld", register(p));
    it.at("01-09 09:00", "kongld", accept(p));
    it.at(
        "01-28 10:00",
        "kongld",
        answer(
            p,
            AnswerKind::Explained,
            "箱体按面积核定，存鱼另按验收登记；两户差额系箱体材质不同。附核定表复印件。",
            Resolved,
        ),
    );
    it.at("01-30 10:00", "kongld", conclude(p));
    let p = "n10-wages-shop";
    it.at("01-17 09:30", "ruanwy", register(p));
    it.at("01-17 15:00", "ruanwy", accept(p));
    it.at(
        "01-30 16:00",
        "ruanwy",
        answer(
            p,
            AnswerKind::Supported,
            "劳动监察责令支付，六人工资三万一千余元已于1月29日付清。",
            Resolved,
        ),
    );
    it.at("02-01 10:00", "ruanwy", conclude(p));
    let p = "n11-pothole";
    it.at("07-03 09:00", "tanxm", register(p));
    it.at("07-03 10:00", "tanxm", accept(p));
    it.at(
        "07-08 15:00",
        "tanxm",
        answer(p, AnswerKind::Supported, "该井为雨水井，已更换井座并补平沥青。", Resolved),
    );
    it.at("07-10 10:30", "tanxm", conclude(p));
    let p = "n09-school-suggestion";
    it.at("09-05 10:00", "kongld", register(p));
    it.at("09-09 09:00", "kongld", accept(p));
    it.at(
        "09-26 10:00",
        "kongld",
        answer(
            p,
            AnswerKind::Supported,
            "采纳建议：低年级错峰十五分钟放学，坡顶设护学岗，欢迎加入志愿者排班。",
            Resolved,
        ),
    );
    it.at("09-30 10:30", "kongld", conclude(p));
}

/// Handled by street centres, which the district sees and does not touch.
fn answered_at_the_street(it: &mut Script) {
    let p = "n08-property-mediated";
    it.at("05-29 10:00", "xianwz", register(p));
    it.at("05-30 09:00", "xianwz", accept(p));
    it.at("06-12 16:00", "xianwz", answer(p, AnswerKind::Supported, "经综治中心与司法所调解，物业公示三年公共收益并冲抵物业费，双方签订调解协议，清扫已恢复。", Resolved));
    it.at("06-14 10:00", "xianwz", conclude(p));
    let p = "n06-lamp-own-level";
    it.at("10-22 09:30", "xianwz", register(p));
    it.at("10-22 10:00", "xianwz", accept(p));
    it.at(
        "10-25 15:00",
        "xianwz",
        answer(p, AnswerKind::Supported, "施工单位已在质保期内更换庭院灯两盏。", Resolved),
    );
    it.at("10-28 10:00", "xianwz", conclude(p));
    // Answered, and to be concluded on the day that the demonstration begins.
    let p = "n12-gas-patrol";
    it.at("11-20 10:00", "mayl", register(p));
    it.at("11-22 10:00", "mayl", accept(p));
    it.at(
        "12-20 11:00",
        "mayl",
        answer(
            p,
            AnswerKind::Supported,
            "复查四家均已整改：气瓶移出后间，软管更换，报警器装齐。",
            Resolved,
        ),
    );
}

/// Not accepted: what a court decides, and what goes to discipline inspection alone.
fn declined(it: &mut Script) {
    let p = "n03-declined-litigation";
    it.at("04-23 10:00", "ruanwy", register_barred(p, LegalBar::Litigation));
    it.at("04-26 10:00", "ruanwy", decline(p, DeclineGround::LegalRoute, "该纠纷已由人民法院审理，请依诉讼程序主张权利；如担心财产转移，可向受理法院申请财产保全。"));
    let p = "n05-accusation-enforcement";
    it.at("10-16 10:00", "tanxm", register(p));
    it.at("10-17 09:30", "gezh", decline(p, DeclineGround::Discipline, "来信反映公职人员问题，已按管理权限密封移送区纪委监委，不转被反映单位；结果由纪检监察机关告知。"));
}

/// 已登记: to be accepted.
fn just_registered(it: &mut Script) {
    it.at("12-24 10:00", "ruanwy", register("n07-online-noise"));
    it.at("12-26 10:30", "kongld", register("n01-parking-registered"));
}
