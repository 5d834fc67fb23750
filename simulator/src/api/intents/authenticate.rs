//! The cardholder authenticates, or does not, on the page that the intent's next action names.

use super::ask::{decline_with, fail, pay};
use super::terms::card;
use crate::book::Step;
use crate::card::Manner;
use crate::object::intent::{Failure, Intent};

/// What comes of an authentication. The intent waits for one.
pub(crate) fn authenticate(step: &mut Step<'_>, intent: Intent, authentic: bool) -> Intent {
    let id = intent.id.clone();
    let method = intent.payment_method.clone().unwrap_or_default();
    let manner = card(step, &method).map(|card| card.manner);
    match manner {
        _ if !authentic => {
            // What went wrong is told to the buyer's client through the intent, not through this answer.
            let _ = fail(step, intent, unauthentic(method));
        }
        Ok(Manner::AuthenticatesThenDeclines(decline)) => {
            let _ = decline_with(step, intent, decline);
        }
        _ => return pay(step, intent),
    }
    step.book.intents.get(&id).cloned().expect("an intent that was just put is there")
}

fn unauthentic(payment_method: String) -> Failure {
    Failure {
        card: false,
        code: "payment_intent_authentication_failure".into(),
        decline_code: None,
        message: "We are unable to authenticate your payment method. Please choose a different payment method and try \
                  again."
            .into(),
        charge: None,
        payment_method,
    }
}
