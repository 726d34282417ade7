//! What a recusal answers: that it holds. Whoever declared it does not see the case any more.

use async_graphql::{ID, SimpleObject};

/// 回避: recorded on the whole matter.
#[derive(Clone, SimpleObject)]
pub(crate) struct Recusal {
    /// 案件, by the id that was given.
    id: ID,
}

impl Recusal {
    pub(crate) fn of(case: String) -> Self {
        Self { id: case.into() }
    }
}
