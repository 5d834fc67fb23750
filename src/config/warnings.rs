//! What a configuration may say, and better would not.

use super::model::{Config, Node};
use super::rules::{TOKEN_MIN, tokens};

/// Warnings of what `config` means to `nodes`, in sentences.
pub(super) fn of(config: &Config, nodes: &[&Node]) -> Vec<String> {
    let short = tokens(config).filter(|(_, token)| token.expose().len() < TOKEN_MIN);
    let short = short.map(|(role, token)| short_token(role, token.expose().len()));
    let has_tokens = tokens(config).next().is_some();
    let exposed = nodes.iter().filter(|_| has_tokens).flat_map(|node| plain_doors(node));
    short.chain(exposed).collect()
}

fn short_token(role: &str, length: usize) -> String {
    format!(
        "`auth.tokens.{role}` has a token of {length} characters, which can be guessed; off loopback it takes at least \
         {TOKEN_MIN}"
    )
}

/// The listeners of a node that tokens come to in plain HTTP over a network.
fn plain_doors(node: &Node) -> impl Iterator<Item = String> {
    let doors = node.endpoints().filter(|(section, door)| *section != "peer" && !door.is_loopback());
    doors.map(|(section, door)| {
        format!(
            "`node.{}.{section}.listen` is {}, and tokens travel to it in plain HTTP; put a proxy that speaks TLS in front",
            node.id, door.listen
        )
    })
}
