//! September to December: heating before the cold, a lease that goes to court, a gully that goes up
//! to the district, water that is overdue.

use engine::{
    petition::{AnswerKind, LegalBar},
    whistle::{
        Rating,
        fact::{TerminationGround, VerifyMethod::Site},
    },
};

use crate::demo::{
    acts::{
        Outcome::{Resolved, Unresolved},
        *,
    },
    script::Script,
};

pub(super) fn tell(it: &mut Script) {
    works_heating(it);
    land_lease(it);
    gully_at_the_street(it);
    gully_at_the_district(it);
    water_shortage(it);
}

/// A unit is added, and an extension is asked for before the date and granted.
fn works_heating(it: &mut Script) {
    let (w, p) = ("w09", "d1-works-heating");
    it.at("09-03 09:20", "ruanwy", register(p));
    it.at("09-05 09:00", "ruanwy", accept(p));
    it.at("09-06 15:00", "gezh", difficult(p));
    let request = ask(
        &["d1-works-heating"],
        "厘清移交后供暖供水责任，落实改造资金，供暖季前完成六栋楼管网改造。",
    )
    .tried("街道协调厂方与接收单位五次，移交协议对供暖约定不明。");
    it.at("09-09 09:30", "tanxm", draft(w, request));
    it.at("09-09 10:00", "tanxm", submit(w));
    it.at("09-10 09:00", "gezh", endorse(w));
    it.on_paper("09-11 09:30", "ruanwy", issue(w), ("miaozq", "09-11 08:50"));
    it.each("09-11 09:40", 8, &["dangmz", "yingxm", "yuetx", "panghl", "quzm"], || acknowledge(w));
    it.all(
        "09-17 15:00",
        4,
        "tanxm",
        ["wengch", "gaofz", "ouyp", "xinyd", "sangwl"].map(|who| came(w, who)),
    );
    it.at(
        "09-18 09:00",
        "gezh",
        add_unit(w, "czj", "核定区级配套资金", "改造资金缺口须财政配套，增派区财政局。"),
    );
    it.at("09-18 09:25", "muyq", acknowledge(w));
    it.at("09-20 10:00", "tanxm", came(w, "shangzt"));
    it.at(
        "09-20 16:50",
        "tanxm",
        consult(
            w,
            "供暖未列入移交清单，改造费用四百一十万元。",
            "企业承担六成，接收单位三成，区级配套一成；先暖后算。",
            &[
                ("zjj", "组织施工与责任协议", "10-09"),
                ("qcgs", "企业资金到位", "09-30"),
                ("gsgs", "供水支管改造", "09-30"),
                ("gdgs", "换热站增容供电", "09-29"),
                ("hg", "入户协调", "09-27"),
                ("czj", "区级配套资金", "09-29"),
            ],
        ),
    );
    it.at("09-27 10:00", "quzm", assisted(w, "入户协调三百二十六户开墙打孔", "入户率百分之百"));
    it.at("09-29 10:00", "panghl", assisted(w, "换热站增容至六百三十千伏安", "通电正常"));
    it.at("09-29 11:00", "muyq", assisted(w, "安排区级配套资金四十一万元", "资金拨付到项目专户"));
    it.at(
        "09-29 15:00",
        "wengch",
        request_extension(w, 10, "国庆期间管沟停工三日，六栋楼试压须顺延。"),
    );
    it.at(
        "09-30 10:00",
        "gezh",
        rule_extension(w, "zjj", true, "供暖季为11月15日，同意延期十个工作日，务必在供暖前完成。"),
    );
    it.at(
        "09-30 15:00",
        "yingxm",
        assisted(w, "企业承担的改造资金二百四十六万元到位", "与接收单位签订补充移交协议"),
    );
    it.at("09-30 16:00", "yuetx", assisted(w, "更换给水支管一千二百米", "打压合格，恢复供水"));
    it.at("10-11 10:00", "dangmz", progress(w, "六栋楼立管更换完成四栋，换热站调试完成。"));
    it.at(
        "10-21 15:00",
        "wengch",
        reply(
            w,
            [
                "三百二十六户代表、移交双方单位",
                "更换立管与换热机组，签订供暖责任协议",
                "六栋楼试压试暖合格，维修责任和电话上墙公示",
            ],
        ),
    );
    it.at(
        "10-22 15:00",
        "kongld",
        verify(
            w,
            Site,
            "到三栋九户测温，试暖室温十八至二十度。",
            &[("d1-works-heating", Resolved)],
        ),
    );
    it.at("10-24 09:30", "kongld", rate(w, p, Rating::Satisfied));
    it.at("10-24 09:40", "kongld", rate(w, CALLER, Rating::Satisfied));
    it.at("10-25 10:00", "ruanwy", close(w));
    it.at("10-29 10:00", "ruanwy", answer(p, AnswerKind::Supported, "六栋楼管网改造完成并试暖合格，今后供暖维修由接收单位负责。如不服本意见，可在三十日内申请复查。", Resolved));
    it.at("11-01 10:00", "ruanwy", conclude(p));
}

