//! `user add|list|disable|reset|link`: accounts, and the first steps of a real centre.

mod found;

use std::{io::BufRead as _, str::FromStr};

use app::{Ids as _, SystemIds, hash_password, random_password};
use chrono::{DateTime, Utc};
use clap::Subcommand;
use engine::{
    Refusal,
    account::{Rules, administer, password, provider},
    actor::{Rank, Role},
    audit::AuditFact,
    directory::UnitKind,
    ids::{AuditId, DistrictId, PersonId},
    text::Lang,
};
use store::{Account, Credentials, Identity, NewAccount, NewPassword, Notes, Store};
use strum::IntoEnumIterator;

use crate::{
    master_keys,
    open::{CaseClock, Opened},
    say,
    settings::Settings,
    trouble::Trouble,
};

#[derive(Subcommand)]
pub(super) enum Command {
    /// 添加账号 / add an account
    Add(Box<AddArgs>),
    /// 列出账号 / list the accounts
    List,
    /// 停用账号，并结束其登录 / disable an account and end its sessions
    Disable {
        /// 用户名 / the name
        login: String,
        /// 恢复使用 / enable it again
        #[arg(long)]
        undo: bool,
    },
    /// 重设密码，并结束其登录；首次登录须修改 / set a new password, to be changed at the next
    /// sign-in, and end the sessions
    Reset {
        /// 用户名 / the name
        login: String,
        /// 从标准输入读取密码，否则随机生成 / read the password from standard input
        #[arg(long)]
        password_stdin: bool,
        /// 一并解除动态口令 / take away the second factor too
        #[arg(long)]
        second_factor: bool,
    },
    /// 关联统一身份认证中的身份（设置 [oidc]），并结束其登录 / link an account to whom the provider
    /// of `[oidc]` signs in, and end its sessions
    Link {
        /// 用户名 / the name
        login: String,
        /// 在统一身份认证中的标识，未关联者登录时页面会显示 / who it is there, as the page says that
        /// refuses whoever is not linked
        #[arg(long, required_unless_present = "undo")]
        subject: Option<String>,
        /// 解除关联 / end the link
        #[arg(long, conflicts_with = "subject")]
        undo: bool,
    },
}

#[derive(clap::Args)]
pub(super) struct AddArgs {
    /// 用户名 / the name to sign in with
    login: String,
    /// 姓名 / the person's name
    #[arg(long)]
    name: String,
    /// 角色，可用逗号写多个 / roles, separated by commas
    #[arg(long, required = true, value_delimiter = ',', value_parser = named::<Role>)]
    role: Vec<Role>,
    /// 单位代码；省略则为本级中心 / the code of the unit; the root centre by default
    #[arg(long)]
    unit: Option<String>,
    /// 职务 / the post
    #[arg(long, default_value = "")]
    post: String,
    /// 职级 / the rank
    #[arg(long, default_value = "staff", value_parser = named::<Rank>)]
    rank: Rank,
    /// 收信地址 / where letters go
    #[arg(long, value_name = "ADDRESS")]
    mail: Option<String>,
    /// 从标准输入读取密码，否则随机生成 / read the password from standard input
    #[arg(long)]
    password_stdin: bool,
    /// 空数据库中新建的区县名称 / the district to set up in an empty database
    #[arg(long, value_name = "NAME")]
    district: Option<String>,
    /// 区县的行政区划代码 / its administrative code
    #[arg(long, value_name = "CODE", default_value = "000000", requires = "district")]
    district_code: String,
    /// 单位不存在时新建，此为其名称 / make the unit where it is not there, by this name
    #[arg(long, value_name = "NAME", requires = "unit")]
    unit_name: Option<String>,
    /// 新建单位的类别 / the kind of the new unit
    #[arg(long, value_name = "KIND", default_value = "department", value_parser = named::<UnitKind>)]
    unit_kind: UnitKind,
    /// 新建单位的上级单位代码；省略则为本级中心 / under which unit; the root centre by default
    #[arg(long, value_name = "CODE", requires = "unit_name")]
    under: Option<String>,
}

/// Reads one of a closed set of words; an unknown one is answered with all of them.
fn named<T>(text: &str) -> Result<T, String>
where
    T: FromStr + IntoEnumIterator + ToString,
{
    text.parse().map_err(|_| {
        let known: Vec<String> = T::iter().map(|it| it.to_string()).collect();
        format!("可用 / known: {}", known.join(", "))
    })
}

