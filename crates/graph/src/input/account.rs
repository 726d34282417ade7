//! Inputs about accounts. What is shown once cannot be repeated, so these carry no idempotency key.

use async_graphql::{ID, InputObject};
use chrono::{DateTime, Utc};

use crate::enums::{Rank, Role, TokenScope};

/// 修改密码.
#[derive(InputObject)]
pub(crate) struct ChangePasswordInput {
    /// 当前密码.
    pub(crate) current: String,
    /// 新密码.
    pub(crate) password: String,
}

/// 绑定动态口令.
#[derive(InputObject)]
pub(crate) struct BeginSecondFactorInput {
    /// 当前密码.
    pub(crate) password: String,
}

/// 确认绑定动态口令.
#[derive(InputObject)]
pub(crate) struct ConfirmSecondFactorInput {
    /// 动态码, as the authenticator shows it now.
    pub(crate) code: String,
}

/// 全部退出.
#[derive(InputObject)]
pub(crate) struct SignOutEverywhereInput {
    /// 是否一并撤销全部令牌; no where it is not said.
    pub(crate) tokens: Option<bool>,
}

/// 签发令牌.
#[derive(InputObject)]
pub(crate) struct IssueTokenInput {
    /// 用途名称.
    pub(crate) name: String,
    /// 权限范围; 查询和办理 where it is not said.
    pub(crate) scope: Option<Vec<TokenScope>>,
    /// 有效期至; at most a year from now.
    pub(crate) expires_at: DateTime<Utc>,
    /// 限定只能执行的 GraphQL 文本, exactly as it will be sent.
    pub(crate) document: Option<String>,
}

/// 撤销令牌.
#[derive(InputObject)]
pub(crate) struct RevokeTokenInput {
    /// 令牌编号.
    pub(crate) token: ID,
}

/// 外出登记. What overlaps it for the same person is replaced.
#[derive(InputObject)]
pub(crate) struct SetAbsenceInput {
    /// 外出的人; oneself where nobody is named.
    pub(crate) person: Option<ID>,
    /// 开始时间.
    pub(crate) from: DateTime<Utc>,
    /// 结束时间, not counted.
    pub(crate) until: DateTime<Utc>,
    /// 代办人, of the same unit.
    pub(crate) substitute: ID,
}

/// 取消外出登记.
#[derive(InputObject)]
pub(crate) struct EndAbsenceInput {
    /// 外出登记的编号.
    pub(crate) absence: ID,
}

/// 值班登记.
#[derive(InputObject)]
pub(crate) struct SetDutyInput {
    /// 单位.
    pub(crate) unit: ID,
    /// 值班领导.
    pub(crate) person: ID,
    /// 开始时间.
    pub(crate) from: DateTime<Utc>,
    /// 结束时间, not counted.
    pub(crate) until: DateTime<Utc>,
}

/// 取消值班登记.
#[derive(InputObject)]
pub(crate) struct EndDutyInput {
    /// 值班登记的编号.
    pub(crate) duty: ID,
}

/// 添加账号. It has no roles before the security administrator grants them.
#[derive(InputObject)]
pub(crate) struct AddAccountInput {
    /// 用户名.
    pub(crate) login: String,
    /// 姓名.
    pub(crate) name: String,
    /// 单位.
    pub(crate) unit: ID,
    /// 职务.
    pub(crate) post: Option<String>,
    /// 职级; 工作人员 where it is not said.
    pub(crate) rank: Option<Rank>,
    /// 收信地址.
    pub(crate) mail: Option<String>,
}

/// 一个账号.
#[derive(InputObject)]
pub(crate) struct AccountInput {
    /// 账号, by the id of the person.
    pub(crate) account: ID,
}

/// 授予或收回角色.
#[derive(InputObject)]
pub(crate) struct GrantRolesInput {
    /// 账号, by the id of the person.
    pub(crate) account: ID,
    /// 授予后的全部角色; none takes all away.
    pub(crate) roles: Vec<Role>,
}

/// 关联统一身份认证账号.
#[derive(InputObject)]
pub(crate) struct LinkProviderInput {
    /// 账号, by the id of the person.
    pub(crate) account: ID,
    /// 在统一身份认证中的身份; none ends the link.
    pub(crate) identity: Option<ProviderIdentityInput>,
}

/// 在统一身份认证中的身份, as the page says that refuses somebody who is not linked.
#[derive(InputObject)]
pub(crate) struct ProviderIdentityInput {
    /// 签发者 (issuer).
    pub(crate) issuer: String,
    /// 标识 (subject).
    pub(crate) subject: String,
}

/// 确认管理员角色.
#[derive(InputObject)]
pub(crate) struct ConfirmRolesInput {
    /// 账号, by the id of the person.
    pub(crate) account: ID,
    /// 是否同意.
    pub(crate) granted: bool,
}

/// 账号的筛选条件; all of them hold.
#[derive(InputObject, Default)]
pub(crate) struct AccountFilterInput {
    /// 单位.
    pub(crate) unit: Option<ID>,
    /// 角色.
    pub(crate) role: Option<Role>,
    /// 姓名或用户名中的字.
    pub(crate) text: Option<String>,
}
