//! How often one account and one address may ask, counted in memory by a leaky bucket each.
//!
//! What is kept is bounded: buckets that are full again are forgotten, and where very many addresses
//! ask at once those of one neighbourhood share a bucket.

use std::{
    hash::Hash,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

use axum::http::StatusCode;
use engine::ids::PersonId;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter, clock::Clock as _};

use crate::{
    problem::{Code, Problem},
    settings::Rate,
    source::Source,
};

/// How many addresses have a bucket of their own.
const MOST: usize = 50_000;

const TOO_MANY: Problem = Problem::new(
    StatusCode::TOO_MANY_REQUESTS,
    Code::TooMany,
    "请求过于频繁，请稍候再试；等待的秒数见 Retry-After。",
    "Too many requests. Wait as many seconds as Retry-After says and try again.",
);

/// The buckets of one process.
pub(crate) struct Rates {
    accounts: Option<DefaultKeyedRateLimiter<PersonId>>,
    addresses: Option<DefaultKeyedRateLimiter<Place>>,
}

impl Rates {
    /// Empty buckets.
    pub(crate) fn new(per_account: Option<Rate>, per_address: Option<Rate>) -> Self {
        Self { accounts: per_account.map(buckets), addresses: per_address.map(buckets) }
    }

    /// Counts a request of an account, or says how long to wait. There are as many buckets as
    /// people who are signed in.
    pub(crate) fn account(&self, person: PersonId) -> Result<(), Problem> {
        self.accounts.as_ref().map_or(Ok(()), |it| ask(it, &person))
    }

    /// Counts a request of an address, or says how long to wait. This machine is not counted: a
    /// proxy that does not say for whom it asks must not shut out everybody.
    pub(crate) fn address(&self, source: &Source) -> Result<(), Problem> {
        let (Some(buckets), Some(address)) = (&self.addresses, source.address) else {
            return Ok(());
        };
        if address.is_loopback() {
            return Ok(());
        }
        let host = host(address);
        let key = if buckets.len() < MOST { Place::Host(host) } else { Place::neighbours(host) };
        ask(buckets, &key)
    }

    /// Forgets who has not asked for so long that it makes no difference.
    pub(crate) fn forget(&self) {
        if let Some(it) = &self.accounts {
            it.retain_recent();
            it.shrink_to_fit();
        }
        if let Some(it) = &self.addresses {
            it.retain_recent();
            it.shrink_to_fit();
        }
    }
}

/// What has a bucket.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Place {
    Host(IpAddr),
    /// The first 16 bits of an address: of these there are never many.
    Neighbours(IpAddr),
}

impl Place {
    fn neighbours(host: IpAddr) -> Self {
        Self::Neighbours(match host {
            IpAddr::V4(it) => Ipv4Addr::from_bits(it.to_bits() & (!0 << 16)).into(),
            IpAddr::V6(it) => Ipv6Addr::from_bits(it.to_bits() & (!0 << 112)).into(),
        })
    }
}

/// What one host is: of IPv6 a network of 64 bits, as a host draws its own addresses from that.
fn host(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(it) => Ipv6Addr::from_bits(it.to_bits() & (!0 << 64)).into(),
    }
}

fn buckets<K: Clone + Eq + Hash>(rate: Rate) -> DefaultKeyedRateLimiter<K> {
    RateLimiter::keyed(Quota::per_second(rate.per_second).allow_burst(rate.burst))
}

fn ask<K: Clone + Eq + Hash>(buckets: &DefaultKeyedRateLimiter<K>, key: &K) -> Result<(), Problem> {
    buckets.check_key(key).map_err(|it| {
        let wait = it.wait_time_from(buckets.clock().now());
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        Problem { retry_after: Some(seconds.max(1)), ..TOO_MANY }
    })
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn from(address: &str) -> Source {
        Source { address: address.parse().ok(), secure: false }
    }

    /// One an hour at most would be what is wanted here; the slowest there is is one a second.
    fn rates(burst: u32) -> Rates {
        Rates::new(Rate::new(1, burst), Rate::new(1, burst))
    }

    #[test]
    fn who_asks_too_often_is_told_how_long_to_wait() {
        let rates = rates(1000);
        let person = PersonId(Uuid::from_u128(1));
        let refused = (0..5000).find_map(|_| rates.account(person).err()).unwrap();
        assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(refused.retry_after, Some(1));
        assert!(rates.account(PersonId(Uuid::from_u128(2))).is_ok());
        let refused = (0..5000).find_map(|_| rates.address(&from("10.0.0.1")).err());
        assert!(refused.is_some());
        assert!(rates.address(&from("10.0.0.2")).is_ok());
    }

    #[test]
    fn this_machine_is_not_counted_unless_somebody_hides_behind_it() {
        let rates = rates(10);
        assert!((0..5000).all(|_| rates.address(&from("127.0.0.1")).is_ok()));
        assert!((0..5000).all(|_| rates.address(&from("::1")).is_ok()));
        assert!((0..5000).any(|_| rates.address(&from("0.0.0.0")).is_err()));
        let none = Source { address: None, secure: false };
        assert!((0..5000).all(|_| rates.address(&none).is_ok()));
    }

    #[test]
    fn a_host_does_not_escape_by_drawing_another_address_of_its_own() {
        let rates = rates(10);
        let drawn = |n: u128| {
            let address =
                Ipv6Addr::from_bits("2001:db8:1:2::".parse::<Ipv6Addr>().unwrap().to_bits() + n);
            rates.address(&from(&address.to_string()))
        };
        assert!((0..5000).any(|n| drawn(n).is_err()));
        assert!(rates.address(&from("2001:db8:1:3::1")).is_ok());
    }

    #[test]
    fn what_is_kept_is_bounded_and_forgotten() {
        let rates = Rates::new(None, Rate::new(1_000_000, 1));
        let buckets = rates.addresses.as_ref().unwrap();
        for n in 0..200_000_u128 {
            let address = Ipv6Addr::from_bits((0x2001 << 112) | (n << 64));
            let _ = rates.address(&from(&address.to_string()));
        }
        assert!(buckets.len() <= MOST + 1, "{}", buckets.len());
        std::thread::sleep(std::time::Duration::from_millis(5));
        rates.forget();
        assert!(buckets.is_empty(), "{}", buckets.len());
    }

    #[test]
    fn nothing_is_counted_where_nothing_is_set() {
        let rates = Rates::new(None, None);
        assert!((0..5000).all(|_| rates.address(&from("10.0.0.1")).is_ok()));
        assert!((0..5000).all(|_| rates.account(PersonId(Uuid::from_u128(1))).is_ok()));
        rates.forget();
    }
}
