//! `flashsale reconcile`: our orders against the payment provider's ledger.

mod books;
mod report;

use std::path::PathBuf;
use std::time::SystemTime;

use payment::Provider;
use payment::reconcile::{Period, Unreconciled};

use books::seconds;

use super::{Error, Target};
use crate::config::Config;

/// How much older than an order its payment may be: a hold lasts a day at most, and then some.
const BEFORE: u64 = 2 * 86_400;

/// Compares orders with the payment provider's ledger; exit status 1 if anything differs.
///
/// Run it where the configuration's secrets are, with a token of the role viewer in FLASHSALE_TOKEN. The ledger is read
/// through the provider's API, a hundred payments a call and one call after the other, at most at the rates of the
/// configuration. The nodes do not know of it, so it adds to what they ask of the same accounts.
///
/// What differs is read once more, of both books. A payment that is being carried out is no difference, nor is a refund that
/// is on its way. Exit status 0 if the books agree, 1 if they differ or could not be read, 2 if the configuration or an
/// option cannot be used.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The cluster's configuration, for its [payment].
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// Only what was paid from this moment on, like 2026-11-27T18:00:00Z [default: all there is].
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_rfc3339)]
    since: Option<SystemTime>,
    #[command(flatten)]
    target: Target,
}

/// Compares, and tells.
pub(super) async fn run(args: Args) -> Result<(), Error> {
    let config = Config::load(&args.config).map_err(Box::new)?;
    let config = config.payment.ok_or(Error::NoProvider { path: args.config })?;
    let provider = Provider::new(&config).map_err(|source| Error::Provider { source })?;
    let since = args.since.map_or(0, seconds);
    let from = since.saturating_sub(BEFORE);
    let api = args.target.api()?;
    let sales = books::sales(&api, from, since).await?;
    let period = Period { since: from, until: seconds(SystemTime::now()) };
    let found = payment::reconcile::reconcile(&provider, sales, &api, period).await;
    provider.shutdown().await;
    let found = found.map_err(|unreconciled| match unreconciled {
        Unreconciled::Ledger(source) => Error::Ledger { source },
        Unreconciled::Books(error) => error,
    })?;
    if args.target.json {
        crate::output::json(&report::object(&found));
    } else {
        crate::output::line(report::show(&found));
    }
    match found.is_clean() {
        true => Ok(()),
        false => Err(Error::Differences { count: found.differences.len() as u64 + found.unlisted }),
    }
}