/// 终止办理: what a court decides, nobody whistles over.
fn land_lease(it: &mut Script) {
    let (w, p) = ("w19", "p19-land-lease");
    it.at("09-17 09:40", "ruanwy", register(p));
    it.at("09-18 09:00", "ruanwy", accept(p));
    let request = ask(&["p19-land-lease"], "核实流转合同效力和果树价值，促成到期交还或续租协议。")
        .tried("村调解两次未成，双方锁路断水。");
    it.at("09-23 09:30", "kongld", draft(w, request));
    it.at("09-23 10:00", "kongld", submit(w));
    it.at("09-24 09:20", "gezh", issue(w));
    it.each("09-24 09:30", 10, &["luanby", "xiongbs", "gouxy", "qibr"], || acknowledge(w));
    it.all("09-26 10:00", 4, "kongld", ["xuqz", "duxl", "quyt", "sulm"].map(|who| came(w, who)));
    it.at(
        "09-27 16:30",
        "tanxm",
        consult(
            w,
            "合同十年期满；优先续租条款约定不明。",
            "先复通水电路，委托评估果树，再行调解。",
            &[
                ("nyj", "果树评估与调解", "10-12"),
                ("sfj", "合同法律意见", "10-10"),
                ("zrj", "地类核查", "10-10"),
                ("bl", "复通水路", "09-30"),
            ],
        ),
    );
    it.at("09-30 10:00", "qibr", assisted(w, "村组协调复通道路和抽水", "双方恢复正常生产"));
    it.at(
        "10-08 15:00",
        "xiongbs",
        assisted(w, "出具合同法律意见", "优先权以同等条件为限，价格应协商"),
    );
    it.at("10-09 10:00", "gouxy", assisted(w, "核查地类", "全部为园地"));
    it.at(
        "10-10 10:00",
        "tanxm",
        barred(p, LegalBar::Litigation, "合作社已向区人民法院起诉请求确认续租权，法院已立案。"),
    );
    it.at(
        "10-11 10:00",
        "gezh",
        terminate(
            w,
            TerminationGround::LegalRoute,
            "当事人已就同一事项提起诉讼，终止办理，告知双方依诉讼程序主张权利。",
        ),
    );
    it.at(
        "10-15 10:00",
        "ruanwy",
        answer(
            p,
            AnswerKind::Explained,
            "本事项已由人民法院立案受理，请依诉讼程序主张权利；镇司法所可提供法律援助指引。",
            Unresolved("由人民法院裁判"),
        ),
    );
    it.at("10-18 10:00", "ruanwy", conclude(p));
}

/// A street centre blows, and cannot go on alone: 升级吹哨.
fn gully_at_the_street(it: &mut Script) {
    let (w, p) = ("w12", "d8-illegal-gully");
    it.at("10-09 10:00", "youqh", register(p));
    it.at("10-10 09:00", "youqh", accept(p));
    it.at("10-11 15:00", "bucs", difficult(p));
    let request =
        ask(&["d8-illegal-gully"], "查清排洪沟上二十余处违建的审批和用地来源，拆除阻水部分。")
            .tried("街道组织拆除两次，拆三处后受阻。");
    it.at("10-14 09:30", "youqh", draft(w, request));
    it.at("10-14 10:00", "youqh", submit(w));
    it.at("10-15 09:00", "bucs", issue(w));
    it.each("10-15 09:10", 8, &["yindc", "gouxy", "yuanzk", "shuyt", "dutk"], || acknowledge(w));
    // The lead sends its office head where a deputy was asked for.
    it.all(
        "10-17 10:00",
        4,
        "youqh",
        ["yindc", "baisq", "zhenqf", "jingzy", "zongmh"].map(|who| came(w, who)),
    );
    it.at(
        "10-18 16:30",
        "youqh",
        consult(
            w,
            "违建二十三处，其中八处有旧收费凭据，四处位于企业划拨地。",
            "先拆阻水部分，再分类处置。",
            &[
                ("cgj", "立案查处", "10-29"),
                ("zrj", "用地来源核查", "10-25"),
                ("slj", "行洪影响评估", "10-25"),
                ("yjj", "强降雨转移预案", "10-22"),
                ("hj", "逐户告知", "10-22"),
            ],
        ),
    );
    it.at("10-22 10:00", "shuyt", assisted(w, "制定低洼户转移预案", "十六户转移路线明确"));
    it.at("10-22 11:00", "dutk", assisted(w, "逐户送达告知书", "二十三户签收二十一户"));
    it.at("10-25 10:00", "yuanzk", assisted(w, "完成行洪影响评估", "七处严重阻水"));
    it.at(
        "10-25 15:00",
        "gouxy",
        assisted(w, "核查用地来源", "四处涉及企业划拨地，超出街道协调权限"),
    );
    it.at(
        "10-28 10:00",
        "bucs",
        escalate(
            w,
            "w13",
            "涉及企业划拨地和历史收费凭据，须区级统筹执法与补偿，街道已无协调手段。",
        ),
    );
}

