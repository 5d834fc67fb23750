//! What nobody could pay for is not put on sale.

use engine::{Description, PaymentMode, limits};

use crate::port::{Amounts, Payments};
use crate::problem::Problem;

/// Refuses a product that the payment provider is to take the money for and would not. One unit can be bought, so the least
/// that is charged binds the price of a unit; as many as one buyer may have can be bought at once, so the most binds those.
pub(crate) fn expect(payments: &impl Payments, product: &Description) -> Result<(), Problem> {
    if product.payment != PaymentMode::Provider {
        return Ok(());
    }
    if !payments.is_configured() {
        let takes = "\"external\" or \"none\": this cluster has no payment provider configured";
        return Err(Problem::field("payment", takes));
    }
    let Some(amounts) = payments.amounts(product.price.currency) else {
        let takes = "a currency that the payment provider takes, where `payment` is \"provider\"";
        return Err(Problem::field("price.currency", takes));
    };
    expect_price(amounts, product)?;
    expect_limit(amounts, product)
}

fn expect_price(Amounts { least, most, step }: Amounts, product: &Description) -> Result<(), Problem> {
    let (amount, currency) = (product.price.amount, product.price.currency);
    if (least..=most).contains(&amount) && amount.is_multiple_of(step) {
        return Ok(());
    }
    let multiple = if step == 1 { String::new() } else { format!(", a multiple of {step}") };
    let takes = format!(
        "an integer from {least} to {most}{multiple}: what the payment provider takes at a time in {currency}"
    );
    Err(Problem::field("price.amount", &takes))
}

fn expect_limit(Amounts { most, .. }: Amounts, product: &Description) -> Result<(), Problem> {
    let (amount, currency) = (product.price.amount, product.price.currency);
    let in_group = product.max_per_buyer_in_group.unwrap_or(u32::MAX);
    let units = product.max_per_buyer.min(in_group).min(limits::QUANTITY_MAX);
    let units_max = most / amount.max(1);
    if u64::from(units) <= units_max {
        return Ok(());
    }
    let takes = format!(
        "at most {units_max} at this price: the payment provider takes at most {most} at a time in {currency}"
    );
    Err(Problem::field("max_per_buyer", &takes))
}
