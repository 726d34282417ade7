//! Mutations about accounts: one's own sign-in, absence and duty, and what administrators do.

use app::{AbsenceInput, AddAccount, DutyInput, IssueToken};
use async_graphql::{Context, Object, Result};
use engine::account::pass::Must;

use crate::{
    context::{app, caller, fault},
    input::{
        account::{
            AccountInput, AddAccountInput, BeginSecondFactorInput, ChangePasswordInput,
            ConfirmRolesInput, ConfirmSecondFactorInput, EndAbsenceInput, EndDutyInput,
            GrantRolesInput, IssueTokenInput, LinkProviderInput, RevokeTokenInput, SetAbsenceInput,
            SetDutyInput, SignOutEverywhereInput,
        },
        id,
    },
    object::{
        Absence, Account, AccountWithPassword, Duty, Enrolment, IssuedToken, Me, RecoveryCodes,
        Token,
    },
};

/// 账号.
#[derive(Default)]
pub(crate) struct AccountMutation;

/// 账号.
#[Object]
impl AccountMutation {
    /// 修改密码: one's own; every other session ends.
    #[graphql(complexity = "2000 + child_complexity")]
    async fn change_password(&self, ctx: &Context<'_>, input: ChangePasswordInput) -> Result<Me> {
        let done =
            Box::pin(app(ctx)?.change_password(caller(ctx)?, input.current, input.password)).await;
        done.map_err(|it| fault(ctx, it))?;
        Ok(Me { done: Some(Must::ChangePassword) })
    }

    /// 绑定动态口令: shows a secret, which counts once a code confirms it.
    #[graphql(complexity = "2000 + child_complexity")]
    async fn begin_second_factor(
        &self,
        ctx: &Context<'_>,
        input: BeginSecondFactorInput,
    ) -> Result<Enrolment> {
        let begun = Box::pin(app(ctx)?.begin_second_factor(caller(ctx)?, input.password)).await;
        let begun = begun.map_err(|it| fault(ctx, it))?;
        Ok(Enrolment { uri: begun.uri, secret: begun.secret })
    }

    /// 确认绑定动态口令: shows recovery codes; every other session and known device ends.
    #[graphql(complexity = "2000 + child_complexity")]
    async fn confirm_second_factor(
        &self,
        ctx: &Context<'_>,
        input: ConfirmSecondFactorInput,
    ) -> Result<RecoveryCodes> {
        let codes = Box::pin(app(ctx)?.confirm_second_factor(caller(ctx)?, &input.code)).await;
        let codes = codes.map_err(|it| fault(ctx, it))?;
        Ok(RecoveryCodes { codes, me: Me { done: Some(Must::EnrolSecondFactor) } })
    }

    /// 全部退出: every session of one's own, this one too, and every known device.
    #[graphql(complexity = "2000 + child_complexity")]
    async fn sign_out_everywhere(
        &self,
        ctx: &Context<'_>,
        input: SignOutEverywhereInput,
    ) -> Result<Me> {
        let tokens = input.tokens.unwrap_or(false);
        let done = Box::pin(app(ctx)?.sign_out_everywhere(caller(ctx)?, tokens)).await;
        done.map_err(|it| fault(ctx, it))?;
        Ok(Me::default())
    }

    /// 签发令牌 for a program of one's own; needs a confirmation.
    #[graphql(complexity = "2000 + child_complexity")]
    async fn issue_token(&self, ctx: &Context<'_>, input: IssueTokenInput) -> Result<IssuedToken> {
        let asked = IssueToken {
            name: input.name,
            scope: input.scope.map(|it| it.into_iter().map(Into::into).collect()),
            expires_at: input.expires_at,
            document: input.document,
        };
        let issued = Box::pin(app(ctx)?.issue_token(caller(ctx)?, asked)).await;
        let (secret, token) = issued.map_err(|it| fault(ctx, it))?;
        Ok(IssuedToken { secret, token: Token(token) })
    }

