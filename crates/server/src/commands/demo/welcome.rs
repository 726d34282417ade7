//! What a visitor is told: where it is, who to sign in as, what to try.

use engine::calendar::{LimitUnit, beijing_text};
use serde::Deserialize;

use super::stage::{self, ACCOUNTS};
use crate::{say, serve::Server, settings::Settings};

/// What is shown of an account.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Account {
    name: String,
    password: String,
    unit_name: String,
    post: String,
    roles: Vec<String>,
}

pub(super) fn tell(server: &Server, settings: &Settings) {
    let address = server.address();
    let folder = &settings.data;
    say::line("");
    say::line(format!("{} · 中心吹哨、部门报到（演示）", server.app().district_name()));
    say::line("统计数取自公开报告, 案情虚构");
    say::line("The counts are from a public report, the cases are invented.");
    say::line("");
    say::line(format!("网址 / address:        http://{address}"));
    say::line(format!("GraphiQL:              http://{address}/graphiql"));
    say::line(format!(
        "演示时间 / its time:   {}（停止服务时时间也停）",
        beijing_text(server.app().now(), LimitUnit::Minute)
    ));
    if let Some((issued, difficult)) = stage::counts(folder) {
        say::line(format!(
            "2019 年吹哨 {issued} 批次，疑难复杂件化解 {difficult} 件 / {issued} whistles, {difficult} difficult petitions resolved"
        ));
    }
    accounts(settings);
    say::line("");
    say::line("试一试 / what to try:");
    for it in [
        "1. 打开 /graphiql，以调度员登录：登记诉求 registerPetition，起草哨单 draftWhistle，提交 submitWhistle",
        "2. 以中心主任登录：签发 issueWhistle（起草人不得签发，限时从签发起算）",
        "3. 以承办单位联络员登录：签收 acknowledge，报到 reportIn，办理反馈 reply",
        "4. 以另一名调度员登录：核查 verify（办理单位不得自查），回访评价 rate",
        "5. 打开信件目录，看谁收到了什么、限时怎样算出",
    ] {
        say::line(format!("  {it}"));
    }
    say::line(
        "  As a dispatcher draft and submit, as director issue, as liaison report in and reply,",
    );
    say::line("  as another dispatcher verify; then read the letters.");
    say::line("");
    say::line(format!("信件 / letters:        {}", settings.mail.folder.display()));
    say::line(format!("全部账号与令牌 / tokens: {}", folder.join(ACCOUNTS).display()));
    say::line(
        "动态口令 / second factor: 演示不强制，密钥在上述文件中（totp）；--second-factor 强制使用。  Offered, not demanded.",
    );
    say::line("停止 / stop: Ctrl-C。再次启动沿用数据；--fresh 重新演示。");
}

fn accounts(settings: &Settings) {
    let read = std::fs::read(settings.data.join(ACCOUNTS)).ok();
    let accounts: Vec<Account> =
        read.and_then(|it| serde_json::from_slice(&it).ok()).unwrap_or_default();
    let head = ["用户名", "密码", "单位", "职务", "角色"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    rows.extend(accounts.into_iter().map(|it| {
        let roles: Vec<&str> = it
            .roles
            .iter()
            .map(|it| it.parse::<engine::actor::Role>().map_or(it.as_str(), |it| it.zh()))
            .collect();
        vec![it.name, it.password, it.unit_name, it.post, roles.join("、")]
    }));
    say::line("");
    say::line("账号 / accounts:");
    say::table(&rows);
}
