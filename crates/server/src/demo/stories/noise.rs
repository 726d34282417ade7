//! Smoke and noise of a night market: three whistles on one petition, of which the third raises the
//! level; and a neighbour's message that is a repeat.

use engine::{
    petition::AnswerKind,
    whistle::{Rating, fact::VerifyMethod::Site},
};

use crate::demo::{
    acts::{
        Outcome::{Partial, Resolved},
        *,
    },
    script::Script,
};

const P: &str = "p06-night-noise";

pub(super) fn tell(it: &mut Script) {
    first(it);
    neighbour(it);
    second(it);
    third(it);
}

/// Closed with a remainder, and a petitioner who is not content.
fn first(it: &mut Script) {
    let w = "w06";
    it.at("05-14 09:10", "tanxm", register(P));
    it.at("05-14 10:00", "tanxm", accept(P));
    let request =
        ask(&["p06-night-noise"], "联合整治占道烧烤、油烟直排和深夜噪声，明确长效看守责任。")
            .tried("社区劝导三次，城管夜巡两次，收而复摆。");
    it.at("05-20 10:00", "ruanwy", draft(w, request));
    it.at("05-20 10:30", "ruanwy", submit(w));
    it.at("05-21 09:30", "yuanms", issue(w));
    it.each("05-21 10:00", 20, &["yindc", "shenzc", "yuxq", "gantd", "dongyz"], || acknowledge(w));
    // The police send a constable where a section head was asked for.
    it.all(
        "05-22 15:30",
        4,
        "ruanwy",
        ["huangfuy", "shenzc", "yuxq", "gantd", "yaoqs"].map(|who| came(w, who)),
    );
    it.at(
        "05-24 10:00",
        "yuanms",
        release(w, "scj", "八家店证照齐全，本次不涉及登记许可，释放市场监管局。"),
    );
    it.at(
        "05-27 10:00",
        "shenzc",
        assisted(w, "对八家店油烟排放口现场检测", "两家超标，已下达限期安装净化器通知"),
    );
    it.at("05-27 15:00", "gantd", assisted(w, "夜间出警劝阻喧哗四次", "零时后噪声警情下降"));
    it.at("05-27 16:00", "dongyz", assisted(w, "与八家店签订门前三包承诺", "社区建立夜间值守群"));
    it.at(
        "05-28 15:00",
        "yindc",
        reply(
            w,
            [
                "楼栋居民代表与八家店主",
                "清理占道摊点，划定退路入店界线，连续七晚值守",
                "占道经营已清理，两家净化器待装",
            ],
        ),
    );
    it.at(
        "05-29 22:10",
        "tanxm",
        verify(
            w,
            Site,
            "夜间到场：占道已清，两家仍直排油烟。",
            &[("p06-night-noise", Partial("两家店油烟净化器未安装，夜间偶有反弹"))],
        ),
    );
    it.at("05-30 10:00", "tanxm", dissatisfied(w, P, "油烟还是进屋，不满意", false));
    it.at("05-30 10:10", "tanxm", rate(w, CALLER, Rating::BasicallySatisfied));
    it.at("05-31 10:00", "ruanwy", close(w));
    it.at(
        "06-04 10:00",
        "tanxm",
        answer(
            P,
            AnswerKind::Explained,
            "占道烧烤已清理，两家店正在限期安装油烟净化器，逾期将依法处罚。",
            Partial("净化器安装"),
        ),
    );
    it.at("06-10 10:00", "tanxm", conclude(P));
}

/// 重复件.
fn neighbour(it: &mut Script) {
    it.at("05-22 09:00", "kongld", register("n04-noise-duplicate"));
    it.at("05-22 15:00", "kongld", duplicate("n04-noise-duplicate", P));
}

