//! `flashsale serve`: one node of a cluster, put together from its parts and taken apart again.

mod audit;
mod error;
mod gateway_config;
mod huge_pages;
mod lists;
mod metrics;
mod node_config;
mod operations;
mod panics;
mod payments;
mod projection;
mod replacement;
mod sale;
mod signals;
mod snapshots;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cashier::{Cashier, Till};
use gateway::{Gateway, House};
use listings::Listings;
use prometheus_client::registry::Registry;
use raft::node::{Facts, Node};
use raft::shard::gate::{Open, SharedGate};
use tokio::net::TcpListener;
use tokio::runtime::{Handle, Runtime};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tracing::info;

use crate::config::{Config, Node as NodeSettings};

pub(crate) use error::Error;

/// How long to wait before it is looked again whether the projection has let go of the node.
const HELD_FOR: Duration = Duration::from_millis(5);

/// Runs node `id` of the cluster until a signal comes, then stops it in order.
pub(crate) fn run(config: Config, id: u64) -> Result<(), Error> {
    panics::end_the_process_where_half_a_node_would_run_on();
    huge_pages::do_without();
    let runtime = Runtime::new().map_err(Error::Runtime)?;
    let ended = runtime.block_on(serve(&config, id));
    drop(runtime);
    if matches!(ended, Ok(()) | Err(Error::Disowned { .. })) {
        info!(node = id, "has stopped");
    }
    ended
}

async fn serve(config: &Config, id: u64) -> Result<(), Error> {
    let settings = config.node(id)?;
    let stop = signals::stop().map_err(Error::Signals)?;
    let listeners = Listeners::bind(settings).await?;
    let till = config.payment.as_ref().map(Till::open).transpose().map_err(Error::Provider)?;
    let gate = till.as_ref().map_or_else(|| Arc::new(Open) as SharedGate, Till::gate);
    let (node, facts) = Node::start(node_config::of(config, settings), listeners.peer, gate)
        .await
        .map_err(|why| Error::Node { node: id, why })?;
    let node = Arc::new(node);
    let listings = open_listings(settings).await?;
    let projection = project(&node, &listings, facts);
    let draining = Arc::new(AtomicBool::new(false));
    let cashier = till.map(|till| Cashier::employ(till, &node));
    let gateway = build_gateway(config, &node, &listings, &draining, cashier.as_ref());
    info!(node = id, http = %settings.http.listen, peer = %settings.peer.listen, "serves");

    let ending = CancellationToken::new();
    let public = gateway::serve(listeners.http, gateway.app(), ending.clone().cancelled_owned());
    let admin = async {
        if let Some(listener) = listeners.admin {
            gateway::serve(listener, gateway.admin_app(), ending.clone().cancelled_owned()).await;
        }
    };
    let leave = async {
        let disowned = tokio::select! {
            () = stop => None,
            words = node.disowned() => Some(words),
        };
        info!(node = id, "stops: hands its shards over, and finishes what is under way");
        draining.store(true, Ordering::Release);
        node.hand_over().await;
        ending.cancel();
        disowned
    };
    let (_drained, (), disowned) = tokio::join!(public, admin, leave);
    drop(gateway);
    if let Some(cashier) = cashier {
        cashier.dismiss().await;
    }
    finish(node, listings, projection).await;
    disowned.map_or(Ok(()), |words| Err(Error::Disowned { node: id, words }))
}

/// Opens the lists on a thread where a panic is no end of the process: sled panics at some kinds of damage, and what it
/// cannot read is built anew.
async fn open_listings(settings: &NodeSettings) -> Result<Listings, Error> {
    let path = settings.data.join("listings");
    let opened =
        tokio::task::spawn_blocking(move || Listings::open(&path, listings::Options::default())).await;
    opened
        .expect("opening the lists catches its panics")
        .map_err(|why| Error::Listings { node: settings.id, why })
}

async fn finish(node: Arc<Node>, listings: Listings, projection: std::thread::JoinHandle<()>) {
    // Nothing that was served holds the node any more; the projection does for as long as one lot of facts takes.
    let mut node = node;
    let node = loop {
        match Arc::try_unwrap(node) {
            Ok(node) => break node,
            Err(shared) => node = shared,
        }
        tokio::time::sleep(HELD_FOR).await;
    };
    node.stop().await;
    let ended = tokio::task::spawn_blocking(move || projection.join()).await;
    if !matches!(ended, Ok(Ok(()))) {
        tracing::warn!("the projection did not end in order");
    }
    if let Err(error) = listings.flush() {
        tracing::warn!(%error, "the lists were not flushed; they are taken in again at the next start");
    }
}

fn project(node: &Arc<Node>, listings: &Listings, facts: Facts) -> std::thread::JoinHandle<()> {
    let (node, listings, runtime) = (Arc::downgrade(node), listings.clone(), Handle::current());
    std::thread::Builder::new()
        .name("projection".into())
        .spawn(move || projection::run(&node, &listings, facts, &runtime))
        .expect("the system that gave a node its threads gives it one more")
}

type NodeGateway =
    Gateway<sale::NodeSale, lists::NodeLists, operations::NodeOperations, payments::NodePayments>;

fn build_gateway(
    config: &Config,
    node: &Arc<Node>,
    listings: &Listings,
    draining: &Arc<AtomicBool>,
    cashier: Option<&Cashier>,
) -> NodeGateway {
    let http: BTreeMap<u64, String> =
        config.nodes.iter().map(|node| (node.id, node.http.advertise.clone())).collect();
    let operations = operations::NodeOperations {
        node: Arc::clone(node),
        http,
        auditing: Semaphore::new(1),
        draining: Arc::clone(draining),
    };
    let mut registry = Registry::default();
    metrics::register(&mut registry, node);
    if let Some(cashier) = cashier {
        payments::register(&mut registry, cashier);
    }
    let apart =
        config.nodes.iter().any(|settings| settings.id == node.config().node && settings.admin.is_some());
    let house = House {
        sale: Arc::new(sale::NodeSale(Arc::clone(node))),
        lists: Arc::new(lists::NodeLists(listings.clone())),
        operations: Arc::new(operations),
        payments: Arc::new(payments::port(node, cashier)),
    };
    Gateway::new(gateway_config::of(config, apart), house, Arc::new(Mutex::new(registry)))
}

/// The sockets of a node, bound before anything else is touched: a port in use is told at once.
struct Listeners {
    http: TcpListener,
    peer: TcpListener,
    admin: Option<TcpListener>,
}

impl Listeners {
    async fn bind(node: &NodeSettings) -> Result<Listeners, Error> {
        let admin = match &node.admin {
            Some(admin) => Some(listen("admin", node.id, admin.listen).await?),
            None => None,
        };
        Ok(Listeners {
            http: listen("http", node.id, node.http.listen).await?,
            peer: listen("peer", node.id, node.peer.listen).await?,
            admin,
        })
    }
}

async fn listen(what: &'static str, node: u64, address: SocketAddr) -> Result<TcpListener, Error> {
    TcpListener::bind(address).await.map_err(|why| Error::Listen { what, node, address, why })
}
