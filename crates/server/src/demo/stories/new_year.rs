//! January to May: street lights, title deeds, social insurance; and the May-Day change that was
//! announced in March.

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
    street_lights(it);
    title_deeds(it);
    social_insurance(it);
}

/// A quick whistle: issue, reply, one call that verifies and rates.
fn street_lights(it: &mut Script) {
    let (w, p) = ("w01", "p01-street-lights");
    it.at("01-08 09:40", "tanxm", register(p));
    it.at("01-08 10:30", "tanxm", accept(p));
    let request = ask(
        &["p01-street-lights"],
        "查清后街十一盏路灯不亮的原因，分清线路与灯具的维护责任，春节前全部恢复照明。",
    )
    .tried("社区两次报修，供电与城管各查一段，未查明故障点。")
    .tasks(&[
        ("cgj", "检修灯具与控制箱，牵头验收"),
        ("gdgs", "检测低压线路并恢复供电"),
        ("hg", "夜间设置临时警示，配合施工"),
    ]);
    it.at("01-11 09:10", "ruanwy", draft(w, request));
    it.at("01-11 09:25", "ruanwy", submit(w));
    it.at("01-11 10:00", "yuanms", issue(w));
    it.each("01-11 10:40", 20, &["yindc", "panghl", "quzm"], || acknowledge(w));
    it.at(
        "01-15 15:30",
        "panghl",
        assisted(w, "更换损坏的低压电缆一段三十五米", "线路已恢复供电，绝缘测试合格"),
    );
    it.at(
        "01-15 16:00",
        "quzm",
        assisted(w, "坡道设反光警示桩六处，安排网格员夜间巡查", "施工期间无人跌伤"),
    );
    it.at(
        "01-15 16:40",
        "yindc",
        reply(
            w,
            [
                "居民代表与放马坪社区书记",
                "更换灯具七盏、控制箱一台，与供电公司划定维护界面",
                "十一盏路灯全部点亮",
            ],
        ),
    );
    it.at(
        "01-16 10:10",
        "tanxm",
        verify_and_rate(
            w,
            Phone,
            "电话回访反映人并请社区夜间拍照，十一盏均亮。",
            &[("p01-street-lights", Resolved)],
            &[("p01-street-lights", Rating::Satisfied), (CALLER, Rating::Satisfied)],
        ),
    );
    it.at("01-16 15:00", "ruanwy", close(w));
    it.at(
        "01-17 09:30",
        "ruanwy",
        answer(
            p,
            AnswerKind::Supported,
            "后街十一盏路灯已于1月15日全部修复，今后线路归供电公司、灯具归城管部门维护。",
            Resolved,
        ),
    );
    it.at("01-18 10:00", "ruanwy", conclude(p));
}

