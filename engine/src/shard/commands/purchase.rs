//! Purchase: reserves and begins to pay in one step. Where nothing is to be paid, it is an order at once.

use super::{attempt, pay, reserve};
use crate::shard::step::{Effect, Step};
use crate::state::stock::Pool;
use crate::vocabulary::command::{Attempt, Purchase};
use crate::vocabulary::product::PaymentMode;
use crate::vocabulary::refusal::Refusal;

pub(super) fn run(step: &mut Step<'_>, command: &Purchase) -> Effect {
    let secret = step.shard.secret.ok_or(Refusal::NotReady)?;
    let attempt = Attempt { reserve: &command.reserve, has_means: true };
    let buyer = attempt::find_buyer(step.shard, &secret, attempt.reserve);
    step.key_fits_buyer(buyer.slot)?;
    let product = attempt::find_product(step.shard, &secret, &attempt)?;
    step.key_is_free()?;
    attempt::admit(step.shard, &attempt, product, buyer)?;
    if step.shard.products.at(product).description.payment == PaymentMode::None {
        return reserve::order_at_once(step, &command.reserve, product, buyer);
    }
    let taken = reserve::take_units(step, &command.reserve, product, Pool::Held);
    step.or_freeze(product, taken)?;
    let slot = reserve::record(step, &command.reserve, product, buyer);
    Ok(pay::begin(step, slot, command.reserve.order, &command.means))
}
