//! The gateway's payments, tied to the node.

use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use cashier::Till;
use engine::command::Notice as NoticeCommand;
use engine::{BuyerId, Command, Currency, Settled};
use gateway::port::{Amounts, Heard, PaymentAccount, Payments, Unaccepted};
use payment::webhook::{Kind, Notice};
use raft::node::Node;
use raft::shard::request::Ask;
use tracing::{debug, warn};

/// Payments, by way of this node.
pub(in crate::serve) struct NodePayments {
    pub(super) node: Arc<Node>,
    pub(super) till: Option<Till>,
}

impl NodePayments {
    /// Makes it durable that the provider told of a reservation.
    async fn note(&self, notice: Notice, deadline: Instant) -> Result<Heard, Unaccepted> {
        let Some(reservation) = notice.reservation.filter(|id| id.shard().0 < self.node.config().shards)
        else {
            debug!(event = %notice.event, "an event of the provider names no reservation of ours");
            return Ok(Heard::Unknown);
        };
        let (intent, refund, kind) = (notice.intent, notice.wanted_refund, notice.kind);
        let command = Command::Notice(NoticeCommand { event: notice.event, reservation, intent, refund });
        let noted = self.node.ask(reservation.shard(), Ask::Command(command, None), deadline.into()).await;
        match noted {
            Ok(Settled::Done { .. }) => Ok(Heard::Noted),
            Ok(Settled::Refused(refusal)) if kind == Kind::Refund => {
                warn!(%reservation, ?refusal, "a refund changed whose payment is not kept any more: reconcile");
                Ok(Heard::Unknown)
            }
            Ok(Settled::Refused(refusal)) => {
                debug!(%reservation, ?refusal, "an event of the provider is about nothing that is still here");
                Ok(Heard::Unknown)
            }
            Err(_) => Err(Unaccepted::Unavailable),
        }
    }
}

impl Payments for NodePayments {
    fn is_configured(&self) -> bool {
        self.till.is_some()
    }

    fn account_of(&self, buyer: &BuyerId) -> Option<PaymentAccount> {
        let account = self.till.as_ref()?.provider().accounts().of_buyer(buyer);
        let (name, publishable_key) = (account.name.clone(), account.publishable_key.clone());
        Some(PaymentAccount { name, publishable_key })
    }

    fn amounts(&self, currency: Currency) -> Option<Amounts> {
        let payment::Amounts { least, most, step } = payment::Amounts::of(currency)?;
        Some(Amounts { least, most, step })
    }

    async fn receive(&self, signature: &str, body: Bytes, deadline: Instant) -> Result<Heard, Unaccepted> {
        let Some(till) = &self.till else { return Err(Unaccepted::NotConfigured) };
        let notice = till.verifier().read(signature, &body, seconds()).map_err(|rejected| {
            // Anybody can send such: they are counted, and do not fill the log.
            debug!("an event was refused: {rejected}");
            Unaccepted::Invalid { reason: rejected.to_string() }
        })?;
        match notice.kind {
            Kind::Intent | Kind::Refund => self.note(notice, deadline).await,
            Kind::Dispute => {
                warn!(event = %notice.event, intent = ?notice.intent, "a payment is disputed: look at it at the provider");
                Ok(Heard::Ignored)
            }
            Kind::Other => Ok(Heard::Ignored),
        }
    }
}

/// Seconds since 1970, by this node's clock.
fn seconds() -> u64 {
    wall_clock::now().as_secs()
}
