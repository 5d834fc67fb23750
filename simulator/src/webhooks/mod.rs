//! Webhooks: signed, sent at least once, in no order that anybody may rely on, and tried again for three days.

mod backoff;
mod courier;
mod send;
mod sign;

pub(crate) use courier::run;
pub(crate) use send::client;
