//! The body of `PUT /v1/cluster/nodes/{id}/replacement`.

use serde::Deserialize;

use super::form::{Field, Form};
use crate::problem::Problem;

/// A node that comes in the place of another.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReplacementForm {
    new: u64,
    peer: String,
}

/// The longest host and port that are taken, in bytes: a name of DNS is shorter.
const PEER_BYTES_MAX: usize = 300;

impl Form for ReplacementForm {
    const FIELDS: &'static [Field] = &[
        ("new", "the id of the node that comes, from 1 to 4294967295"),
        ("peer", "a host and a port from 1 to 65535, where the others reach it"),
    ];
}

impl ReplacementForm {
    /// The node that comes, and where it is.
    pub(crate) fn read(self) -> Result<(u64, String), Problem> {
        Self::check("new", (1..=u64::from(u32::MAX)).contains(&self.new))?;
        Self::check("peer", is_address(&self.peer))?;
        Ok((self.new, self.peer))
    }
}

fn is_address(text: &str) -> bool {
    let Some((host, port)) = text.rsplit_once(':') else { return false };
    let is_port = port.parse::<u16>().is_ok_and(|port| port > 0) && !port.starts_with('+');
    is_port
        && !host.is_empty()
        && text.len() <= PEER_BYTES_MAX
        && text.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_host_and_a_port() {
        for good in ["127.0.0.1:9080", "node-4.example.net:1", "[::1]:65535"] {
            assert!(is_address(good), "{good}");
        }
        for wrong in ["", "node-4", ":9080", "node-4:", "node-4:0", "node-4:65536", "node 4:1", "node-4:+1"] {
            assert!(!is_address(wrong), "{wrong}");
        }
    }
}
