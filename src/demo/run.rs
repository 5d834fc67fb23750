//! The order of events.

use std::net::SocketAddr;
use std::sync::Arc;

use serde_json::json;

use super::books::Books;
use super::check;
use super::crowd::{self, Invitation};
use super::outage::Outage;
use super::plan::Plan;
use super::progress::Progress;
use super::report::Report;
use super::{Error, display, killer, ledger};
use crate::client::Call;
use crate::output;
use crate::up::{Directory, Local, Ports, Signals};

/// Runs the demonstration in a fresh directory, which is kept if something goes wrong.
pub(super) async fn run(plan: Plan, json: bool) -> Result<(), Error> {
    let mut signals = Signals::catch()?;
    let home = tempfile::Builder::new().prefix("flashsale-demo-").tempdir();
    let home = home.map_err(|source| Error::TemporaryDirectory { source })?;
    output::note(format_args!("{} units, {} buyers, --seed {}", plan.stock, plan.buyers, plan.seed));
    let mut cluster =
        Local::start(Directory::open(home.path(), false)?, Ports::any()?, false, plan.terms()?).await?;
    let told = tokio::select! {
        told = tell_true(&plan, &mut cluster, json) => told,
        () = signals.caught() => Err(Error::Interrupted),
    };
    tokio::select! {
        _killed = cluster.stop() => {}
        () = signals.caught() => {}
    }
    match told {
        Ok(broken) if broken.is_empty() => Ok(()),
        Ok(broken) => Err(Error::Untrue { reasons: broken.join("; "), kept: home.keep() }),
        Err(Error::Interrupted) => Err(Error::Interrupted),
        Err(error) => Err(Error::Broken { source: Box::new(error), kept: home.keep() }),
    }
}

/// Sells, reckons, prints the result, and tells which promises were broken.
async fn tell_true(plan: &Plan, cluster: &mut Local, json: bool) -> Result<Vec<String>, Error> {
    cluster.ready().await?;
    open_sale(plan, cluster).await?;
    let outage = Arc::new(Outage::default());
    let (books, killed) = sell(plan, cluster, &outage).await?;
    let ledger = ledger::reckon(cluster.provider.simulator(), &cluster.api()?).await?;
    let reckoning = check::reckon(plan, cluster, &books.holds).await?.with(&ledger);
    let report = Report::new(plan, &books, &outage, killed, &ledger, reckoning);
    if json {
        output::json(&report)
    } else {
        output::line(&report)
    };
    Ok(report.broken_promises(plan))
}

async fn open_sale(plan: &Plan, cluster: &Local) -> Result<(), Error> {
    let product = json!({
        "name": "A sneaker that everyone wants",
        "price": {"amount": Plan::PRICE, "currency": Plan::CURRENCY},
        "stock": plan.stock,
        "hold_seconds": Plan::HOLD.as_secs(),
        "payment": "provider",
    });
    cluster.api()?.call(Call::put(format!("/v1/products/{}", Plan::PRODUCT), product)).await?;
    Ok(())
}

/// The sale itself: the crowd on its own thread, the killer and the display on this one.
async fn sell(plan: &Plan, cluster: &mut Local, outage: &Arc<Outage>) -> Result<(Books, Option<u64>), Error> {
    let progress = Arc::new(Progress::default());
    let nodes: Vec<SocketAddr> = cluster.nodes.iter().map(|node| node.http).collect();
    let books = crowd::send_in(Invitation {
        plan: *plan,
        nodes,
        progress: Arc::clone(&progress),
        outage: Arc::clone(outage),
    })?;
    let sale = async {
        let strike = async {
            if plan.kill { killer::strike(plan, cluster, &progress, outage).await } else { Ok(None) }
        };
        let (books, killed) = tokio::join!(books, strike);
        let books = books.map_err(|_| Error::Crowd { reason: "it ended early".to_owned() })?;
        Ok((books?, killed?))
    };
    tokio::select! {
        sold = sale => sold,
        () = display::show(plan, &progress, outage) => Err(Error::Crowd { reason: "the display ended".to_owned() }),
    }
}
