//! June to September: a road damage withdrawn, a forest boundary on hold, a leak done again, wages
//! by instalments, a parking matter that goes to another bureau.

use engine::{
    petition::AnswerKind,
    whistle::{
        Rating,
        assignment::ReturnGround,
        fact::VerifyMethod::{Documents, Phone, Site},
    },
};

use crate::demo::{
    acts::{Outcome::Resolved, *},
    script::Script,
};

pub(super) fn tell(it: &mut Script) {
    road_damage(it);
    forest_boundary(it);
    property_leak(it);
    wages_by_instalments(it);
    parking(it);
}

/// 撤哨: the repair had begun before anybody needed to come.
fn road_damage(it: &mut Script) {
    let (w, p) = ("w11", "p11-road-damage");
    it.at("06-26 08:50", "tanxm", register(p));
    it.at("06-26 09:10", "tanxm", accept(p));
    it.at(
        "06-26 10:00",
        "tanxm",
        draft(w, ask(&["p11-road-damage"], "封边限重、抢修垮塌路肩，恢复双向通行。")),
    );
    it.at("06-26 10:10", "tanxm", submit(w));
    it.at("06-26 11:00", "yuanms", issue(w));
    it.each("06-26 11:20", 15, &["niepw", "shuyt"], || acknowledge(w));
    it.at(
        "06-27 16:00",
        "yuanms",
        withdraw(w, "市公路养护应急队已于27日上午进场抢修，预计三日内通车，无需再召集，撤回本哨。"),
    );
    it.at(
        "07-05 10:00",
        "tanxm",
        answer(
            p,
            AnswerKind::Supported,
            "垮塌路肩已由养护应急队修复，6月30日恢复双向通行，全线加固列入下半年计划。",
            Resolved,
        ),
    );
    it.at("07-10 10:00", "tanxm", conclude(p));
}

/// 挂账: archives of another county are needed; reviewed twice, and still on hold.
fn forest_boundary(it: &mut Script) {
    let (w, p) = ("w10", "d7-forest-boundary");
    it.at("06-18 10:00", "kongld", register(p));
    it.at("06-19 09:00", "kongld", accept(p));
    it.at("06-24 15:00", "gezh", difficult(p));
    let request = ask(
        &["d7-forest-boundary"],
        "现场踏勘争议山林，查明权属凭证，处理前维持现状，提出调处意见。",
    )
    .tried("乡村两级调解六次，凭证四至重叠，无法认定。")
    .level("hard")
    .because("六次调解未果且凭证重叠，直接按疑难办理");
    it.at("07-01 09:30", "kongld", draft(w, request));
    it.at("07-01 10:00", "kongld", submit(w));
    it.at("07-01 16:00", "gezh", endorse(w));
    it.at("07-02 09:00", "chuyb", issue(w));
    it.each("07-02 09:10", 10, &["gouxy", "luanby", "xiongbs", "lengqw"], || acknowledge(w));
    it.all("07-08 10:00", 4, "kongld", ["quyt", "xuqz", "duxl", "tengyb"].map(|who| came(w, who)));
    it.at(
        "07-10 17:00",
        "tanxm",
        consult(
            w,
            "“大石包”有两处，相距四百米；1983年底档不在本区。",
            "封山维持现状，跨县区调取底档，专业机构测绘。",
            &[
                ("zrj", "测绘与权属调查", "07-23"),
                ("nyj", "林改勾图资料", "07-19"),
                ("sfj", "调处法律意见", "07-16"),
                ("xg", "稳控与界桩管护", "07-17"),
            ],
        ),
    );
    it.at(
        "07-16 15:00",
        "xiongbs",
        assisted(w, "出具山林权属调处法律意见", "凭证重叠部分须以1983年底档为准"),
    );
    it.at(
        "07-17 10:00",
        "lengqw",
        assisted(w, "两村签订维持现状承诺", "争议区无人砍伐，界桩有人值守"),
    );
    it.at("07-18 15:00", "luanby", assisted(w, "提供林改勾图与宗地资料", "两图重叠三百八十亩"));
    it.at(
        "07-19 10:00",
        "quyt",
        request_hold(w, "1983年底档存于邻县档案馆，正在整理数字化，预计明年上半年可调阅。"),
    );
    it.at(
        "07-22 10:00",
        "chuyb",
        hold(
            w,
            "公益林补助专户封存；乡政府每月走访两村；自然资源局每月赴邻县档案馆核对。",
            "2020-06-30",
            "09-18",
        ),
    );
    it.at(
        "09-17 15:00",
        "chuyb",
        hold(
            w,
            "复核：现状维持良好，补助专户已封存；继续挂账，由司法局同步组织两村代表协商分成方案。",
            "2020-06-30",
            "11-14",
        ),
    );
    it.at("11-13 16:00", "chuyb", hold(w, "复核：邻县档案馆已完成六成，协商形成初步分成意向；继续挂账，下次复核前取得底档影印件。", "2020-06-30", "2020-01-10"));
}

