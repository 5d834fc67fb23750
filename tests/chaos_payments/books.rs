//! The books, when the last buyer has gone: what is still open, and what became of every payment.

use std::collections::{HashMap, HashSet};
use std::time::{Duration, SystemTime};

use reqwest::Method;
use serde_json::Value;

use crate::buyers::Goods;
use crate::cluster::invariants::in_time::Course;
use crate::cluster::invariants::paid_for;
use crate::cluster::{ADMIN, Api, Bank, Deal, Errand, Fate, NODES, Order, moment, orders};
use crate::visit::{Visit, deadlines};

/// Where all is written down.
pub(crate) struct Books<'a> {
    pub(crate) api: &'a Api,
    pub(crate) bank: &'a Bank,
    pub(crate) goods: &'a Goods,
}

/// What became of all payments.
#[derive(Debug, Default)]
pub(crate) struct Ends {
    /// What was dealt, with what became of it since the buyers were told.
    pub(crate) deals: Vec<Deal>,
    pub(crate) courses: Vec<Course>,
    /// How many tries there were, of all reservations.
    pub(crate) tries: u64,
    /// How many orders' money was gone.
    pub(crate) cancelled: usize,
    /// How many orders' units went back on sale with a refund that the bank returned.
    pub(crate) returned: usize,
    /// How many were authorized when the hold would have been over.
    pub(crate) late: usize,
    pub(crate) wrong: Vec<String>,
}

