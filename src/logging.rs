//! Logs: to stderr, filtered by `RUST_LOG`.

use tracing_subscriber::EnvFilter;

/// How a log line looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// For people.
    #[default]
    Text,
    /// For machines: one JSON object a line.
    Json,
}

/// What is logged unless `RUST_LOG` is set. openraft warns of every heartbeat that a node which is down does not answer;
/// that it is down, and when it is back, the peer connections say once. The payment simulator tells of every fault it was told
/// to make.
const DEFAULT_FILTER: &str = "info,openraft=error,simulator=warn";

/// Begins to log.
pub(crate) fn start(format: Format) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(DEFAULT_FILTER));
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // It fails only if something logs already, and then there is nothing to start.
    let _ = match format {
        Format::Text => subscriber.with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr())).try_init(),
        Format::Json => subscriber.json().try_init(),
    };
}
