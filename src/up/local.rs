//! A local cluster: its directory and its nodes.

use std::time::Duration;

use tokio::time::timeout;

use super::node::Node;
use super::{Directory, Error, Ports, Provider, Terms, settings};
use crate::client::Api;
use crate::config::Secret;

/// How long a node may take to stop before it is killed.
const STOP_MAX: Duration = Duration::from_secs(20);

/// A cluster of child processes. Dropped, they are killed.
pub(crate) struct Local {
    pub(crate) directory: Directory,
    pub(crate) ports: Ports,
    pub(crate) nodes: Vec<Node>,
    pub(crate) admin: Secret,
    pub(crate) provider: Provider,
}

impl Local {
    /// Starts the payment provider, writes what the nodes need to know, and starts them.
    pub(crate) async fn start(
        directory: Directory,
        ports: Ports,
        limits: bool,
        terms: Terms,
    ) -> Result<Local, Error> {
        let provider = Provider::start(&directory, ports, &terms).await?;
        directory.write("cluster.toml", &settings::text(ports, limits, &terms))?;
        let admin = directory.token("admin.token", std::env::var("FLASHSALE_ADMIN_TOKEN").ok())?;
        directory.token("service.token", None)?;
        let nodes = (1..=3).map(|id| Node::start(&directory, id, ports.http(id)));
        let nodes = nodes.collect::<Result<_, _>>()?;
        Ok(Local { directory, ports, nodes, admin, provider })
    }

    /// Starts a node again that has ended.
    pub(crate) fn restart(&mut self, id: u64) -> Result<(), Error> {
        let node = Node::start(&self.directory, id, self.ports.http(id))?;
        match self.nodes.iter_mut().find(|old| old.id == id) {
            Some(old) => *old = node,
            None => self.nodes.push(node),
        }
        Ok(())
    }

    /// The node with an id, if it is there.
    pub(crate) fn node(&mut self, id: u64) -> Option<&mut Node> {
        self.nodes.iter_mut().find(|node| node.id == id)
    }

    /// The admin API at all nodes.
    pub(crate) fn api(&self) -> Result<Api, Error> {
        let urls: Vec<String> = self.nodes.iter().map(Node::url).collect();
        Ok(Api::new(&urls, Some(self.admin.clone()))?)
    }

    /// The admin API at one node.
    pub(crate) fn api_at(&self, node: &Node) -> Result<Api, Error> {
        Ok(Api::new(&[node.url()], Some(self.admin.clone()))?)
    }

    /// Waits until a node ends, and says which and how.
    pub(crate) async fn next_end(&mut self) -> (u64, String) {
        let ends = self.nodes.iter_mut().map(|node| {
            Box::pin(async move {
                let status = node.ended().await;
                (node.id, status.map_or_else(|error| error.to_string(), |status| status.to_string()))
            })
        });
        let mut ends: Vec<_> = ends.collect();
        std::future::poll_fn(|context| {
            let ended = ends.iter_mut().find_map(|end| match end.as_mut().poll(context) {
                std::task::Poll::Ready(ended) => Some(ended),
                std::task::Poll::Pending => None,
            });
            ended.map_or(std::task::Poll::Pending, std::task::Poll::Ready)
        })
        .await
    }

    /// Stops all nodes, then the provider: asks first, waits, and kills those that do not listen. Gives the ids of the
    /// latter.
    pub(crate) async fn stop(mut self) -> Vec<u64> {
        self.nodes.iter().for_each(Node::ask_to_stop);
        let mut killed = Vec::new();
        for node in &mut self.nodes {
            if timeout(STOP_MAX, node.ended()).await.is_err() {
                node.kill();
                killed.push(node.id);
                // Nothing survives SIGKILL, so this wait ends.
                let _ = node.ended().await;
            }
        }
        self.provider.stop().await;
        killed
    }
}
