//! The configuration of a local cluster, as the file that its nodes are given.

use super::{Ports, Provider, Terms};

/// The text of `cluster.toml`.
pub(super) fn text(ports: Ports, limits: bool, terms: &Terms) -> String {
    // Without limits, the clients of this machine share one address and may be very many.
    let connections = if limits { "" } else { "\n[limits]\nconnections = 1000000\n" };
    let nodes: String = (1..=3).map(|node| section(ports, node)).collect();
    format!(
        "# Written by `flashsale up` each time it starts.\n\n\
         [cluster]\nname = \"local\"\n\n\
         [storage]\ndata = \".\"\n\n\
         [auth]\nbuyers = \"open\"\n\n\
         [auth.tokens]\nservice = [\"file:service.token\"]\nadmin = [\"file:admin.token\"]\n{connections}{}{nodes}",
        Provider::section(ports, terms)
    )
}

fn section(ports: Ports, node: u64) -> String {
    format!(
        "\n[[node]]\nid = {node}\nhttp = {{ listen = \"{}\" }}\npeer = {{ listen = \"{}\" }}\n",
        ports.http(node),
        ports.peer(node)
    )
}