/// The same at the district: the first mending is not passed, the second is late and waits to be
/// verified.
fn gully_at_the_district(it: &mut Script) {
    let (w, p) = ("w13", "d8-illegal-gully");
    let request = ask(
        &["d8-illegal-gully"],
        "区级统筹查处二十三处违建，先行打通七处阻水点，明确历史凭据处理办法。",
    )
    .tried("街道吹哨办理十个工作日，完成评估与核查，执法与补偿无法推进。")
    .level("hard")
    .because("街道已按重点吹哨办理未果，直接按疑难由区级统筹");
    it.at("10-29 09:30", "tanxm", amend(w, request));
    it.at("10-29 10:00", "tanxm", submit(w));
    it.at("10-30 09:00", "gezh", endorse(w));
    it.at("10-31 09:30", "miaozq", issue(w));
    it.each("10-31 09:40", 8, &["yindc", "gouxy", "yuanzk", "shuyt", "dutk"], || acknowledge(w));
    it.all(
        "11-05 09:30",
        4,
        "tanxm",
        ["huangfuy", "quyt", "zhenqf", "jingzy", "zongmh"].map(|who| came(w, who)),
    );
    it.at(
        "11-07 16:30",
        "tanxm",
        consult(
            w,
            "七处严重阻水须先拆；八处有凭据者按成本价补助；四处由企业自拆。",
            "十一月打通主沟，年底前完成其余处置。",
            &[
                ("cgj", "组织拆除", "11-21"),
                ("zrj", "划拨地处置意见", "11-15"),
                ("slj", "清淤方案", "11-15"),
                ("yjj", "施工安全监管", "11-12"),
                ("hj", "腾退协议", "11-20"),
            ],
        ),
    );
    it.at("11-12 10:00", "shuyt", assisted(w, "审查拆除安全方案", "方案通过，派员驻场"));
    it.at("11-14 15:00", "yuanzk", assisted(w, "编制清淤方案并落实机械", "清淤四百米"));
    it.at("11-15 10:00", "gouxy", assisted(w, "提出划拨地处置意见", "企业同意自拆四处"));
    it.at(
        "11-15 15:00",
        "huangfuy",
        request_extension(w, 10, "三户提出听证，依法须告知和组织听证。"),
    );
    it.at(
        "11-18 10:00",
        "gezh",
        rule_extension(w, "cgj", true, "听证为法定程序，同意延期十个工作日。"),
    );
    it.at("11-20 10:00", "dutk", assisted(w, "签订腾退协议", "二十三户签订十九户"));
    it.at("11-25 10:00", "bucs", extend_answer(p, "违建处置涉及听证和分批拆除，依规延长三十日。"));
    it.at(
        "12-04 15:00",
        "huangfuy",
        reply(w, ["二十三户代表、企业、社区", "拆除阻水违建五处，清淤四百米", "主沟基本打通"]),
    );
    it.at(
        "12-06 10:00",
        "kongld",
        not_passed(w, Site, "七处阻水点尚有两处未拆，桥涵下仍有预制板，不予通过。"),
    );
    it.at(
        "12-26 15:00",
        "huangfuy",
        reply(
            w,
            [
                "剩余两户及社区",
                "完成听证，拆除剩余两处阻水点并清运",
                "七处阻水点全部打通，其余十六处按计划处置",
            ],
        ),
    );
}

/// The lead is late to come and late to answer, and still owes its reply.
fn water_shortage(it: &mut Script) {
    let (w, p) = ("w15", "p15-water-shortage");
    it.at("11-12 10:00", "kongld", register(p));
    it.at("11-14 09:00", "kongld", accept(p));
    let request = ask(
        &["p15-water-shortage"],
        "明确白马山村六组、七组供水管理单位，建加压站前落实应急送水。",
    )
    .tried("镇政府协调水利部门和供水公司两次，双方对管理边界认识不一。");
    it.at("11-18 09:30", "ruanwy", draft(w, request));
    it.at("11-18 10:00", "ruanwy", submit(w));
    it.at("11-19 09:30", "yuanms", issue(w));
    it.each("11-19 10:10", 30, &["yuetx", "muyq", "qibr"], || acknowledge(w));
    it.all("11-21 15:00", 4, "ruanwy", ["ouyp", "shangzt", "sulm"].map(|who| came(w, who)));
    it.at("11-22 11:00", "yuanzk", acknowledge(w));
    it.at("11-25 10:00", "ruanwy", came(w, "zhenqf"));
    it.at("11-25 15:00", "qibr", assisted(w, "组织送水车每日两趟", "六组七组老人户有人送水到家"));
    it.at("11-25 16:00", "yuetx", assisted(w, "测试管网末端水压", "高差五十二米，须建加压站"));
    it.at("11-26 10:00", "muyq", assisted(w, "提出农村饮水资金使用意见", "可列支加压站建设资金"));
    it.at("12-03 10:00", "yuanzk", progress(w, "已完成加压站选址，用地和产权移交仍在商谈。"));
    it.at("12-17 16:00", "yuanzk", progress(w, "用地已落实，设备询价中，预计一月中旬施工。"));
}
