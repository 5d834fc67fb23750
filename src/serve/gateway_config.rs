//! What the gateway is told, out of the configuration.

use gateway::{Buyers, Config as GatewayConfig, Operators, Role, Serving, Tokens};

use crate::config::{self, Config};

/// `apart`: the node has an admin listener, so operators' routes answer only there.
pub(super) fn of(config: &Config, apart: bool) -> GatewayConfig {
    GatewayConfig {
        buyers: match config.auth.buyers {
            config::Buyers::Open => Buyers::Open,
            config::Buyers::Service => Buyers::Service,
        },
        tokens: tokens(config),
        request_deadline: config.limits.request_timeout,
        in_flight_max: config.limits.in_flight,
        body_bytes_max: config.limits.body_bytes,
        operators: if apart { Operators::Apart } else { Operators::WithBuyers },
        serving: Serving {
            connections_max: config.limits.connections,
            drain_notice: config.limits.drain_notice,
            ..Serving::default()
        },
    }
}

fn tokens(config: &Config) -> Tokens {
    let roles = [
        (Role::Viewer, &config.auth.viewer),
        (Role::Service, &config.auth.service),
        (Role::Admin, &config.auth.admin),
    ];
    let mut tokens = Tokens::default();
    for (role, secrets) in roles {
        for secret in secrets {
            tokens
                .add(role, secret.expose())
                .expect("the configuration's rules take only tokens of this form, each once");
        }
    }
    tokens
}