impl Books<'_> {
    /// What is not at its end: money on hold or on its way back, something to be done, orders that are not what the bank
    /// has. Refunds that take days, and watching them, are not meant.
    pub(crate) async fn left_open(&self) -> Vec<String> {
        let ledger = self.bank.ledger();
        let on_hold = ledger.iter().filter(|intent| intent.holds_money());
        let mut open: Vec<String> = on_hold.map(|intent| format!("money is on hold: {intent:?}")).collect();
        let tomorrow = SystemTime::now() + Duration::from_secs(86_400);
        let changes = ledger.iter().flat_map(|intent| &intent.changes).copied();
        let (for_days, soon): (Vec<SystemTime>, Vec<SystemTime>) = changes.partition(|at| *at > tomorrow);
        let for_days = for_days.len() as u64;
        if !soon.is_empty() {
            open.push(format!("refunds will end or fail: {soon:?}"));
        }
        let tasks = self.api.payment_tasks(&NODES).await;
        if tasks != Some(for_days) {
            open.push(format!("{tasks:?} tasks are left, {for_days} of them refunds that take days"));
        }
        if !open.is_empty() {
            return open;
        }
        for node in NODES {
            match self.orders(node).await {
                Some(orders) => open.extend(paid_for::violations(&ledger, &orders)),
                None => open.push(format!("node {node} does not list its orders")),
            }
        }
        open
    }

    async fn orders(&self, node: u64) -> Option<Vec<Order>> {
        let mut all = orders(self.api, node, &self.goods.long).await?;
        all.extend(orders(self.api, node, &self.goods.short).await?);
        Some(all)
    }

    /// What became of everything, once nothing is open.
    pub(crate) async fn ends(&self, visits: &[Visit]) -> Ends {
        let orders = self.orders(NODES[0]).await.expect("it listed them just now");
        let orders: HashMap<&str, &Order> = orders.iter().map(|order| (order.id.as_str(), order)).collect();
        let mut heard: HashMap<String, SystemTime> = HashMap::new();
        for intent in self.bank.ledger() {
            let last = heard.entry(intent.reservation).or_insert(intent.created);
            *last = intent.created.max(*last);
        }
        let returned = self.returned().await;
        let mut ends = Ends { returned: returned.len(), ..Ends::default() };
        let owed = |visit: &&Visit| visit.deal.reservation().is_some_and(|id| returned.contains(id));
        let (owed, wanted) =
            (visits.iter().filter(owed).filter(|visit| visit.restocks()).count(), returned.len());
        if owed != wanted {
            ends.wrong.push(format!("I5: {wanted} refunds are returned, {owed} of them were to restock"));
        }
        for visit in visits {
            let mut deal = visit.deal.clone();
            if let Some(reservation) = visit.deal.reservation() {
                let path = format!("/v1/reservations/{reservation}");
                let found = self.read(path, Some(&deal.buyer)).await;
                ends.tries += found["payment"]["try"].as_u64().unwrap_or(0);
                let order = deal.order().and_then(|order| orders.get(order)).copied();
                ends.cancelled += usize::from(order.is_some_and(|order| order.status == "cancelled"));
                match self.fate(visit, order, &found, &returned).await {
                    Some(fate) => deal.fate = fate,
                    None => ends.wrong.push(format!("I6: {deal:?} ended as {found}")),
                }
                ends.note_course(visit, order, &found, heard.get(reservation).copied());
            }
            ends.deals.push(deal);
        }
        ends
    }

    async fn read(&self, path: String, buyer: Option<&str>) -> Value {
        let errand = Errand::new(Method::GET, path);
        let errand = match buyer {
            Some(buyer) => errand.by(buyer),
            None => errand.token(ADMIN),
        };
        self.api.settle(NODES[0], &errand).await.answer.expect("a definite answer").body
    }

    /// What became of a visit, if that can follow from what the buyer was told.
    async fn fate(
        &self,
        visit: &Visit,
        order: Option<&Order>,
        found: &Value,
        returned: &HashSet<String>,
    ) -> Option<Fate> {
        let is_over = moment(found, "expires_at").is_some_and(|end| SystemTime::now() > end);
        match (&visit.deal.fate, found["status"].as_str()?) {
            (Fate::Paid { order: id }, "paid") => {
                let is_returned = returned.contains(&order?.reservation);
                let is_back = order?.status == "cancelled" || is_returned || self.is_restocked(visit).await;
                let order = id.clone();
                Some(if is_back { Fate::Undone { order } } else { Fate::Paid { order } })
            }
            (Fate::Paying, _) if found["payment"]["error"]["code"] != "payment_timed_out" => None,
            (Fate::Kept | Fate::Paying, "held") if !is_over => Some(Fate::Kept),
            (Fate::Kept | Fate::Paying | Fate::Expired, "expired") if is_over => Some(Fate::Expired),
            _ => None,
        }
    }

    /// The reservations of the orders whose units went back on sale with a refund that the bank returned.
    async fn returned(&self) -> HashSet<String> {
        let audit = self.api.audit(NODES[0]).await.expect("it answers");
        let alarms = audit["payments"]["open_alarms"].as_array().cloned().unwrap_or_default();
        let returned = alarms.iter().filter(|alarm| alarm["alarm"] == "refund_returned");
        returned.filter_map(|alarm| Some(alarm["reservation_id"].as_str()?.to_owned())).collect()
    }

    /// Whether units are back on sale by a refund that succeeded.
    async fn is_restocked(&self, visit: &Visit) -> bool {
        let Some(asked) = visit.refund.as_ref().filter(|asked| asked.restock) else { return false };
        self.read(format!("/v1/refunds/{}", asked.refund), None).await["status"] == "succeeded"
    }
}

impl Ends {
    fn note_course(
        &mut self,
        visit: &Visit,
        order: Option<&Order>,
        found: &Value,
        heard: Option<SystemTime>,
    ) {
        let Some((pay_by, release_by)) = deadlines(found) else {
            if !found["payment"].is_null() {
                self.wrong.push(format!("I6: a payment without deadlines: {found}"));
            }
            return;
        };
        let is_late = |order: &Order| moment(found, "expires_at").is_some_and(|end| order.created_at > end);
        self.late += usize::from(order.is_some_and(is_late));
        self.courses.push(Course {
            reservation: visit.deal.reservation().unwrap_or_default().to_owned(),
            pay_by,
            release_by,
            heard,
            ordered: order.map(|order| order.created_at),
            last_payable: visit.left.map(|left| left.last_payable),
            last_paying: visit.left.map(|left| left.last_paying),
        });
    }
}
