//! Lanes in a script: `send 3 units of x from 0 to 1 number 1`, and how a lane looks.

use engine::Command;
use engine::lane::{LaneView, Neighbour, Transfer};

use super::words::Words;

/// Reads a step of a transfer.
pub(crate) fn transfer(
    verb: &str,
    words: &mut Words<'_>,
    mut other: impl FnMut(&str, &mut Words<'_>),
) -> Command {
    let product = words.parse("a product");
    let mut transfer = Transfer { product, from: 0, to: 0, number: 1, units: 1 };
    while let Some(word) = words.next() {
        match word {
            "units" => transfer.units = words.parse("units"),
            "from" => transfer.from = words.parse("a lane"),
            "to" => transfer.to = words.parse("a lane"),
            "number" => transfer.number = words.parse("a number"),
            _ => other(word, words),
        }
    }
    match verb {
        "send" => Command::SendUnits(transfer),
        "receive" => Command::ReceiveUnits(transfer),
        _ => Command::SettleUnits(transfer),
    }
}

/// How a lane looks.
pub(crate) fn show(view: &LaneView) -> Vec<String> {
    let (lane, stock) = (view.lane, view.stock);
    let mut lines = vec![format!(
        "lane {lane}: {} = {} available + {} held + {} sold, gained {}",
        stock.total, stock.available, stock.held, stock.sold, view.gained
    )];
    let neighbours = (0_u16..).zip(&view.neighbours);
    lines.extend(neighbours.filter(|(other, _)| *other != lane).map(|(other, neighbour)| {
        let Neighbour { sent, on_the_way, received } = neighbour;
        format!("of lane {other}: {sent} sent, {on_the_way} units on the way, {received} received")
    }));
    lines
}