/// 退回重办: the first mending did not outlast the first rain.
fn property_leak(it: &mut Script) {
    let (w, p) = ("w14", "p14-property-leak");
    it.at("07-23 09:20", "ruanwy", register(p));
    it.at("07-24 09:00", "ruanwy", accept(p));
    let request = ask(&["p14-property-leak"], "打通维修资金应急使用程序，彻底维修屋面，落实质保。")
        .tried("社区、物业协调四次，维修资金程序反复退件。");
    it.at("07-29 09:30", "tanxm", draft(w, request));
    it.at("07-29 10:00", "tanxm", submit(w));
    it.at("07-30 09:30", "gezh", issue(w));
    it.each("07-30 10:10", 30, &["dangmz", "tielc"], || acknowledge(w));
    it.all("08-01 10:00", 5, "tanxm", ["jishy", "helx"].map(|who| came(w, who)));
    it.at("08-05 15:00", "tielc", assisted(w, "组织二十四户补签应急使用申请", "申请材料一次通过"));
    it.at(
        "08-06 11:00",
        "jishy",
        reply(w, ["2栋业主代表、物业公司", "启动维修资金应急使用，铺设防水卷材", "屋面维修完成"]),
    );
    it.at(
        "08-07 10:00",
        "kongld",
        verify(
            w,
            Documents,
            "查阅施工验收单与照片，资料齐全。",
            &[("p14-property-leak", Resolved)],
        ),
    );
    it.at(
        "08-08 09:40",
        "kongld",
        dissatisfied(w, p, "昨夜下雨两户又漏，附有视频，接缝没有处理", true),
    );
    it.at(
        "08-13 10:30",
        "wengch",
        reply(
            w,
            [
                "2栋业主代表、维修队负责人",
                "更换施工队，铲除旧层，重做防水和落水口，闭水试验四十八小时",
                "闭水试验无渗漏，质保五年",
            ],
        ),
    );
    it.at(
        "08-15 09:30",
        "ruanwy",
        verify(w, Site, "雨后到顶楼四户查看，无渗漏。", &[("p14-property-leak", Resolved)]),
    );
    it.at("08-16 09:30", "ruanwy", rate(w, p, Rating::Satisfied));
    it.at("08-16 09:40", "ruanwy", rate(w, CALLER, Rating::Satisfied));
    it.at("08-19 10:00", "tanxm", close(w));
    it.at(
        "08-20 10:00",
        "ruanwy",
        answer(
            p,
            AnswerKind::Supported,
            "屋面已重做防水并通过闭水试验，质保五年。如不服本意见，可在三十日内申请复查。",
            Resolved,
        ),
    );
    it.at("08-23 10:00", "ruanwy", conclude(p));
}

