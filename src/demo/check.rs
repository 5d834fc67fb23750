//! The reckoning: what the clients were told, held against what every node knows.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use tokio::task::JoinSet;

use super::Error;
use super::hold::{End, Hold};
use super::ledger::Ledger;
use super::orders;
use super::plan::Plan;
use crate::client::{self, Api, AuditReport, Call, Order};
use crate::up::Local;

/// How long a node that came back may take to catch up.
const CATCH_UP_MAX: Duration = Duration::from_secs(15);
const PAUSE: Duration = Duration::from_millis(200);
/// How many holds are asked for at a time.
const AT_A_TIME: usize = 32;

/// What the reckoning found.
#[derive(Debug, Default, Serialize)]
pub(super) struct Reckoning {
    pub(super) ok: bool,
    /// What does not add up, in sentences.
    pub(super) violations: Vec<String>,
    /// Nodes whose audit was asked for.
    pub(super) nodes: usize,
    /// Acknowledged holds that were asked for again.
    pub(super) holds: usize,
    pub(super) orders: u64,
    #[serde(skip)]
    pub(super) sold: u64,
}

impl Reckoning {
    /// The same with what the provider's books say.
    pub(super) fn with(mut self, ledger: &Ledger) -> Reckoning {
        self.violations.extend(ledger.violations.iter().cloned());
        self.ok = self.violations.is_empty();
        self
    }
}

/// A product's stock.
#[derive(Debug, Deserialize)]
struct Stock {
    sold: u64,
}

/// Asks all nodes, and waits a while for those that are behind.
pub(super) async fn reckon(plan: &Plan, cluster: &mut Local, holds: &[Hold]) -> Result<Reckoning, Error> {
    cluster.ready().await?;
    let apis: Vec<Arc<Api>> =
        cluster.nodes.iter().map(|node| cluster.api_at(node).map(Arc::new)).collect::<Result<_, _>>()?;
    let mut reckoning = Reckoning { nodes: apis.len(), holds: holds.len(), ..Reckoning::default() };
    for (api, node) in apis.iter().zip(&cluster.nodes) {
        let violations = patiently(async || audit(api).await).await?;
        let named = violations.into_iter().map(|violation| format!("node {}: {violation}", node.id));
        reckoning.violations.extend(named);
    }
    reckoning.violations.extend(check_holds(&apis, holds).await?);
    for (api, node) in apis.iter().zip(&cluster.nodes) {
        let violations = patiently(async || {
            let orders = orders::all(api).await?;
            reckoning.orders = reckoning.orders.max(orders.len() as u64);
            Ok(check_orders(plan, &orders, holds))
        });
        let named = violations.await?.into_iter().map(|violation| format!("node {}: {violation}", node.id));
        reckoning.violations.extend(named);
    }
    if let Some(api) = apis.first() {
        let path = format!("/v1/products/{}/stock", Plan::PRODUCT);
        reckoning.sold = api.call(Call::get(path)).await?.read::<Stock>()?.sold;
    }
    reckoning.ok = reckoning.violations.is_empty();
    Ok(reckoning)
}

/// Looks again for a while, as long as there are violations: a node may be behind, and says so.
async fn patiently(mut look: impl AsyncFnMut() -> Result<Vec<String>, Error>) -> Result<Vec<String>, Error> {
    let start = Instant::now();
    loop {
        let violations = look().await?;
        if violations.is_empty() || start.elapsed() > CATCH_UP_MAX {
            return Ok(violations);
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn audit(api: &Api) -> Result<Vec<String>, Error> {
    let call = Call::get("/v1/audit").query("product_id", Some(Plan::PRODUCT));
    let report: AuditReport = api.call(call).await?.read()?;
    match report.ok {
        true => Ok(Vec::new()),
        false if report.violations.is_empty() => {
            Ok(vec!["the audit is not ok, and does not say why".to_owned()])
        }
        false => Ok(report.violations),
    }
}

/// Every acknowledged hold is known, and ended as its client was told. Each is asked for at one of the nodes.
async fn check_holds(apis: &[Arc<Api>], holds: &[Hold]) -> Result<Vec<String>, Error> {
    let mut violations = Vec::new();
    for (index, some) in holds.chunks(AT_A_TIME).enumerate() {
        let mut asked = JoinSet::new();
        for hold in some {
            let (api, hold) = (Arc::clone(&apis[index % apis.len()]), hold.clone());
            asked.spawn(async move { check_hold(&api, &hold).await });
        }
        for checked in asked.join_all().await {
            violations.extend(checked?);
        }
    }
    Ok(violations)
}

#[derive(Debug, Deserialize)]
struct Reservation {
    status: String,
    order_id: Option<String>,
}

async fn check_hold(api: &Api, hold: &Hold) -> Result<Option<String>, Error> {
    let call = Call::get(format!("/v1/reservations/{}", hold.reservation)).header("Buyer-Id", &hold.buyer);
    let known: Reservation = match api.call(call).await {
        Ok(reply) => reply.read()?,
        Err(client::Error::Refused { status: 404, .. }) => {
            return Ok(Some(format!("the acknowledged hold {} of {} is gone", hold.reservation, hold.buyer)));
        }
        Err(error) => return Err(error.into()),
    };
    let agrees = hold.end.agrees(&known.status, known.order_id.as_deref());
    Ok((!agrees).then(|| {
        let Hold { reservation, buyer, end } = hold;
        format!("the hold {reservation} of {buyer} is {}, and its client was told {end:?}", known.status)
    }))
}

/// As many orders as units, none that a client does not know, none missing, no buyer with two.
fn check_orders(plan: &Plan, orders: &[Order], holds: &[Hold]) -> Vec<String> {
    let mut violations = Vec::new();
    if orders.len() as u64 != u64::from(plan.stock) {
        violations.push(format!("{} orders for {} units", orders.len(), plan.stock));
    }
    let mut by_buyer: BTreeMap<&str, u64> = BTreeMap::new();
    for order in orders {
        *by_buyer.entry(&order.buyer_id).or_default() += order.quantity;
    }
    violations.extend(
        by_buyer
            .into_iter()
            .filter(|(_, units)| *units > 1)
            .map(|(buyer, units)| format!("{buyer} bought {units} units")),
    );
    let listed: BTreeSet<&str> = orders.iter().map(|order| order.id.as_str()).collect();
    let told = holds.iter().filter_map(|hold| match &hold.end {
        End::Paid { order } => Some(order.as_str()),
        _ => None,
    });
    let missing = told.filter(|order| !listed.contains(order));
    violations.extend(missing.map(|order| format!("the acknowledged order {order} is not in the list")));
    violations
}
