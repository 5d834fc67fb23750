//! The wires between nodes: a proxy for each node and each other that it dials, so that what one hears of another can be
//! cut, held, delayed and lost, each way by itself.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::Instant;

use super::chance::Chance;
use super::local::NODES;
use super::settings::Ports;

/// How many bytes are carried at a time.
const PIECE_BYTES: usize = 16 << 10;
/// How many pieces are under way on a wire in one direction; whoever sends more waits, as with a full buffer.
const PIECES: usize = 256;
/// How long a piece that was lost takes longer than the others: TCP sends it again, and nothing overtakes it.
const RESENT_AFTER_MS: u64 = 40;
const RESENT_WITHIN_MS: u64 = 160;

/// What a wire is like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Weather {
    /// All passes, at once.
    #[default]
    Fair,
    /// Connections are closed, and none comes about.
    Cut,
    /// Nothing passes either way, and nobody is told. What was sent arrives when it clears up.
    Silent,
    /// What the dialling node sends passes, and no answer does.
    Deaf,
    /// All passes, so much later.
    Slow(Duration),
    /// Of a hundred pieces so many are lost, and sent again by and by; of a thousand so many take the connection with them.
    Rough { lost_percent: u64, reset_permille: u64 },
}

/// Which way a piece goes on a wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// From the node that dialled.
    There,
    /// To it.
    Back,
}

impl Weather {
    fn passes(self, way: Way) -> bool {
        match self {
            Weather::Cut | Weather::Silent => false,
            Weather::Deaf => way == Way::There,
            Weather::Fair | Weather::Slow(_) | Weather::Rough { .. } => true,
        }
    }
}

/// All wires of a cluster.
#[derive(Debug)]
pub(crate) struct Wires {
    wires: Vec<Wire>,
    harm: Arc<Harm>,
}

/// What was done to what passed.
#[derive(Debug, Default)]
struct Harm {
    late: AtomicU64,
    broken: AtomicU64,
}

/// The wire by which `from` dials `to`.
#[derive(Debug)]
struct Wire {
    from: u64,
    to: u64,
    address: SocketAddr,
    weather: watch::Sender<Weather>,
    carrying: JoinHandle<()>,
}

impl Wires {
    /// Wires between all nodes, in fair weather.
    pub(crate) async fn string(ports: Ports, seed: u64) -> Wires {
        let (mut wires, harm) = (Vec::new(), Arc::<Harm>::default());
        for from in NODES {
            for to in NODES.into_iter().filter(|&to| to != from) {
                let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
                let address = listener.local_addr().expect("it is bound");
                let weather = watch::Sender::new(Weather::Fair);
                let chance = Chance::new(seed, 100 * from + to);
                let wind = Wind { weather: weather.subscribe(), chance, harm: Arc::clone(&harm) };
                let run = run(listener, ports.peer(to), wind);
                wires.push(Wire { from, to, address, weather, carrying: tokio::spawn(run) });
            }
        }
        Wires { wires, harm }
    }

    /// What `node` must be told so that it dials the others by its wires.
    pub(crate) fn environment(&self, node: u64) -> Vec<(String, String)> {
        let own = self.wires.iter().filter(|wire| wire.from == node);
        own.map(|wire| (format!("FLASHSALE__NODE__{}__PEER__ADVERTISE", wire.to), wire.address.to_string()))
            .collect()
    }

    /// How many pieces came late, and how many connections broke with one.
    pub(crate) fn harm(&self) -> (u64, u64) {
        (self.harm.late.load(Relaxed), self.harm.broken.load(Relaxed))
    }

    /// Sets the weather on the wire by which `from` dials `to`.
    pub(crate) fn set(&self, from: u64, to: u64, weather: Weather) {
        let wire = self.wires.iter().find(|wire| (wire.from, wire.to) == (from, to)).expect("two nodes");
        wire.weather.send_replace(weather);
    }
}

impl Drop for Wires {
    fn drop(&mut self) {
        self.wires.iter().for_each(|wire| wire.carrying.abort());
    }
}

/// The weather as it is felt, and what it does.
#[derive(Clone, Debug)]
struct Wind {
    weather: watch::Receiver<Weather>,
    chance: Chance,
    harm: Arc<Harm>,
}

impl Wind {
    /// The same with chances of its own.
    fn apart(&mut self) -> Wind {
        let chance = Chance::new(self.chance.below(u64::MAX), 0);
        Wind { chance, ..self.clone() }
    }

    async fn is_cut(&mut self) {
        // The wires are gone at the end of a test: that is as good.
        drop(self.weather.wait_for(|weather| *weather == Weather::Cut).await);
    }

    /// Waits until something passes this way, or nothing ever will.
    async fn lets_pass(&mut self, way: Way) -> bool {
        self.weather.wait_for(|weather| weather.passes(way) || *weather == Weather::Cut).await.is_ok()
    }

    /// When a piece arrives; nothing if the connection breaks with it.
    fn due(&mut self) -> Option<Instant> {
        let (now, weather) = (Instant::now(), *self.weather.borrow());
        match weather {
            Weather::Slow(delay) => Some(now + delay),
            Weather::Rough { reset_permille, .. } if self.chance.below(1_000) < reset_permille => {
                self.harm.broken.fetch_add(1, Relaxed);
                None
            }
            Weather::Rough { lost_percent, .. } if self.chance.below(100) < lost_percent => {
                self.harm.late.fetch_add(1, Relaxed);
                Some(now + Duration::from_millis(RESENT_AFTER_MS + self.chance.below(RESENT_WITHIN_MS)))
            }
            _ => Some(now),
        }
    }
}

/// Takes connections, each of which ends with this.
async fn run(listener: TcpListener, to: SocketAddr, mut wind: Wind) {
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        let Ok((near, _)) = listener.accept().await else { continue };
        if *wind.weather.borrow() != Weather::Cut {
            connections.spawn(connect(near, to, wind.apart()));
        }
    }
}

async fn connect(near: TcpStream, to: SocketAddr, mut wind: Wind) {
    let Ok(far) = TcpStream::connect(to).await else { return };
    if near.set_nodelay(true).is_err() || far.set_nodelay(true).is_err() {
        return;
    }
    let (near_read, near_write) = near.into_split();
    let (far_read, far_write) = far.into_split();
    let there = carry(near_read, far_write, Way::There, wind.apart());
    let back = carry(far_read, near_write, Way::Back, wind.apart());
    tokio::select! {
        () = there => {}
        () = back => {}
        () = wind.is_cut() => {}
    }
}

/// Carries what comes until the connection ends.
async fn carry(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, way: Way, mut wind: Wind) {
    let (sender, mut pieces) = mpsc::channel::<(Instant, Vec<u8>)>(PIECES);
    let mut passing = wind.clone();
    let read = async {
        let mut buffer = vec![0; PIECE_BYTES];
        while let Ok(bytes) = from.read(&mut buffer).await {
            let Some(due) = wind.due().filter(|_| bytes > 0) else { return };
            if sender.send((due, buffer[..bytes].to_vec())).await.is_err() {
                return;
            }
        }
    };
    let write = async {
        while let Some((due, bytes)) = pieces.recv().await {
            tokio::time::sleep_until(due).await;
            if !passing.lets_pass(way).await || to.write_all(&bytes).await.is_err() {
                return;
            }
        }
    };
    tokio::select! {
        () = read => {}
        () = write => {}
    }
}