pub(super) async fn run(settings: &Settings, command: Command) -> Result<(), Trouble> {
    let founds = matches!(&command, Command::Add(it) if it.district.is_some());
    let opened = Opened::of(settings, founds).await?;
    if founds {
        opened.store.migrate().await?;
    }
    if let pending @ 1.. = opened.store.pending().await? {
        return Err(store::Error::NotMigrated { pending }.into());
    }
    let store = &opened.store;
    master_keys::hold(settings, store).await?;
    let now = app::Clock::now(&app::RunningClock::wall());
    let by = Notes::by_program(now, AuditId(SystemIds.fresh()));
    match command {
        Command::Add(args) => {
            let cases = CaseClock::of(&opened).await?.clock().now();
            add(store, settings, *args, cases, &by).await
        }
        Command::List => list(store).await,
        Command::Disable { login, undo } => {
            let (district, found) = known(store, &login).await?;
            let person = found.account.person;
            let (disabled_at, fact) = if undo {
                (None, AuditFact::AccountEnabled { person })
            } else {
                (Some(now), AuditFact::AccountDisabled { person })
            };
            store.set_disabled(district, person, disabled_at, &by.saying(fact)).await?;
            say::line(if undo {
                format!("{login} 已恢复使用。  Enabled.")
            } else {
                format!("{login} 已停用，其登录已结束。  Disabled, its sessions ended.")
            });
            Ok(())
        }
        Command::Reset { login, password_stdin, second_factor } => {
            let (district, found) = known(store, &login).await?;
            let person = found.account.person;
            let password = Password::choose(password_stdin, &settings.accounts, &login)?;
            let new = NewPassword {
                person,
                hash: password.hash()?,
                at: now,
                reset: true,
                keep: settings.accounts.password_history,
                session: None,
            };
            let by_reset = by.saying(AuditFact::PasswordReset { person });
            store.set_password(district, &found.password_hash, new, &by_reset).await?;
            if second_factor {
                let by = by.saying(AuditFact::SecondFactorReset { person });
                store.drop_second_factor(district, person, &by).await?;
            }
            say::line(format!(
                "{login} 的密码已重设，其登录已结束，首次登录须修改密码。  The password is set, to be changed at the next sign-in."
            ));
            password.tell();
            Ok(())
        }
        Command::Link { login, subject, undo: _ } => {
            link(store, settings, &login, subject, &by).await
        }
    }
}

async fn link(
    store: &Store,
    settings: &Settings,
    login: &str,
    subject: Option<String>,
    by: &Notes,
) -> Result<(), Trouble> {
    let oidc = settings.oidc.as_ref().ok_or_else(|| {
        Trouble::wrong(
            "没有启用统一身份认证，请先写好设置 [oidc]。",
            "No provider is set: write [oidc] first.",
        )
    })?;
    let (district, found) = known(store, login).await?;
    let person = found.account.person;
    let roles = found.account.roles.iter().copied().collect();
    provider::admits(&roles).map_err(refused)?;
    let who = subject.map(|subject| Identity { issuer: oidc.issuer.clone(), subject });
    if let Some(it) = &who {
        provider::check_identity(&it.issuer, &it.subject).map_err(refused)?;
    }
    let linked = who.is_some();
    let by = by.saying(AuditFact::ProviderLinked { person, linked });
    match store.link_provider(district, person, who, &by).await {
        Ok(()) => (),
        Err(store::Error::Exists { .. }) => {
            return Err(Trouble::wrong(
                "该身份已关联另一个账号，请先解除（chuishao user link 用户名 --undo）。",
                "Another account is linked to them; end that first (chuishao user link LOGIN --undo).",
            ));
        }
        Err(error) => return Err(error.into()),
    }
    say::line(if linked {
        format!("{login} 已关联统一身份认证。  Linked.")
    } else {
        format!("{login} 已解除关联。  No longer linked.")
    });
    Ok(())
}

async fn district(store: &Store) -> Result<DistrictId, Trouble> {
    Ok(store.district().await?.ok_or(app::Error::NotSetUp)?.0)
}

async fn known(store: &Store, login: &str) -> Result<(DistrictId, Credentials), Trouble> {
    let district = district(store).await?;
    match store.credentials(district, login).await? {
        Some(found) => Ok((district, found)),
        None => Err(Trouble::wrong(
            format!("没有账号 {login}。用 chuishao user list 查看全部账号。"),
            format!("There is no account {login}. `chuishao user list` shows them all."),
        )),
    }
}

