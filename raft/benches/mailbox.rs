//! What actix costs as the shell of a shard's core: an actor that is told of each request, beside one that is woken once
//! for all that came meanwhile, which is what the shard actor does. `cargo bench -p flashsale-raft --bench mailbox`.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use actix::{Actor, Arbiter, Context, Handler, System};

const REQUESTS: u64 = 2_000_000;

/// A request, as far as a mailbox is concerned.
struct Told(#[expect(dead_code, reason = "only its size matters")] [u64; 16]);
/// Something is in the inbox.
struct Wake;

impl actix::Message for Told {
    type Result = ();
}
impl actix::Message for Wake {
    type Result = ();
}

#[derive(Clone, Default)]
struct Inbox {
    requests: Arc<Mutex<Vec<Told>>>,
    woken: Arc<AtomicBool>,
    seen: Arc<AtomicU64>,
}

struct Counting(Inbox);

impl Actor for Counting {
    type Context = Context<Counting>;

    fn started(&mut self, ctx: &mut Context<Counting>) {
        ctx.set_mailbox_capacity(1 << 16);
    }
}

impl Handler<Told> for Counting {
    type Result = ();

    fn handle(&mut self, told: Told, _: &mut Context<Counting>) {
        std::hint::black_box(told);
        self.0.seen.fetch_add(1, Ordering::Relaxed);
    }
}

impl Handler<Wake> for Counting {
    type Result = ();

    fn handle(&mut self, _: Wake, _: &mut Context<Counting>) {
        self.0.woken.store(false, Ordering::Release);
        let taken = std::mem::take(&mut *self.0.requests.lock().expect("nobody panics with it"));
        self.0.seen.fetch_add(taken.len() as u64, Ordering::Relaxed);
    }
}

/// CPU nanoseconds of this process, all threads together.
fn cpu_nanos() -> u128 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    u128::try_from(time.tv_sec).unwrap_or(0) * 1_000_000_000 + u128::try_from(time.tv_nsec).unwrap_or(0)
}

#[expect(clippy::print_stdout, reason = "a bench prints its figures")]
fn measure(name: &str, inbox: &Inbox, send: impl Fn() -> bool) {
    inbox.seen.store(0, Ordering::Relaxed);
    let (began, cpu) = (Instant::now(), cpu_nanos());
    for _ in 0..REQUESTS {
        while !send() {
            std::thread::yield_now();
        }
    }
    while inbox.seen.load(Ordering::Relaxed) < REQUESTS {
        std::thread::yield_now();
    }
    let cpu = (cpu_nanos() - cpu) / u128::from(REQUESTS);
    let wall = began.elapsed().as_nanos() / u128::from(REQUESTS);
    println!("{name:<40} {cpu:>6} ns CPU {wall:>6} ns wall a request");
}

fn main() {
    let system = System::new();
    let arbiter = Arbiter::new();
    let inbox = Inbox::default();
    let counting = Counting(inbox.clone());
    let address = Counting::start_in_arbiter(&arbiter.handle(), |_| counting);
    measure("a message each", &inbox, || address.try_send(Told([0; 16])).is_ok());
    measure("an inbox, and one wake-up for many", &inbox, || {
        inbox.requests.lock().expect("nobody panics with it").push(Told([0; 16]));
        inbox.woken.swap(true, Ordering::AcqRel) || address.try_send(Wake).is_ok()
    });
    arbiter.stop();
    drop(system);
}