/// An assist is late, says why, and holds nobody up.
fn wages_by_instalments(it: &mut Script) {
    let (w, p) = ("w16", "d6-wages-instalment");
    it.at("08-06 09:10", "kongld", register(p));
    it.at("08-07 09:00", "kongld", accept(p));
    it.at("08-08 10:00", "gezh", difficult(p));
    let request =
        ask(&["d6-wages-instalment"], "三方对账，核定三十八人欠薪，落实付款主体、时间和担保。")
            .tried("劳动监察两次约谈，三方账目矛盾，分期承诺未履行。");
    it.at("08-12 09:30", "ruanwy", draft(w, request));
    it.at("08-12 10:00", "ruanwy", submit(w));
    it.at("08-13 09:20", "gezh", issue(w));
    it.each("08-13 09:30", 8, &["yinlp", "dangmz", "gantd", "jianxh", "qibr"], || acknowledge(w));
    it.all(
        "08-15 09:30",
        4,
        "kongld",
        ["loujd", "wengch", "qinfq", "pankw", "sulm"].map(|who| came(w, who)),
    );
    it.at(
        "08-16 16:30",
        "tanxm",
        consult(
            w,
            "经三方对账，欠薪五十九万二千元，总包承担连带责任。",
            "分两期付清，甲方代付并以工程款抵扣，逾期移送公安。",
            &[
                ("rsj", "监督支付", "08-27"),
                ("zjj", "工程款代付协议", "08-23"),
                ("gafj", "固定恶意欠薪证据", "08-23"),
                ("kjj", "协调园区企业代付", "08-22"),
                ("bl", "工棚安置", "08-23"),
            ],
        ),
    );
    it.at("08-22 10:00", "qibr", assisted(w, "安置十九名外地工人食宿", "无人露宿，无聚集"));
    it.at("08-23 10:00", "dangmz", assisted(w, "促成代付协议签订", "甲方代付，抵扣工程款"));
    it.at("08-23 11:00", "gantd", assisted(w, "调取劳务公司账户流水", "证据已固定"));
    it.at(
        "08-23 15:00",
        "jianxh",
        explain(
            w,
            "园区企业董事会已同意代付，付款审批中。",
            "企业法定代表人出差，代付决议22日晚才签署，协办任务逾期一日。",
        ),
    );
    it.at("08-26 10:00", "jianxh", assisted(w, "协调园区企业完成代付审批", "第二期款项到位"));
    it.at(
        "08-27 11:00",
        "loujd",
        reply(
            w,
            [
                "三十八名工人代表、总包、劳务、建设单位",
                "三方对账，分8月22日、27日两期由甲方代付",
                "三十八人工资全部付清",
            ],
        ),
    );
    it.at(
        "08-28 10:00",
        "tanxm",
        verify(w, Phone, "逐一电话核实三十八人，均已到账。", &[("d6-wages-instalment", Resolved)]),
    );
    it.at("08-29 09:30", "tanxm", rate(w, p, Rating::Satisfied));
    it.at("08-29 09:40", "tanxm", rate(w, CALLER, Rating::Satisfied));
    it.at("08-30 10:00", "ruanwy", close(w));
    it.at(
        "09-02 10:00",
        "kongld",
        answer(
            p,
            AnswerKind::Supported,
            "三十八人工资已分两期全部付清。如不服本意见，可在三十日内申请复查。",
            Resolved,
        ),
    );
    it.at("09-04 10:00", "kongld", conclude(p));
}

/// A return that the centre agrees to: the unit in its place is designated.
fn parking(it: &mut Script) {
    let (w, p) = ("w18", "p18-parking");
    it.at("08-27 10:00", "tanxm", register(p));
    it.at("08-27 16:00", "tanxm", accept(p));
    let request = ask(&["p18-parking"], "明确小区门口路段管理单位，划线立牌，恢复消防通道。")
        .tried("社区劝导、交警贴单，无标线难以持续。");
    it.at("09-02 09:30", "kongld", draft(w, request));
    it.at("09-02 10:00", "kongld", submit(w));
    it.at("09-03 09:30", "yuanms", issue(w));
    it.each("09-03 10:10", 25, &["niepw", "gantd", "dutk"], || acknowledge(w));
    it.at(
        "09-04 10:00",
        "chaiml",
        request_return(
            w,
            ReturnGround::WrongFunction,
            "该路段为城市支路，不在公路管理范围，停车秩序由城市管理部门负责。",
            "cgj",
        ),
    );
    it.at(
        "09-05 10:00",
        "yuanms",
        rule_return(w, "jtj", Some("cgj"), "经核该路段属城市支路，同意退单，由城管执法局承办。"),
    );
    it.at("09-05 15:00", "yindc", acknowledge(w));
    it.all("09-06 09:30", 4, "kongld", ["huangfuy", "qinfq", "zongmh"].map(|who| came(w, who)));
    it.at("09-10 10:00", "gantd", assisted(w, "设禁停标志四块，接入违停抓拍", "标志和抓拍已启用"));
    it.at("09-10 15:00", "dutk", assisted(w, "协调周边单位夜间开放车位四十个", "居民停车有去处"));
    it.at(
        "09-12 11:00",
        "huangfuy",
        reply(
            w,
            [
                "居民代表、社区、消防大队",
                "划黄色禁停线六十米，安装可升降隔离桩",
                "消防通道畅通，应急车辆可直达",
            ],
        ),
    );
    it.at(
        "09-16 10:00",
        "tanxm",
        verify(w, Site, "早晚高峰两次到场，通道无停放车辆。", &[("p18-parking", Resolved)]),
    );
    it.at("09-16 15:00", "tanxm", rate(w, p, Rating::Satisfied));
    it.at("09-16 15:10", "tanxm", rate(w, CALLER, Rating::Satisfied));
    it.at("09-17 10:00", "ruanwy", close(w));
    it.at(
        "09-17 16:00",
        "tanxm",
        answer(
            p,
            AnswerKind::Supported,
            "该路段已划禁停线、设标志并接入抓拍，今后由城管执法局负责日常管理。",
            Resolved,
        ),
    );
    it.at("09-20 10:00", "tanxm", conclude(p));
}
