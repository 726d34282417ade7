//! Whoever is signed in, and what opens their account.

use async_graphql::{Context, ID, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use engine::account::pass::{self, CONFIRMED_FOR, Pass};

use super::unit::{Unit, unit};
use crate::{
    context::{app, caller, fault, registers},
    enums::{Must, Rank, Role, TokenScope},
};

/// 本人: who is signed in.
#[derive(Default)]
pub(crate) struct Me {
    /// What this request has done of what was to be done first.
    pub(crate) done: Option<pass::Must>,
}

/// 本人: who is signed in.
#[Object]
impl Me {
    /// 编号.
    async fn id(&self, ctx: &Context<'_>) -> Result<ID> {
        Ok(caller(ctx)?.member.person.to_string().into())
    }

    /// 姓名.
    async fn name(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        let id = caller(ctx)?.member.person;
        Ok(registers(ctx)?.name_of(id).map(str::to_owned))
    }

    /// 职务.
    async fn post(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        let id = caller(ctx)?.member.person;
        Ok(registers(ctx)?.account(id).map(|it| it.post.clone()))
    }

    /// 职级.
    async fn rank(&self, ctx: &Context<'_>) -> Result<Option<Rank>> {
        let id = caller(ctx)?.member.person;
        Ok(registers(ctx)?.account(id).map(|it| it.rank.into()))
    }

    /// 单位.
    async fn unit(&self, ctx: &Context<'_>) -> Result<Option<Unit>> {
        unit(ctx, caller(ctx)?.member.unit).await
    }

    /// 现在的角色: with those of whoever one stands in for, and without a duty that is another's.
    async fn roles(&self, ctx: &Context<'_>) -> Result<Vec<Role>> {
        Ok(caller(ctx)?.member.roles.iter().map(|it| (*it).into()).collect())
    }

    /// 系统时间; in the demonstration 演示时间.
    async fn now(&self, ctx: &Context<'_>) -> Result<DateTime<Utc>> {
        Ok(app(ctx)?.now())
    }

    /// 区县名称.
    async fn district(&self, ctx: &Context<'_>) -> Result<String> {
        Ok(app(ctx)?.district_name().to_owned())
    }

    /// 须先办理的事项: nothing else is answered before.
    async fn must(&self, ctx: &Context<'_>) -> Result<Vec<Must>> {
        let must = caller(ctx)?.pass.must();
        Ok(must.into_iter().filter(|it| Some(*it) != self.done).map(Into::into).collect())
    }

    /// 身份确认有效至; none where sensitive acts need a confirmation first.
    async fn confirmed_until(&self, ctx: &Context<'_>) -> Result<Option<DateTime<Utc>>> {
        let pass = &caller(ctx)?.pass;
        let until = match pass {
            Pass::Session { confirmed_at, .. } => confirmed_at.map(|it| it + CONFIRMED_FOR),
            Pass::House | Pass::Token { .. } => None,
        };
        Ok(until.filter(|it| *it > app_wall(ctx)))
    }

    /// 是否已绑定动态口令.
    #[graphql(complexity = 100)]
    async fn second_factor(&self, ctx: &Context<'_>) -> Result<bool> {
        let enrolled = app(ctx)?.has_second_factor(caller(ctx)?).await;
        enrolled.map_err(|it| fault(ctx, it))
    }

    /// 剩余的恢复码.
    #[graphql(complexity = 100)]
    async fn recovery_codes_left(&self, ctx: &Context<'_>) -> Result<u64> {
        app(ctx)?.recovery_codes_left(caller(ctx)?).await.map_err(|it| fault(ctx, it))
    }

    /// 本人的令牌, the last first.
    #[graphql(complexity = "100 + 20 * child_complexity")]
    async fn tokens(&self, ctx: &Context<'_>) -> Result<Vec<Token>> {
        let found = app(ctx)?.tokens(caller(ctx)?).await.map_err(|it| fault(ctx, it))?;
        Ok(found.into_iter().map(Token).collect())
    }
}

fn app_wall(ctx: &Context<'_>) -> DateTime<Utc> {
    app(ctx).map_or(DateTime::<Utc>::MAX_UTC, app::App::wall)
}

/// 令牌, without its secret.
pub(crate) struct Token(pub(crate) app::Token);

/// 令牌, without its secret.
#[Object]
impl Token {
    /// 编号.
    async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// 用途名称; none of what a program gave out.
    async fn name(&self) -> Option<&str> {
        self.0.name.as_deref()
    }

    /// 权限范围.
    async fn scope(&self) -> Vec<TokenScope> {
        self.0.scope.iter().map(|it| (*it).into()).collect()
    }

    /// 限定的 GraphQL 文本的 SHA-256; none where it is bound to none.
    async fn document(&self) -> Option<String> {
        self.0.document.map(|it| it.to_string())
    }

    /// 签发时间.
    async fn issued_at(&self) -> DateTime<Utc> {
        self.0.issued_at
    }

    /// 有效期至.
    async fn expires_at(&self) -> DateTime<Utc> {
        self.0.expires_at
    }

    /// 最近使用时间, to the minute; none before it was used.
    async fn used_at(&self) -> Option<DateTime<Utc>> {
        self.0.used_at
    }
}

/// 新令牌, whose secret is shown this once.
#[derive(SimpleObject)]
pub(crate) struct IssuedToken {
    /// 令牌内容, 只显示这一次; send it as `Authorization: Bearer`.
    pub(crate) secret: String,
    /// 令牌.
    pub(crate) token: Token,
}

/// 待绑定的动态口令, shown this once.
#[derive(SimpleObject)]
pub(crate) struct Enrolment {
    /// The address that an authenticator scans as a picture.
    pub(crate) uri: String,
    /// 密钥, to be typed: base32.
    pub(crate) secret: String,
}

/// 恢复码, shown this once; each opens once what a code would.
#[derive(SimpleObject)]
pub(crate) struct RecoveryCodes {
    /// 恢复码.
    pub(crate) codes: Vec<String>,
    /// 本人.
    pub(crate) me: Me,
}
