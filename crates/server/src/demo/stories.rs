//! The stories of the year, each told by itself; their instants put them in order.

mod autumn;
mod new_year;
mod noise;
mod plain;
mod spring;
mod summer;
mod winter;

use super::script::Script;

/// Tells the whole year.
pub(super) fn tell(script: &mut Script) {
    new_year::tell(script);
    spring::tell(script);
    noise::tell(script);
    summer::tell(script);
    autumn::tell(script);
    winter::tell(script);
    plain::tell(script);
}