/// What the rules refuse, told to whoever typed it.
fn refused(refusal: impl Into<Refusal>) -> Trouble {
    let refusal = refusal.into();
    Trouble::wrong(
        format!("{}。", refusal.sentence(Lang::Zh)),
        format!("{}.", refusal.sentence(Lang::En)),
    )
}

async fn add(
    store: &Store,
    settings: &Settings,
    args: AddArgs,
    cases: DateTime<Utc>,
    by: &Notes,
) -> Result<(), Trouble> {
    let login = args.login.trim();
    administer::check_login(login).map_err(refused)?;
    administer::compatible(&args.role.iter().copied().collect()).map_err(refused)?;
    if args.mail.as_ref().is_some_and(|it| !it.contains('@')) {
        return Err(Trouble::wrong("--mail 不是邮件地址。", "--mail is no address."));
    }
    // Before anything is written, as it may be refused.
    let password = Password::choose(args.password_stdin, &settings.accounts, login)?;
    let hash = password.hash()?;
    if let Some(name) = &args.district {
        found::district(store, name, &args.district_code, cases).await?;
    }
    let district = district(store).await?;
    let unit = found::unit(store, district, &args, by).await?;
    let account = Account {
        person: PersonId(SystemIds.fresh()),
        login: login.to_owned(),
        unit: unit.id,
        roles: args.role,
        rank: args.rank,
        post: args.post,
        mail: args.mail,
        disabled: false,
    };
    let new = NewAccount {
        account,
        name: args.name,
        password_hash: hash,
        password_at: Some(by.at),
        password_reset: false,
    };
    match store.add_accounts(district, vec![new], by).await {
        Ok(()) => (),
        Err(store::Error::Exists { .. }) => {
            return Err(Trouble::wrong(
                format!("用户名 {login} 已被使用，请换一个。"),
                format!("The name {login} is taken; choose another."),
            ));
        }
        Err(error) => return Err(error.into()),
    }
    say::line(format!("已添加账号 {login}（{}）。  The account is added.", unit.name));
    password.tell();
    Ok(())
}

async fn list(store: &Store) -> Result<(), Trouble> {
    let district = district(store).await?;
    let registers = store.registers(district).await?;
    let names = store.persons(district, registers.accounts.iter().map(|it| it.person)).await?;
    let head = ["用户名", "姓名", "单位", "职务", "角色", "状态"];
    let mut rows: Vec<Vec<String>> = registers
        .accounts
        .iter()
        .map(|it| {
            let roles: Vec<&str> = it.roles.iter().map(|it| it.zh()).collect();
            vec![
                it.login.clone(),
                names.get(&it.person).and_then(|it| it.name.clone()).unwrap_or_default(),
                registers.directory.name(it.unit),
                it.post.clone(),
                roles.join("、"),
                if it.disabled { "停用" } else { "正常" }.to_owned(),
            ]
        })
        .collect();
    rows.sort();
    rows.insert(0, head.map(str::to_owned).to_vec());
    say::table(&rows);
    Ok(())
}

/// A password, and whether nobody but this program knows it yet.
struct Password {
    text: String,
    drawn: bool,
}

impl Password {
    fn choose(from_stdin: bool, rules: &Rules, login: &str) -> Result<Self, Trouble> {
        if !from_stdin {
            let text = random_password().map_err(|error| {
                Trouble::failed("系统没有随机数。", "The system has no randomness.").because(error)
            })?;
            return Ok(Self { text, drawn: true });
        }
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line).map_err(|error| {
            Trouble::wrong("无法从标准输入读取密码。", "The password cannot be read.")
                .because(error)
        })?;
        let text = line.trim_end_matches(['\r', '\n']).to_owned();
        password::check(rules, login, &text, false).map_err(refused)?;
        Ok(Self { text, drawn: false })
    }

    fn hash(&self) -> Result<String, Trouble> {
        hash_password(&self.text).map_err(|error| {
            Trouble::failed("密码无法加密保存。", "The password cannot be hashed.").because(error)
        })
    }

    /// Tells a password that was drawn, this once.
    fn tell(self) {
        if self.drawn {
            say::line(format!(
                "密码（只显示这一次） / the password, shown this once: {}",
                self.text
            ));
        }
    }
}
