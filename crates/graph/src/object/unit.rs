//! Units and people.

use async_graphql::{Context, ID, Object, Result};
use engine::{
    directory,
    ids::{PersonId, UnitId},
};

use crate::{
    context::registers,
    enums::{Role, Tier, UnitKind},
};

/// 单位.
#[derive(Clone)]
pub(crate) struct Unit(pub(crate) directory::Unit);

/// 单位.
#[Object]
impl Unit {
    /// 编号.
    async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// 代码, by which the lists name it.
    async fn code(&self) -> &str {
        &self.0.code
    }

    /// 全称.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// 简称.
    async fn short_name(&self) -> &str {
        &self.0.short_name
    }

    /// 类别.
    async fn kind(&self) -> UnitKind {
        self.0.kind.into()
    }

    /// 层级.
    async fn tier(&self) -> Tier {
        self.0.tier.into()
    }

    /// 上级单位.
    async fn parent(&self, ctx: &Context<'_>) -> Result<Option<Unit>> {
        optional(ctx, self.0.parent).await
    }

    /// 所在乡镇街道, beside its parent.
    async fn territory(&self, ctx: &Context<'_>) -> Result<Option<Unit>> {
        optional(ctx, self.0.territory).await
    }

    /// 职能承接单位; where the unit was taken over.
    async fn heir(&self, ctx: &Context<'_>) -> Result<Option<Unit>> {
        optional(ctx, self.0.heir).await
    }

    /// 是否已撤销.
    async fn closed(&self) -> bool {
        self.0.closed
    }
}

/// A unit of the directory.
pub(crate) async fn unit(ctx: &Context<'_>, id: UnitId) -> Result<Option<Unit>> {
    Ok(registers(ctx)?.directory.unit(id).cloned().map(Unit))
}

pub(crate) async fn optional(ctx: &Context<'_>, id: Option<UnitId>) -> Result<Option<Unit>> {
    match id {
        Some(id) => unit(ctx, id).await,
        None => Ok(None),
    }
}

/// 工作人员: somebody with an account, as colleagues see them.
#[derive(Clone)]
pub(crate) struct Person {
    id: PersonId,
    unit: UnitId,
    post: String,
    roles: Vec<engine::actor::Role>,
}

/// 工作人员: somebody with an account, as colleagues see them.
#[Object]
impl Person {
    /// 编号.
    async fn id(&self) -> ID {
        self.id.to_string().into()
    }

    /// 姓名.
    async fn name(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        Ok(registers(ctx)?.name_of(self.id).map(str::to_owned))
    }

    /// 职务.
    async fn post(&self) -> &str {
        &self.post
    }

    /// 单位.
    async fn unit(&self, ctx: &Context<'_>) -> Result<Option<Unit>> {
        unit(ctx, self.unit).await
    }

    /// 角色.
    async fn roles(&self) -> Vec<Role> {
        self.roles.iter().map(|it| (*it).into()).collect()
    }
}

/// A member of staff; none where the account is gone.
pub(crate) async fn person(ctx: &Context<'_>, id: PersonId) -> Result<Option<Person>> {
    let registers = registers(ctx)?;
    Ok(registers.account(id).map(|it| Person {
        id,
        unit: it.unit,
        post: it.post.clone(),
        roles: it.roles.clone(),
    }))
}
