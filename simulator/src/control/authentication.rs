//! The page where a cardholder authenticates: for a browser with two buttons, for a script with one POST.

use std::sync::Arc;

use http::Method;
use subtle::ConstantTimeEq;

use super::page;
use crate::api::authenticate;
use crate::form::{Fields, Form};
use crate::object::error::ApiError;
use crate::object::intent::{Intent, IntentStatus};
use crate::provider::Provider;
use crate::server::{Answer, Asked, Reaction};

/// `GET` shows the page; `POST` with `outcome=succeed` or `outcome=fail` decides.
pub(super) async fn react(provider: &Arc<Provider>, asked: &Asked, rest: &str) -> Reaction {
    let answer = match (decide(provider, asked, rest), provider.ledger.last()) {
        (Err(error), _) => Answer::error(&error),
        (Ok(_), upto) if provider.ledger.durable(upto).await.is_err() => return Reaction::Cut,
        (Ok(answer), _) => answer,
    };
    Reaction::Answer(answer)
}

fn decide(provider: &Provider, asked: &Asked, rest: &str) -> Result<Answer, ApiError> {
    let (account, id) = rest.split_once('/').ok_or_else(gone)?;
    let account = provider.accounts.iter().position(|known| known.id == account).ok_or_else(gone)?;
    let token = Fields::new(Form::decode(asked.query.as_bytes())?.root).required("token")?;
    let outcome = match asked.method {
        Method::GET => None,
        Method::POST => {
            let mut fields = Fields::new(Form::decode(&asked.body)?.root);
            let outcome =
                fields.one_of("outcome", &["succeed", "fail"])?.ok_or_else(|| fields.absent("outcome"))?;
            fields.finish()?;
            Some(outcome == "succeed")
        }
        _ => return Err(ApiError { status: 405, ..ApiError::invalid("This page takes GET and POST.") }),
    };
    let now = provider.clock.now_ms();
    let writ = provider.own_writ(now);
    let mut world = provider.lock();
    provider.catch_up(&mut world, now);
    provider.step(&mut world, account, &writ, |step| {
        let intent =
            step.book.intents.get(id).filter(|intent| owes(intent, &token)).cloned().ok_or_else(gone)?;
        let return_url = intent.action.as_ref().and_then(|action| action.return_url.clone());
        Ok(match outcome {
            None => Answer::text(200, "text/html; charset=utf-8", page::question(&intent)),
            Some(authentic) => leave(&authenticate(step, intent, authentic), return_url),
        })
    })
}

/// Whether the intent waits for the authentication that this token belongs to.
fn owes(intent: &Intent, token: &str) -> bool {
    let expected = intent.action.as_ref().map(|action| action.token.as_bytes()).unwrap_or_default();
    intent.status == IntentStatus::RequiresAction && bool::from(expected.ct_eq(token.as_bytes()))
}

/// Back to the shop, or to a page that says that the window may be closed.
fn leave(intent: &Intent, return_url: Option<String>) -> Answer {
    let Some(url) = return_url else {
        return Answer::text(200, "text/html; charset=utf-8", page::done(intent));
    };
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("payment_intent", &intent.id)
        .append_pair("payment_intent_client_secret", &intent.client_secret())
        .append_pair("source_type", "card")
        .finish();
    let separator = if url.contains('?') { '&' } else { '?' };
    Answer::see_other(&format!("{url}{separator}{query}"))
}

fn gone() -> ApiError {
    ApiError { status: 404, ..ApiError::invalid("This authentication is over, or there never was one.") }
}
