//! Relay connections by keyset: forward, at most a hundred at a time.

use async_graphql::{Context, Result, SimpleObject};
use engine::{Refusal, refusal::Problem};
use store::{Cursor, PageRequest};

use crate::context;

/// The most on one page.
pub(crate) const MOST: u64 = 100;
/// How many where nobody says.
pub(crate) const USUAL: i32 = 20;

/// Where a page stands in its list (分页信息).
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct PageInfo {
    /// 是否还有下一页.
    has_next_page: bool,
    /// 是否有上一页.
    has_previous_page: bool,
    /// 本页第一条的游标.
    start_cursor: Option<String>,
    /// 本页最后一条的游标; pass it as `after` for the next page.
    end_cursor: Option<String>,
}

impl PageInfo {
    pub(crate) fn of(cursors: &[String], more: bool, request: &PageRequest) -> Self {
        Self {
            has_next_page: more,
            has_previous_page: request.after.is_some(),
            start_cursor: cursors.first().cloned(),
            end_cursor: cursors.last().cloned(),
        }
    }
}

/// Reads `first` and `after`; counts only where `totalCount` is asked for.
pub(crate) fn request(
    ctx: &Context<'_>,
    first: Option<i32>,
    after: Option<&str>,
) -> Result<PageRequest> {
    let first = first.unwrap_or(USUAL);
    let too_many = Problem::TooMany(100);
    let first = u64::try_from(first)
        .ok()
        .filter(|it| (1..=MOST).contains(it))
        .ok_or_else(|| context::refuse(ctx, &Refusal::invalid("first", too_many)))?;
    let unreadable = Refusal::invalid("after", Problem::Unreadable);
    let after = after
        .map(|it| Cursor::parse(it).ok_or_else(|| context::refuse(ctx, &unreadable)))
        .transpose()?;
    let count = ctx.look_ahead().field("totalCount").exists();
    Ok(PageRequest { first, after, count })
}

/// A connection, its edge, and how a page becomes one.
macro_rules! connection {
    ($(#[$doc:meta])* $connection:ident, $edge:ident, $node:ty) => {
        #[doc = "一条记录及其游标."]
        #[derive(async_graphql::SimpleObject)]
        pub(crate) struct $edge {
            /// 游标, opaque.
            cursor: String,
            /// 记录.
            node: $node,
        }

        $(#[$doc])*
        pub(crate) struct $connection {
            edges: Vec<(String, $node)>,
            info: $crate::page::PageInfo,
            total: Option<i32>,
            capped: bool,
        }

        $(#[$doc])*
        #[async_graphql::Object]
        impl $connection {
            /// 记录及其游标.
            async fn edges(&self) -> Vec<$edge> {
                self.edges.iter().map(|(cursor, node)| $edge { cursor: cursor.clone(), node: node.clone() }).collect()
            }

            /// 记录.
            async fn nodes(&self) -> Vec<$node> {
                self.edges.iter().map(|(_, node)| node.clone()).collect()
            }

            /// 分页信息.
            async fn page_info(&self) -> $crate::page::PageInfo {
                self.info.clone()
            }

            /// 总数, counted up to 10,000.
            async fn total_count(&self) -> Option<i32> {
                self.total
            }

            /// Whether there are more than were counted (总数超过一万).
            async fn total_capped(&self) -> bool {
                self.capped
            }
        }

        impl $connection {
            pub(crate) fn of<T>(
                page: store::Page<T>,
                request: &store::PageRequest,
                node: impl Fn(T) -> $node,
            ) -> Self {
                let edges: Vec<(String, $node)> =
                    page.items.into_iter().map(|(at, it)| (at.to_string(), node(it))).collect();
                let cursors: Vec<String> = edges.iter().map(|(cursor, _)| cursor.clone()).collect();
                Self {
                    info: $crate::page::PageInfo::of(&cursors, page.more, request),
                    edges,
                    total: page.total.and_then(|it| i32::try_from(it).ok()),
                    capped: page.capped,
                }
            }
        }
    };
}
pub(crate) use connection;
