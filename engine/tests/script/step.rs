//! The steps of a script.

use engine::command::Reserve;
use engine::{ConsumerName, LogTime, ProductId, Proposal, Query, Scope, Span};

/// One step.
pub(crate) enum Step {
    /// The clock goes to a time.
    At(LogTime),
    /// The clock goes on for a while.
    After(Span),
    /// A shard of its own, not founded.
    Unfounded,
    /// A batch without commands.
    Tick,
    /// One command, as a batch of its own.
    Propose(Sent),
    /// Commands of one batch follow.
    Together,
    /// How something is now.
    Show(Query),
    /// What the leader would be told of an attempt, which came with a card or not.
    Consider(Reserve, bool),
    /// When something next ends by itself.
    Deadline,
    /// How far time can go with about so many ends.
    Cap(usize),
    /// How far the recount of a product agrees with its books.
    Audit(ProductId),
    /// All that is to be done at the provider.
    Tasks,
    /// What somebody has to look at.
    Alarms,
    /// What the provider took and gave back for a product's orders.
    Takings(ProductId),
    /// How many payments for a product stand where, and its alarms one by one.
    Payments(ProductId),
    /// What a consumer has not acknowledged.
    Outbox(ConsumerName),
    /// The lane of a product that lies here.
    Lane(ProductId),
    /// The transfers that left lanes of this shard and are not settled.
    Transfers,
    /// The shard is captured, written, read and goes on from there.
    Reload,
}

/// A command with what goes with it.
pub(crate) struct Sent {
    pub(crate) proposal: Proposal,
    /// The scope of the key, if it has one. The fingerprint is made when it is sent.
    pub(crate) scope: Option<Scope>,
    /// The rules of the batch.
    pub(crate) rules: u16,
}
