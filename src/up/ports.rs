//! The ports of a local cluster.

use std::hash::{BuildHasher, RandomState};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};

use super::Error;

/// How far above the HTTP ports those between nodes are.
const PEERS_ABOVE: u16 = 1_000;
/// How far above them the payment provider's is.
const PROVIDER_ABOVE: u16 = 2_000;
/// How many nodes there are.
const NODES: u16 = 3;

/// Which ports the nodes listen on, all on loopback.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ports {
    http: u16,
}

impl Ports {
    /// The highest first port: those above it are taken too.
    pub(crate) const HTTP_MAX: u16 = u16::MAX - PROVIDER_ABOVE;

    /// Three ports from `http` on, three above, and one for the payment provider, if they are free.
    pub(crate) fn from(http: u16) -> Result<Ports, Error> {
        if http == 0 || http > Ports::HTTP_MAX {
            return Err(Error::PortRange { port: http });
        }
        let ports = Ports { http };
        ports.check_free()?;
        Ok(ports)
    }

    /// Free ports. They lie below those that the system gives to outgoing connections, lest one of those be in the way
    /// when a killed node comes back to its port.
    pub(crate) fn any() -> Result<Ports, Error> {
        let tries = (0_u16..100).map(|_| {
            let random = RandomState::new().hash_one(0) % 20_000;
            Ports { http: 10_000 + u16::try_from(random).unwrap_or(0) }
        });
        let free = tries.into_iter().find(|ports| ports.check_free().is_ok());
        free.ok_or(Error::NoPorts)
    }

    /// Where node `node`, from 1, answers HTTP.
    pub(crate) fn http(self, node: u64) -> SocketAddr {
        self.address(self.http, node)
    }

    /// Where node `node`, from 1, talks to the others.
    pub(crate) fn peer(self, node: u64) -> SocketAddr {
        self.address(self.http + PEERS_ABOVE, node)
    }

    /// Where the payment provider is.
    pub(crate) fn provider(self) -> SocketAddr {
        self.address(self.http + PROVIDER_ABOVE, 1)
    }

    fn address(self, first: u16, node: u64) -> SocketAddr {
        let index = u16::try_from(node.saturating_sub(1)).unwrap_or(u16::MAX);
        (Ipv4Addr::LOCALHOST, first.saturating_add(index)).into()
    }

    fn check_free(self) -> Result<(), Error> {
        let nodes = 1..=u64::from(NODES);
        let addresses = nodes.flat_map(|node| [self.http(node), self.peer(node)]);
        addresses.chain([self.provider()]).try_for_each(|address| {
            let bound = TcpListener::bind(address);
            bound.map(drop).map_err(|source| Error::PortInUse { port: address.port(), source })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_in_use_is_named() {
        let ports = Ports::any().expect("free ports");
        let _taken = TcpListener::bind(ports.peer(2)).expect("bound");
        let refused = Ports::from(ports.http(1).port()).expect_err("one is taken");
        assert!(refused.to_string().contains(&ports.peer(2).port().to_string()), "{refused}");
    }

    #[test]
    fn ports_beyond_the_last_are_refused() {
        for port in [0, 63_536, u16::MAX] {
            assert!(matches!(Ports::from(port), Err(Error::PortRange { .. })), "{port}");
        }
    }
}