    /// 撤销令牌.
    #[graphql(complexity = "2000 + child_complexity")]
    async fn revoke_token(&self, ctx: &Context<'_>, input: RevokeTokenInput) -> Result<Me> {
        let caller = caller(ctx)?;
        let token = id(ctx, "token", &input.token)?;
        Box::pin(app(ctx)?.revoke_token(caller, token)).await.map_err(|it| fault(ctx, it))?;
        Ok(Me::default())
    }

    /// 外出登记: by oneself or one's unit leader; the substitute acts as liaison and unit leader too,
    /// and gets the letters as well.
    #[graphql(complexity = "2000 + child_complexity")]
    async fn set_absence(&self, ctx: &Context<'_>, input: SetAbsenceInput) -> Result<Absence> {
        let caller = caller(ctx)?;
        let asked = AbsenceInput {
            person: input.person.as_ref().map(|it| id(ctx, "person", it)).transpose()?,
            substitute: id(ctx, "substitute", &input.substitute)?,
            from: input.from,
            until: input.until,
        };
        let set = Box::pin(app(ctx)?.set_absence(caller, asked)).await;
        set.map(Absence).map_err(|it| fault(ctx, it))
    }

    /// 取消外出登记.
    #[graphql(complexity = "2000 + child_complexity")]
    async fn end_absence(&self, ctx: &Context<'_>, input: EndAbsenceInput) -> Result<Absence> {
        let caller = caller(ctx)?;
        let absence = id(ctx, "absence", &input.absence)?;
        let ended = Box::pin(app(ctx)?.end_absence(caller, absence)).await;
        ended.map(Absence).map_err(|it| fault(ctx, it))
    }

    /// 值班登记: where a unit has a rota for an instant, only whoever is on duty acts as duty leader.
    #[graphql(complexity = "2000 + child_complexity")]
    async fn set_duty(&self, ctx: &Context<'_>, input: SetDutyInput) -> Result<Duty> {
        let caller = caller(ctx)?;
        let asked = DutyInput {
            unit: id(ctx, "unit", &input.unit)?,
            person: id(ctx, "person", &input.person)?,
            from: input.from,
            until: input.until,
        };
        let set = Box::pin(app(ctx)?.set_duty(caller, asked)).await;
        set.map(Duty).map_err(|it| fault(ctx, it))
    }

    /// 取消值班登记.
    #[graphql(complexity = "2000 + child_complexity")]
    async fn end_duty(&self, ctx: &Context<'_>, input: EndDutyInput) -> Result<Duty> {
        let caller = caller(ctx)?;
        let duty = id(ctx, "duty", &input.duty)?;
        let ended = Box::pin(app(ctx)?.end_duty(caller, duty)).await;
        ended.map(Duty).map_err(|it| fault(ctx, it))
    }

    /// 添加账号 (系统管理员): without roles, with a password that has to be changed.
    #[graphql(complexity = "2000 + child_complexity")]
    async fn add_account(
        &self,
        ctx: &Context<'_>,
        input: AddAccountInput,
    ) -> Result<AccountWithPassword> {
        let caller = caller(ctx)?;
        let new = AddAccount {
            login: input.login,
            name: input.name,
            unit: id(ctx, "unit", &input.unit)?,
            post: input.post.unwrap_or_default(),
            rank: input.rank.map_or(engine::actor::Rank::Staff, Into::into),
            mail: input.mail,
        };
        let added = Box::pin(app(ctx)?.add_account(caller, new)).await;
        let (account, password) = added.map_err(|it| fault(ctx, it))?;
        Ok(AccountWithPassword { account: Account(account), password })
    }

    /// 授予或收回角色 (安全管理员): an administrator's role waits until a system administrator has
    /// confirmed it.
    #[graphql(complexity = "2000 + child_complexity")]
    async fn grant_roles(&self, ctx: &Context<'_>, input: GrantRolesInput) -> Result<Account> {
        let caller = caller(ctx)?;
        let account = id(ctx, "account", &input.account)?;
        let roles = input.roles.into_iter().map(Into::into).collect();
        let granted = Box::pin(app(ctx)?.grant_roles(caller, account, roles)).await;
        granted.map(Account).map_err(|it| fault(ctx, it))
    }