/// The lead holds that smoke is not its duty any more, and is absent: another leads.
fn second(it: &mut Script) {
    let w = "w07";
    it.at(
        "07-02 10:00",
        "tanxm",
        reopen(P, "反映人来电：净化器装而不开，入夏后每晚营业至两点，要求继续办理。"),
    );
    it.at("07-03 09:30", "ruanwy", blow_again("w06", w));
    let request =
        ask(&["p06-night-noise"], "督促净化器正常运行，查处超标排放和夜间噪声，提出夜市疏导方案。")
            .tried("第一次吹哨后占道已清，油烟问题未根治。")
            .level("key")
            .calls("hbfj", &["cgj", "scj", "gafj", "cc"])
            .because("第一次吹哨后问题转为油烟超标，改由环保分局牵头，并提高等级");
    it.at("07-03 10:00", "ruanwy", amend(w, request));
    it.at("07-03 10:20", "ruanwy", submit(w));
    it.at("07-04 09:00", "gezh", issue(w));
    it.each("07-04 09:10", 10, &["yindc", "yuxq", "gantd", "dongyz"], || acknowledge(w));
    it.at("07-04 15:00", "shenzc", acknowledge(w));
    it.all(
        "07-08 09:30",
        4,
        "ruanwy",
        ["huangfuy", "shaodh", "qinfq", "yaoqs"].map(|who| came(w, who)),
    );
    it.at(
        "07-09 16:30",
        "ruanwy",
        absent(w, "hbfj", "两次电话通知，答复称餐饮油烟监管职责已划转，未派人到会。"),
    );
    // At 17:30 the limit passes; the director owes a remedy within a working day.
    it.at(
        "07-10 10:00",
        "gezh",
        change_lead(
            w,
            "cgj",
            "餐饮油烟监管已随综合执法改革划转，改由城管执法局牵头，环保分局协助检测。",
        ),
    );
    it.at("07-11 09:40", "ruanwy", came(w, "kuangyj"));
    it.at(
        "07-11 17:00",
        "tanxm",
        consult(
            w,
            "净化器已装七台、运行四台；超标两家；夜间噪声集中在零时至两时。",
            "油烟在线监控，限时营业至零时，违者联合处罚。",
            &[
                ("cgj", "限时营业与处罚", "07-17"),
                ("hbfj", "油烟检测", "07-16"),
                ("scj", "食品经营许可核查", "07-16"),
                ("gafj", "噪声警情处置", "07-16"),
                ("cc", "夜间值守", "07-16"),
            ],
        ),
    );
    it.at("07-15 10:00", "yuxq", assisted(w, "核查八家店食品经营许可", "一家超范围经营已责令改正"));
    it.at("07-15 15:00", "shenzc", assisted(w, "对八家店油烟复测", "七家达标，一家限期更换滤芯"));
    it.at("07-16 10:00", "gantd", assisted(w, "零时后巡逻，处置噪声警情三起", "警情下降七成"));
    it.at("07-16 11:00", "dongyz", assisted(w, "街道社区联合值守十晚", "零时前全部收摊"));
    it.at(
        "07-17 15:00",
        "huangfuy",
        reply(
            w,
            [
                "楼栋居民代表、店主、社区",
                "签订限时营业承诺，处罚两家，安装油烟在线监控六台",
                "零时后无营业，油烟达标",
            ],
        ),
    );
    it.at(
        "07-18 22:30",
        "tanxm",
        verify(w, Site, "夜间到场，零时前收摊，现场无明显油烟。", &[("p06-night-noise", Resolved)]),
    );
    it.at("07-19 09:30", "tanxm", rate(w, P, Rating::BasicallySatisfied));
    it.at("07-19 09:40", "tanxm", rate(w, CALLER, Rating::Satisfied));
    it.at("07-19 16:30", "ruanwy", close(w));
    it.at(
        "07-22 10:00",
        "tanxm",
        answer(P, AnswerKind::Supported, "夜市限时营业至零时，油烟净化设施在线监控。", Resolved),
    );
    it.at("07-26 10:00", "tanxm", conclude(P));
}

/// The third whistle on one petition: from 重点 to 疑难, for a leader to issue.
fn third(it: &mut Script) {
    let w = "w08";
    it.at(
        "09-09 09:20",
        "tanxm",
        reopen(P, "反映人再次来电：八月底起在线监控断线，两家重新占道，要求根治。"),
    );
    it.at("09-09 10:00", "ruanwy", blow_again("w07", w));
    let request = ask(
        &["p06-night-noise"],
        "由分管领导牵头定夺夜市去留，提出疏导点选址和退市方案，一次根治。",
    )
    .tried("两次吹哨，整治后反弹。")
    .level("key")
    .calls("cgj", &["hbfj", "scj", "gafj", "cc"])
    .because("两次吹哨后反弹，不再按一般办理");
    it.at("09-09 15:00", "ruanwy", amend(w, request));
    it.at("09-09 15:30", "ruanwy", submit(w));
    it.at("09-10 09:30", "yuanms", endorse(w));
    it.at("09-11 09:00", "chuyb", issue(w));
    it.each("09-11 09:10", 8, &["yindc", "shenzc", "yuxq", "gantd", "dongyz"], || acknowledge(w));
    it.all(
        "09-17 09:30",
        4,
        "ruanwy",
        ["huangfuy", "kuangyj", "shaodh", "qinfq", "yaoqs"].map(|who| came(w, who)),
    );
    it.at(
        "09-18 16:30",
        "tanxm",
        consult(
            w,
            "岩洞沟不具备夜市条件，八家店中五家愿迁。",
            "三公里外停车场设疏导点，五家迁入，三家改堂食，原址安装隔离设施。",
            &[
                ("cgj", "疏导点建设与搬迁", "09-25"),
                ("hbfj", "疏导点油烟设施验收", "09-24"),
                ("scj", "经营许可变更", "09-24"),
                ("gafj", "原址夜间巡逻", "09-24"),
                ("cc", "商户协议签订", "09-23"),
            ],
        ),
    );
    it.at(
        "09-23 15:00",
        "dongyz",
        assisted(w, "与八家店逐一签订迁移或改堂食协议", "八份协议全部签订"),
    );
    it.at("09-24 10:00", "shenzc", assisted(w, "验收疏导点油烟净化设施", "设施达标"));
    it.at("09-24 10:40", "yuxq", assisted(w, "现场办理许可变更", "五家许可变更完成"));
    it.at("09-24 16:00", "gantd", assisted(w, "原址夜巡七晚", "无占道回流"));
    it.at(
        "09-25 15:00",
        "huangfuy",
        reply(
            w,
            [
                "楼栋居民代表、八家店主",
                "建成疏导点，五家迁入、三家改堂食，原址设隔离桩",
                "原址夜市取消",
            ],
        ),
    );
    it.at(
        "09-26 21:40",
        "kongld",
        verify(
            w,
            Site,
            "夜间两次到场，原址无摊点，疏导点正常营业。",
            &[("p06-night-noise", Resolved)],
        ),
    );
    it.at("09-27 09:30", "kongld", rate(w, P, Rating::Satisfied));
    it.at("09-27 09:40", "kongld", rate(w, CALLER, Rating::Satisfied));
    it.at("09-27 16:30", "ruanwy", close(w));
    it.at(
        "09-29 10:00",
        "tanxm",
        answer(P, AnswerKind::Supported, "夜市已整体迁至疏导点，原址不再设摊。", Resolved),
    );
    it.at("09-30 10:00", "tanxm", conclude(P));
}
