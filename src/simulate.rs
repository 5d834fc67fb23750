//! `flashsale simulator`: the payment provider's simulator alone.

use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::json;
use simulator::{Options, Script, ScriptError, Simulator, Time};

use crate::output;
use crate::up::Signals;

/// Runs a simulator of the payment provider until Ctrl-C.
///
/// It speaks the provider's payment API: point `payment.base_url` of a configuration, or the base URL of an official
/// client, at it. Everything is kept in DIR, and is there at the next start. docs/simulator.md says what it does, what
/// it does not, and how faults are scripted.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The port that it listens on, on 127.0.0.1.
    #[arg(long, value_name = "PORT", default_value_t = simulator::PORT)]
    port: u16,
    /// Where its ledger is kept.
    #[arg(long, value_name = "DIR", default_value = "flashsale-simulator")]
    data: PathBuf,
    /// What goes wrong, and when: a TOML file of [[fault]] tables.
    #[arg(long, value_name = "FILE")]
    faults: Option<PathBuf>,
    /// What ids and faults derive from; the same seed, the same faults.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Run by a clock that stands still until moved, from TIME, like 2026-11-27T18:00:00Z, or now
    ///
    /// It dates objects, ends holds after seven days, ages idempotency keys and paces webhooks;
    /// delays by script and rate limits stay real. To move it on by a week, and let happen what is
    /// due by then:
    ///
    ///   curl -u sk_test_flashsale_0001: -d seconds=604800 \
    ///     http://127.0.0.1:12111/_simulator/clock/advance
    ///
    /// GET /_simulator/clock shows it. It never goes back: where the ledger in DIR ends later than
    /// TIME, it begins there.
    #[arg(
        long,
        value_name = "TIME",
        num_args = 0..=1,
        require_equals = true,
        value_parser = humantime::parse_rfc3339,
        verbatim_doc_comment
    )]
    virtual_clock: Option<Option<SystemTime>>,
    /// Print one JSON object when ready, instead of lines.
    #[arg(long)]
    json: bool,
}

/// Why the simulator does not run.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("--faults: {0}")]
    Faults(#[from] ScriptError),
    #[error(transparent)]
    Simulator(#[from] simulator::Error),
    #[error(transparent)]
    Signals(#[from] crate::up::Error),
    #[error("cannot start a runtime: {0}")]
    Runtime(#[source] std::io::Error),
}

impl Error {
    /// Whether the caller has to say something else.
    pub(crate) fn is_misuse(&self) -> bool {
        matches!(self, Error::Faults(_))
    }
}

/// Runs the simulator until it is told to stop.
pub(crate) fn run(args: &Args) -> Result<(), Error> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(Error::Runtime)?;
    runtime.block_on(serve(args))
}

async fn serve(args: &Args) -> Result<(), Error> {
    let mut signals = Signals::catch()?;
    let options = Options::new(&args.data);
    let mut listen = options.listen;
    listen.set_port(args.port);
    let faults = args.faults.as_deref().map(Script::read).transpose()?.unwrap_or_default();
    let clock = args.virtual_clock.map_or(Time::Real, |begin| Time::Virtual(begin.map(milliseconds)));
    let running = Simulator::start(Options { listen, faults, seed: args.seed, clock, ..options }).await?;
    tell(args, &running);
    signals.caught().await;
    running.shutdown().await;
    Ok(())
}

/// Since the Unix epoch, which no time that can be given is before.
fn milliseconds(at: SystemTime) -> i64 {
    let since = at.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// Says what there is, and last that it is ready.
fn tell(args: &Args, running: &simulator::Running) {
    if args.json {
        let accounts = running.accounts().iter();
        let accounts = accounts.map(|account| {
            json!({"id": account.id, "secret_key": account.secret_key, "publishable_key": account.publishable_key})
        });
        let accounts: Vec<_> = accounts.collect();
        let clock = json!({"now_ms": running.now_ms(), "virtual": args.virtual_clock.is_some()});
        output::json(&json!({"url": running.url(), "accounts": accounts, "clock": clock, "ready": true}));
        return;
    }
    for account in running.accounts() {
        let (id, secret, public) = (&account.id, &account.secret_key, &account.publishable_key);
        output::line(format_args!("{id}  {secret}  {public}"));
    }
    if args.virtual_clock.is_some() {
        let now = UNIX_EPOCH + Duration::from_millis(u64::try_from(running.now_ms()).unwrap_or(0));
        let now = humantime::format_rfc3339_millis(now);
        output::line(format_args!("the clock stands at {now} until it is moved: /_simulator/clock/advance"));
    }
    output::line(format_args!("{}", running.url()));
    output::line("ready");
}
