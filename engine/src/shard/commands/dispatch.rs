//! From a command to its file.

use super::{
    activate_rules, adjust_stock, archive, cancel, checkout, confirm, consume, found, notice, pause, pay,
    purchase, put_product, refund, release, report, reserve, resume, transfer,
};
use crate::shard::step::{Effect, Step};
use crate::vocabulary::command::Command;

/// Does a command, or refuses it and changes nothing.
pub(in crate::shard) fn run(step: &mut Step<'_>, command: &Command) -> Effect {
    match command {
        Command::Found(command) => found::run(step, command),
        Command::ActivateRules(command) => activate_rules::run(step, command),
        Command::PutProduct(command) => put_product::run(step, command),
        Command::PauseProduct(product) => pause::run(step, product),
        Command::ResumeProduct(product) => resume::run(step, product),
        Command::ArchiveProduct(product) => archive::run(step, product),
        Command::AdjustStock(command) => adjust_stock::run(step, command),
        Command::Reserve(command) => reserve::run(step, command),
        Command::Cancel(command) => cancel::run(step, command),
        Command::Checkout(command) => checkout::run(step, command),
        Command::Confirm(command) => confirm::run(step, command),
        Command::Release(command) => release::run(step, command),
        Command::Refund(command) => refund::run(step, command),
        Command::Pay(command) => pay::run(step, command),
        Command::Purchase(command) => purchase::run(step, command),
        Command::Report(command) => report::run(step, command),
        Command::Notice(command) => notice::run(step, command),
        Command::PutLane(command) => put_product::run_lane(step, command),
        Command::SendUnits(transfer) => transfer::send(step, transfer),
        Command::ReceiveUnits(transfer) => transfer::receive(step, transfer),
        Command::SettleUnits(transfer) => transfer::settle(step, transfer),
        Command::Subscribe(consumer) => consume::subscribe(step, consumer),
        Command::Acknowledge(command) => consume::acknowledge(step, command),
        Command::Unsubscribe(consumer) => consume::unsubscribe(step, consumer),
    }
}
