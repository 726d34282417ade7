//! Accounts as administrators see them, absences and turns of duty.

use app::AccountView;
use async_graphql::{Context, ID, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use engine::account::stand_in;

use super::unit::{Person, Unit, person, unit};
use crate::{
    enums::{AccountState, Role},
    page::connection,
};

/// 账号: what administrators see of one, and no personal data beside the name.
#[derive(Clone)]
pub(crate) struct Account(pub(crate) AccountView);

/// 账号: what administrators see of one, and no personal data beside the name.
#[Object]
impl Account {
    /// 编号, of the person.
    async fn id(&self) -> ID {
        self.0.account.person.to_string().into()
    }

    /// 用户名.
    async fn login(&self) -> &str {
        &self.0.account.login
    }

    /// 姓名.
    async fn name(&self) -> Option<&str> {
        self.0.name.as_deref()
    }

    /// 单位.
    async fn unit(&self, ctx: &Context<'_>) -> Result<Option<Unit>> {
        unit(ctx, self.0.account.unit).await
    }

    /// 角色.
    async fn roles(&self) -> Vec<Role> {
        self.0.account.roles.iter().map(|it| (*it).into()).collect()
    }

    /// 待另一名管理员确认的角色; none where nothing waits.
    async fn roles_asked(&self) -> Option<Vec<Role>> {
        let asked = self.0.details.asked.as_ref()?;
        Some(asked.roles.iter().map(|it| (*it).into()).collect())
    }

    /// 状态.
    async fn state(&self) -> AccountState {
        self.0.state.into()
    }

    /// 锁定至; none where it is not locked.
    async fn locked_until(&self) -> Option<DateTime<Utc>> {
        match self.0.state {
            app::AccountState::Locked => self.0.details.locked_until,
            app::AccountState::Active | app::AccountState::Disabled => None,
        }
    }

    /// 是否已绑定动态口令.
    async fn second_factor(&self) -> bool {
        self.0.details.enrolled
    }

    /// 是否已关联统一身份认证.
    async fn provider_linked(&self) -> bool {
        self.0.details.provided
    }

    /// 最近登录时间.
    async fn signed_in_at(&self) -> Option<DateTime<Utc>> {
        self.0.details.signed_in_at
    }
}

connection! {
    /// 账号列表.
    AccountConnection, AccountEdge, Account
}

/// 账号和新密码, which is shown this once and has to be changed at the next sign-in.
#[derive(SimpleObject)]
pub(crate) struct AccountWithPassword {
    /// 账号.
    pub(crate) account: Account,
    /// 新密码, 只显示这一次.
    pub(crate) password: String,
}

/// 外出登记: somebody is away, and another stands in.
#[derive(Clone)]
pub(crate) struct Absence(pub(crate) stand_in::Absence);

/// 外出登记: somebody is away, and another stands in.
#[Object]
impl Absence {
    /// 编号.
    async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// 外出的人.
    async fn person(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        person(ctx, self.0.person).await
    }

    /// 代办人.
    async fn substitute(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        person(ctx, self.0.substitute).await
    }

    /// 开始时间.
    async fn from(&self) -> DateTime<Utc> {
        self.0.from
    }

    /// 结束时间, not counted.
    async fn until(&self) -> DateTime<Utc> {
        self.0.until
    }
}

/// 值班登记: a turn in a unit's rota.
#[derive(Clone)]
pub(crate) struct Duty(pub(crate) stand_in::Duty);

/// 值班登记: a turn in a unit's rota.
#[Object]
impl Duty {
    /// 编号.
    async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// 单位.
    async fn unit(&self, ctx: &Context<'_>) -> Result<Option<Unit>> {
        unit(ctx, self.0.unit).await
    }

    /// 值班领导.
    async fn person(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        person(ctx, self.0.person).await
    }

    /// 开始时间.
    async fn from(&self) -> DateTime<Utc> {
        self.0.from
    }

    /// 结束时间, not counted.
    async fn until(&self) -> DateTime<Utc> {
        self.0.until
    }
}
