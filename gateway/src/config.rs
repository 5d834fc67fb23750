//! What a gateway is told when it is made.

use std::time::Duration;

use crate::identity::Tokens;

/// How a gateway behaves.
#[derive(Clone, Debug)]
pub struct Config {
    /// How buyers say who they are.
    pub buyers: Buyers,
    /// Who else may come in, and as what.
    pub tokens: Tokens,
    /// How long a request may take from its headers to its answer.
    pub request_deadline: Duration,
    /// How many requests may be under way at once; one more is shed.
    pub in_flight_max: usize,
    /// The longest body that is read.
    pub body_bytes_max: usize,
    /// Where the routes of operators and the metrics answer.
    pub operators: Operators,
    /// How connections are treated.
    pub serving: Serving,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            buyers: Buyers::Service,
            tokens: Tokens::default(),
            request_deadline: Duration::from_secs(5),
            in_flight_max: 20_000,
            body_bytes_max: 16 * 1024,
            operators: Operators::WithBuyers,
            serving: Serving::default(),
        }
    }
}

/// How buyers say who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Buyers {
    /// By the header `Buyer-Id` alone: for a cluster on one's own machine.
    Open,
    /// By the header `Buyer-Id` beside a service token: for a shop's own backend.
    Service,
}

/// Where the routes of operators and the metrics answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operators {
    /// On the same listener as those of buyers.
    WithBuyers,
    /// Only on a listener of their own, which serves [`Gateway::admin_app`](crate::Gateway::admin_app).
    Apart,
}

/// How connections are treated.
#[derive(Clone, Debug)]
pub struct Serving {
    /// How many connections may be open at once; one more is answered 503 and closed.
    pub connections_max: usize,
    /// How many bytes the request line and the headers may have together.
    pub header_bytes_max: usize,
    /// How long a request's headers may take to arrive. It also ends a connection on which nothing comes.
    pub header_read_timeout: Duration,
    /// How long connections are still accepted after the shutdown signal, so that a load balancer sees `/readyz` fail.
    pub drain_notice: Duration,
    /// How long requests under way may take after that.
    pub drain_deadline: Duration,
}

impl Default for Serving {
    fn default() -> Serving {
        Serving {
            connections_max: 20_000,
            header_bytes_max: 16 * 1024,
            header_read_timeout: Duration::from_secs(30),
            drain_notice: Duration::ZERO,
            drain_deadline: Duration::from_secs(10),
        }
    }
}