    /// 确认管理员角色 (系统管理员): that a security administrator asked for.
    #[graphql(complexity = "2000 + child_complexity")]
    async fn confirm_roles(&self, ctx: &Context<'_>, input: ConfirmRolesInput) -> Result<Account> {
        let caller = caller(ctx)?;
        let account = id(ctx, "account", &input.account)?;
        let confirmed = Box::pin(app(ctx)?.confirm_roles(caller, account, input.granted)).await;
        confirmed.map(Account).map_err(|it| fault(ctx, it))
    }

    /// 停用账号 (系统管理员、安全管理员): sessions, tokens and known devices end.
    #[graphql(complexity = "2000 + child_complexity")]
    async fn disable_account(&self, ctx: &Context<'_>, input: AccountInput) -> Result<Account> {
        let caller = caller(ctx)?;
        let account = id(ctx, "account", &input.account)?;
        let disabled = Box::pin(app(ctx)?.set_disabled(caller, account, true)).await;
        disabled.map(Account).map_err(|it| fault(ctx, it))
    }

    /// 恢复账号 (系统管理员、安全管理员).
    #[graphql(complexity = "2000 + child_complexity")]
    async fn enable_account(&self, ctx: &Context<'_>, input: AccountInput) -> Result<Account> {
        let caller = caller(ctx)?;
        let account = id(ctx, "account", &input.account)?;
        let enabled = Box::pin(app(ctx)?.set_disabled(caller, account, false)).await;
        enabled.map(Account).map_err(|it| fault(ctx, it))
    }

    /// 重设密码 (安全管理员): shown once, to be changed at the next sign-in.
    #[graphql(complexity = "2000 + child_complexity")]
    async fn reset_password(
        &self,
        ctx: &Context<'_>,
        input: AccountInput,
    ) -> Result<AccountWithPassword> {
        let caller = caller(ctx)?;
        let account = id(ctx, "account", &input.account)?;
        let reset = Box::pin(app(ctx)?.reset_password(caller, account)).await;
        let (account, password) = reset.map_err(|it| fault(ctx, it))?;
        Ok(AccountWithPassword { account: Account(account), password })
    }

    /// 解除动态口令 (安全管理员), for whoever has lost it.
    #[graphql(complexity = "2000 + child_complexity")]
    async fn reset_second_factor(&self, ctx: &Context<'_>, input: AccountInput) -> Result<Account> {
        let caller = caller(ctx)?;
        let account = id(ctx, "account", &input.account)?;
        let reset = Box::pin(app(ctx)?.reset_second_factor(caller, account)).await;
        reset.map(Account).map_err(|it| fault(ctx, it))
    }

    /// 解锁 (安全管理员).
    #[graphql(complexity = "2000 + child_complexity")]
    async fn unlock_account(&self, ctx: &Context<'_>, input: AccountInput) -> Result<Account> {
        let caller = caller(ctx)?;
        let account = id(ctx, "account", &input.account)?;
        let unlocked = Box::pin(app(ctx)?.unlock_account(caller, account)).await;
        unlocked.map(Account).map_err(|it| fault(ctx, it))
    }

    /// 关联统一身份认证账号 (安全管理员): never an administrator's; sessions end.
    #[graphql(complexity = "2000 + child_complexity")]
    async fn link_provider(&self, ctx: &Context<'_>, input: LinkProviderInput) -> Result<Account> {
        let caller = caller(ctx)?;
        let account = id(ctx, "account", &input.account)?;
        let who = input.identity.map(|it| app::Identity { issuer: it.issuer, subject: it.subject });
        let linked = Box::pin(app(ctx)?.link_provider(caller, account, who)).await;
        linked.map(Account).map_err(|it| fault(ctx, it))
    }
}
