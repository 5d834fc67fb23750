//! Idempotency keys: a scope and a request as two keyed hashes.

use std::hash::Hasher;

use bincode::{Decode, Encode};
use siphasher::sip128::{Hasher128, SipHasher24};

use super::command::Command;
use super::id::{AdjustmentId, OrderId, RefundId, ReservationId};
use super::text::AccountName;

/// Within what a key means one request: the same key elsewhere is another.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Scope {
    /// Who sent it: the buyer, or the role of an operator.
    pub principal: String,
    /// Method and path, like `POST /v1/products/x/reservations`.
    pub route: String,
    /// The key itself, 1 to 255 characters.
    pub key: String,
}

/// A scope and what was asked in it. SipHash-2-4 with 128 bits, keyed by the shard's secret, so that nobody outside can
/// make two scopes collide or crowd one bucket of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Encode, Decode)]
pub struct Fingerprint {
    /// Hash of the scope.
    pub scope: [u8; 16],
    /// Hash of the request: of what it means, so neither spacing nor generated ids play a part.
    pub request: [u8; 16],
}

impl Fingerprint {
    /// The fingerprint of `command`, asked in `scope`. Cost: two hashes and one encoding, well under a microsecond.
    pub fn of(secret: &[u8; 16], scope: &Scope, command: &Command) -> Fingerprint {
        let mut hasher = SipHasher24::new_with_key(secret);
        for part in [&scope.principal, &scope.route, &scope.key] {
            hasher.write_usize(part.len());
            hasher.write(part.as_bytes());
        }
        Fingerprint { scope: hasher.finish128().as_bytes(), request: request_hash(secret, command) }
    }
}

fn request_hash(secret: &[u8; 16], command: &Command) -> [u8; 16] {
    let mut bytes = Vec::with_capacity(128);
    crate::codec::encode_into(&as_asked(command), &mut bytes);
    let mut hasher = SipHasher24::new_with_key(secret);
    hasher.write(&bytes);
    hasher.finish128().as_bytes()
}

/// What the gateway adds may differ between two sends of one request: the ids that it makes, and the account of a payment,
/// which follows from the buyer and the configuration, and is another once an account was added.
fn as_asked(command: &Command) -> Command {
    let mut command = command.clone();
    match &mut command {
        Command::Reserve(reserve) => {
            reserve.reservation = ReservationId::default();
            reserve.order = OrderId::default();
        }
        Command::Confirm(confirm) => confirm.order = OrderId::default(),
        Command::AdjustStock(adjust) => adjust.id = AdjustmentId::default(),
        Command::Refund(refund) => refund.id = RefundId::default(),
        Command::Pay(pay) => {
            pay.order = OrderId::default();
            pay.means.account = any_account();
        }
        Command::Purchase(purchase) => {
            purchase.means.account = any_account();
            purchase.reserve.reservation = ReservationId::default();
            purchase.reserve.order = OrderId::default();
        }
        _ => {}
    }
    command
}

/// Stands for all accounts. Which name it is says nothing, but it must stay the same.
fn any_account() -> AccountName {
    AccountName::new("main").expect("the text is well formed")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocabulary::command::{Pay, Reserve};
    use crate::vocabulary::id::ShardId;
    use crate::vocabulary::saga::Means;

    fn scope(key: &str) -> Scope {
        Scope { principal: "b-1".into(), route: "POST /v1/products/x/reservations".into(), key: key.into() }
    }

    fn reserve(random: u64, quantity: u32) -> Command {
        Command::Reserve(Reserve {
            reservation: ReservationId::new(ShardId(0), 1, random),
            order: OrderId::new(ShardId(0), 1, random),
            product: "x".parse().expect("well formed"),
            buyer: "b-1".parse().expect("well formed"),
            quantity,
            reference: None,
            purchase: false,
        })
    }

    #[test]
    fn generated_ids_play_no_part_and_everything_else_does() {
        let secret = [7; 16];
        let first = Fingerprint::of(&secret, &scope("k"), &reserve(1, 1));
        assert_eq!(first, Fingerprint::of(&secret, &scope("k"), &reserve(2, 1)));
        assert_ne!(first.request, Fingerprint::of(&secret, &scope("k"), &reserve(1, 2)).request);
        assert_ne!(first.scope, Fingerprint::of(&secret, &scope("l"), &reserve(1, 1)).scope);
        assert_ne!(first, Fingerprint::of(&[8; 16], &scope("k"), &reserve(1, 1)));
    }

    #[test]
    fn the_account_that_a_buyer_pays_at_plays_no_part_and_the_card_does() {
        let pay = |random, account: &str, method: &str| {
            let (account, method) = (account.parse().expect("a name"), method.parse().expect("a card"));
            let means = Means { account, method, return_url: None };
            let reservation = ReservationId::new(ShardId(0), 1, 1);
            let order = OrderId::new(ShardId(0), 1, random);
            let pay = Command::Pay(Box::new(Pay { reservation, buyer: None, order, means }));
            Fingerprint::of(&[7; 16], &scope("k"), &pay)
        };
        assert_eq!(pay(1, "eu", "pm_1"), pay(2, "us", "pm_1"));
        assert_ne!(pay(1, "eu", "pm_1"), pay(1, "eu", "pm_2"));
    }

    #[test]
    fn parts_of_a_scope_do_not_run_into_each_other() {
        let of = |principal: &str, route: &str| {
            let scope = Scope { principal: principal.into(), route: route.into(), key: "k".into() };
            Fingerprint::of(&[0; 16], &scope, &reserve(1, 1)).scope
        };
        assert_ne!(of("ab", "c"), of("a", "bc"));
    }
}