/// Tossed between two bureaus: one return refused, one disputed; the meeting comes to nothing, and
/// the common superior designates.
fn title_deeds(it: &mut Script) {
    let (w, p) = ("w02", "d3-title-deeds");
    it.at("02-19 10:20", "ruanwy", register(p));
    it.at("02-20 09:30", "ruanwy", accept(p));
    it.at("02-20 15:00", "gezh", difficult(p));
    let request = ask(
        &["d3-title-deeds"],
        "明确办证牵头单位，列出缺项清单、补办责任和时间表，启动小区首次登记。",
    )
    .tried("街道三次协调两局，规划核实与竣工验收互为前置，未能打破。")
    .tasks(&[
        ("zrj", "牵头办理规划核实与首次登记"),
        ("zjj", "组织竣工验收或安全鉴定"),
        ("czj", "核定历史欠缴税费处理办法"),
        ("cc", "收集业主资料，选派信访代表"),
    ]);
    it.at("02-21 10:00", "ruanwy", draft(w, request));
    it.at("02-21 10:40", "ruanwy", submit(w));
    it.at("02-21 16:00", "gezh", endorse(w));
    it.on_paper("02-22 10:00", "tanxm", issue(w), ("miaozq", "02-22 09:20"));
    it.each("02-22 10:10", 12, &["gouxy", "dangmz", "muyq"], || acknowledge(w));
    // An hour is not much for a street office in the morning: overdue since eleven.
    it.at("02-22 14:50", "dongyz", acknowledge(w));
    it.at(
        "02-25 09:00",
        "quyt",
        request_return(
            w,
            ReturnGround::UnclearOwnership,
            "项目未经竣工验收，依房屋登记有关规定不具备首次登记条件，应由住建部门先行。",
            "zjj",
        ),
    );
    it.at(
        "02-25 15:30",
        "wengch",
        request_return(
            w,
            ReturnGround::WrongFunction,
            "加建一层属规划核实事项，未核实无法组织验收，应由自然资源部门先行。",
            "zrj",
        ),
    );
    it.at("02-26 09:00", "tanxm", open_dispute(w, "zrj", "两局互推前置条件，启动争议会商。"));
    it.at(
        "02-26 09:30",
        "gezh",
        rule_return(w, "zjj", None, "住建部门负有竣工验收法定职责，协办任务不予退回。"),
    );
    it.all("02-28 14:50", 4, "ruanwy", ["wengch", "shangzt", "yaoqs"].map(|who| came(w, who)));
    // The meeting of 02-28 came to nothing: its limit lapses, and the common superior decides.
    it.at("03-01 10:00", "miaozq", designate(w, "zrj", "zrj", "经与两局会商，首次登记为最终办理环节，指定区自然资源局牵头，竣工验收由住建部门以安全鉴定替代。"));
    it.at("03-01 15:30", "ruanwy", came(w, "quyt"));
    it.at(
        "03-05 17:00",
        "tanxm",
        consult(
            w,
            "小区二百一十四户购房款、维修资金均已交清；加建一层在允许误差处罚范围内。",
            "并联推进规划核实与安全鉴定，税费先证后缴，容缺受理首次登记。",
            &[
                ("zrj", "规划核实与首次登记", "03-15"),
                ("zjj", "安全鉴定报告", "03-12"),
                ("czj", "税费处理意见", "03-14"),
                ("cc", "业主资料收齐", "03-12"),
            ],
        ),
    );
    it.at(
        "03-12 09:30",
        "quyt",
        request_extension(w, 10, "安全鉴定报告须公示七日，首次登记受理顺延。"),
    );
    it.at(
        "03-12 11:00",
        "dangmz",
        assisted(
            w,
            "委托鉴定机构完成六栋楼安全鉴定",
            "鉴定结论为满足安全使用要求，已移交自然资源局",
        ),
    );
    it.at(
        "03-12 15:00",
        "dongyz",
        assisted(w, "收齐二百一十四户购房合同、发票和身份资料", "资料齐全，六户委托手续补办完毕"),
    );
    it.at(
        "03-13 10:00",
        "gezh",
        rule_extension(w, "zrj", true, "公示期属法定程序，同意延期十个工作日，由街道告知业主。"),
    );
    it.at(
        "03-14 15:20",
        "muyq",
        assisted(w, "提出历史欠缴税费由项目账户结余抵扣的意见", "税费处理意见已经区政府同意"),
    );
    it.at(
        "03-28 16:00",
        "quyt",
        reply(
            w,
            [
                "业主代表五人与街道、社区",
                "补办规划核实，受理首次登记，开设小区专窗",
                "首次登记完成，首批四十户已领证，其余按预约分批发放",
            ],
        ),
    );
    it.at(
        "03-29 15:00",
        "kongld",
        verify(
            w,
            Documents,
            "调阅首次登记簿册与发证台账，与反馈一致。",
            &[("d3-title-deeds", Resolved)],
        ),
    );
    it.at("04-01 09:30", "kongld", rate(w, p, Rating::Satisfied));
    it.at("04-01 09:40", "kongld", rate(w, CALLER, Rating::BasicallySatisfied));
    it.at("04-02 10:00", "tanxm", close(w));
    it.at("04-09 10:00", "ruanwy", answer(p, AnswerKind::Supported, "小区首次登记已完成，业主可持资料到专窗办理不动产权证。如不服本意见，可在三十日内申请复查。", Resolved));
    it.at("04-12 09:30", "ruanwy", conclude(p));
}

