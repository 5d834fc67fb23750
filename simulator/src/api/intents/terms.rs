//! What may be said about an intent when it is made, changed or confirmed.

use crate::book::Step;
use crate::card::Card;
use crate::currency;
use crate::form::{Fields, merge};
use crate::object::error::ApiError;
use crate::object::intent::{CaptureMethod, Intent, Metadata};

const DESCRIPTION_MAX: usize = 1_000;
const DESCRIPTOR_MAX: usize = 22;
const EMAIL_MAX: usize = 512;

/// What describes an intent and decides nothing.
#[derive(Debug, Default)]
pub(super) struct Terms {
    description: Option<String>,
    receipt_email: Option<String>,
    statement_descriptor: Option<String>,
    statement_descriptor_suffix: Option<String>,
    transfer_group: Option<String>,
    metadata: Option<Metadata>,
}

impl Terms {
    pub(super) fn read(fields: &mut Fields) -> Result<Terms, ApiError> {
        let bounded = |fields: &mut Fields, name: &str, max: usize| match fields.text_or_unset(name)? {
            Some(text) if text.len() > max => {
                Err(ApiError::invalid(format!("Invalid {name}: it may be at most {max} long.")).param(name))
            }
            text => Ok(text),
        };
        Ok(Terms {
            description: bounded(fields, "description", DESCRIPTION_MAX)?,
            receipt_email: bounded(fields, "receipt_email", EMAIL_MAX)?,
            statement_descriptor: bounded(fields, "statement_descriptor", DESCRIPTOR_MAX)?,
            statement_descriptor_suffix: bounded(fields, "statement_descriptor_suffix", DESCRIPTOR_MAX)?,
            transfer_group: bounded(fields, "transfer_group", DESCRIPTION_MAX)?,
            metadata: fields.metadata()?,
        })
    }

    /// Of all this a confirmation takes the address for the receipt alone.
    pub(super) fn with_receipt_email(mut self, fields: &mut Fields) -> Result<Terms, ApiError> {
        self.receipt_email = fields.text_max("receipt_email", EMAIL_MAX)?;
        Ok(self)
    }

    /// A capture takes metadata and what stands on the cardholder's statement.
    pub(super) fn for_capture(fields: &mut Fields) -> Result<Terms, ApiError> {
        Ok(Terms {
            metadata: fields.metadata()?,
            statement_descriptor: fields.text_max("statement_descriptor", DESCRIPTOR_MAX)?,
            statement_descriptor_suffix: fields.text_max("statement_descriptor_suffix", DESCRIPTOR_MAX)?,
            ..Terms::default()
        })
    }

    /// Says it about an intent.
    pub(super) fn apply(self, intent: &mut Intent) -> Result<(), ApiError> {
        if let Some(metadata) = self.metadata {
            merge(&mut intent.metadata, metadata)?;
        }
        for (slot, given) in [
            (&mut intent.description, self.description),
            (&mut intent.receipt_email, self.receipt_email),
            (&mut intent.statement_descriptor, self.statement_descriptor),
            (&mut intent.statement_descriptor_suffix, self.statement_descriptor_suffix),
            (&mut intent.transfer_group, self.transfer_group),
        ] {
            if let Some(text) = given {
                *slot = Some(text).filter(|text| !text.is_empty());
            }
        }
        Ok(())
    }
}

/// A currency that there is, in lower case.
pub(super) fn currency(fields: &mut Fields) -> Result<Option<String>, ApiError> {
    let Some(given) = fields.text("currency")? else { return Ok(None) };
    let currency = given.to_ascii_lowercase();
    if currency::is_known(&currency) {
        return Ok(Some(currency));
    }
    Err(ApiError::invalid(format!(
        "Invalid currency: {given}. It takes a three-letter ISO code in lower case."
    ))
    .param("currency"))
}

/// Refuses amounts that the provider does not take in this currency.
pub(super) fn check_amount(amount: i64, currency: &str) -> Result<(), ApiError> {
    let min = currency::amount_min(currency);
    if amount < min {
        return Err(ApiError::invalid(format!(
            "Amount must be at least {}",
            currency::written(min, currency)
        ))
        .code("amount_too_small")
        .param("amount"));
    }
    let max = currency::amount_max(currency);
    if amount > max {
        let max = currency::written(max, currency);
        return Err(ApiError::invalid(format!("Amount must be no more than {max}"))
            .code("amount_too_large")
            .param("amount"));
    }
    let step = currency::amount_step(currency);
    if amount % step != 0 {
        return Err(
            ApiError::invalid(format!("Amounts in {currency} must be a multiple of {step}")).param("amount")
        );
    }
    Ok(())
}

/// When the money is to be taken.
pub(super) fn capture_method(fields: &mut Fields) -> Result<Option<CaptureMethod>, ApiError> {
    let word = fields.one_of("capture_method", &["automatic", "automatic_async", "manual"])?;
    Ok(word.map(|word| match word.as_str() {
        "manual" => CaptureMethod::Manual,
        "automatic" => CaptureMethod::Automatic,
        _ => CaptureMethod::AutomaticAsync,
    }))
}

/// Whether the merchant asks for authentication.
pub(super) fn three_d_secure(fields: &mut Fields) -> Result<Option<String>, ApiError> {
    let Some(mut options) = fields.branch("payment_method_options")? else { return Ok(None) };
    let mut asked = None;
    if let Some(mut card) = options.branch("card")? {
        asked = card.one_of("request_three_d_secure", &["any", "automatic", "challenge"])?;
        card.finish()?;
    }
    options.finish()?;
    Ok(asked)
}

/// The test card behind a payment method of this account.
pub(super) fn card(step: &Step<'_>, method: &str) -> Result<&'static Card, ApiError> {
    let kept = step.book.methods.get(method);
    Card::named(kept.map_or(method, |method| method.card.as_str()))
        .ok_or_else(|| ApiError::missing(400, "PaymentMethod", method, "payment_method"))
}