/// The deputy comes where the head was asked for, and the head is recalled. The statutory date is
/// counted before the May-Day change, and moves with it: from 05-03 to the make-up day 05-05.
fn social_insurance(it: &mut Script) {
    let (w, p) = ("w03", "d2-collective-insurance");
    it.at("03-04 09:15", "kongld", register(p));
    it.at("03-04 11:00", "kongld", accept(p));
    it.at("03-06 15:00", "gezh", difficult(p));
    let request = ask(
        &["d2-collective-insurance"],
        "查清八十七人用工与缴费档案，认定断缴年限，提出补缴办法和困难人员分期方案。",
    )
    .tried("街道与社区走访主办厂两次，档案分散三处，无认定权限。")
    .tasks(&[
        ("rsj", "牵头认定缴费年限"),
        ("czj", "测算补缴补助资金"),
        ("kjj", "核实企业停产改制情况"),
        ("qcgs", "开放主办厂档案"),
    ]);
    it.at("03-07 09:30", "kongld", draft(w, request));
    it.at("03-07 10:30", "kongld", submit(w));
    it.at("03-07 16:40", "yuanms", endorse(w));
    it.at("03-08 10:00", "fengsy", issue(w));
    it.each("03-08 10:08", 12, &["yinlp", "muyq", "jianxh", "yingxm"], || acknowledge(w));
    it.all(
        "03-13 09:40",
        5,
        "kongld",
        ["yanrs", "shangzt", "pankw", "gaofz"].map(|who| came(w, who)),
    );
    // 降格报到: a red whistle asks for the head. He is called for, and comes.
    it.at("03-15 15:00", "kongld", came(w, "loujd"));
    it.at(
        "03-18 17:10",
        "tanxm",
        consult(
            w,
            "八十七人中六十九人可由工资册、职工名册相互印证，十八人需调查取证。",
            "档案联合核查，分批认定；补缴由个人、主办企业、财政三方分担。",
            &[
                ("rsj", "出具认定结论", "03-29"),
                ("czj", "资金测算", "03-27"),
                ("kjj", "停产情况说明", "03-22"),
                ("qcgs", "移交档案复印件", "03-25"),
            ],
        ),
    );
    it.at(
        "03-20 16:00",
        "loujd",
        request_extension(w, 10, "十八人须逐人取证，原定期限内无法全部认定。"),
    );
    it.at(
        "03-21 15:00",
        "gezh",
        rule_extension(w, "rsj", true, "取证确有必要，同意延期十个工作日，请及时告知信访代表。"),
    );
    it.at(
        "03-22 16:00",
        "jianxh",
        assisted(w, "查阅原二轻局移交档案，出具企业停产情况说明", "停产时间认定为1999年6月"),
    );
    it.at(
        "03-25 15:00",
        "yingxm",
        assisted(w, "开放配套厂劳资档案室，复印工资册二十一本", "档案复印件已交人社局"),
    );
    it.at(
        "03-27 10:30",
        "muyq",
        assisted(w, "按三方分担测算补助资金", "财政分担部分列入二季度预算"),
    );
    it.at(
        "04-12 16:00",
        "loujd",
        reply(
            w,
            [
                "信访代表五人，逐人送达认定书",
                "认定八十七人断缴年限，核定补缴额，困难人员分两年缴纳",
                "八十七人全部认定，首批三十二名到龄人员已办理补缴",
            ],
        ),
    );
    it.at(
        "04-15 15:00",
        "tanxm",
        verify(
            w,
            Site,
            "到社保大厅抽查二十人账户，补缴年限已记入。",
            &[("d2-collective-insurance", Resolved)],
        ),
    );
    it.at("04-16 09:30", "tanxm", rate(w, p, Rating::Satisfied));
    it.at("04-16 09:40", "tanxm", rate(w, CALLER, Rating::Satisfied));
    it.at("04-17 10:00", "ruanwy", close(w));
    // A Sunday that is worked: in time by the moved date, late by the one told at first.
    it.at("05-05 10:00", "kongld", answer(p, AnswerKind::Supported, "八十七人断缴年限已全部认定，可按通知办理补缴，困难人员可分期。如不服本意见，可在三十日内申请复查。", Resolved));
    it.at("05-08 10:00", "kongld", conclude(p));
}
