//! Calls: one request each, made of a task and nothing else.

use std::fmt::Display;

use engine::OrderId;
use engine::vocabulary::saga::Task;
use engine::vocabulary::text::{AccountName, IntentId, PaymentMethod, ProviderRefundId, ReturnUrl};

use super::endpoint::Endpoint;
use super::form::{Form, segment};

/// Which version of the bodies below this is; it is in the metadata of what they make. A key stands for its body: under
/// a key that was used with an older version the provider refuses a newer one, and then the saga looks at what there is
/// and takes the next key.
pub const BODY_VERSION: u16 = 2;

/// How many objects a page of a list has at most.
pub const LISTED_MAX: usize = 100;

/// One request to the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// At which account.
    pub account: AccountName,
    /// At which endpoint.
    pub endpoint: Endpoint,
    path: String,
    form: Form,
    key: Option<String>,
}

impl Call {
    /// Creates the intent of a try, with manual capture, for cards.
    pub fn create(task: &Task, method: &PaymentMethod, spent: u32) -> Call {
        let form = Form::new()
            .with(&["amount"], task.price.amount)
            .with(&["currency"], task.price.currency)
            .with(&["capture_method"], "manual")
            .with(&["payment_method"], method)
            .with(&["payment_method_types", "0"], "card")
            .with(&["metadata", "reservation"], task.reservation)
            .with(&["metadata", "product"], &task.product)
            .with(&["metadata", "try"], task.attempt)
            .with(&["metadata", "body"], BODY_VERSION);
        #[cfg(feature = "planted")]
        let form = planted_form(task, method, form);
        Call::post(task, Endpoint::CreateIntent, "/v1/payment_intents".to_owned(), form)
            .keyed(task, "create", spent)
    }

    /// Confirms an intent. Who is not to be sent anywhere goes on by the provider's library in their own page.
    pub fn confirm(
        task: &Task,
        intent: &IntentId,
        method: &PaymentMethod,
        back: Option<&ReturnUrl>,
        spent: u32,
    ) -> Call {
        let form = Form::new().with(&["payment_method"], method).with_some(&["return_url"], back);
        let form = form.with_some(&["use_stripe_sdk"], back.is_none().then_some(true));
        let form = form.with(&["expand", "0"], "latest_charge");
        Call::post(task, Endpoint::ConfirmIntent, of_intent(intent, "/confirm"), form)
            .keyed(task, "confirm", spent)
    }

    /// Captures all of an intent.
    pub fn capture(task: &Task, intent: &IntentId, order: OrderId, spent: u32) -> Call {
        let form = Form::new().with(&["metadata", "order"], order);
        Call::post(task, Endpoint::CaptureIntent, of_intent(intent, "/capture"), form)
            .keyed(task, "capture", spent)
    }

    /// Cancels an intent.
    pub fn cancel(task: &Task, intent: &IntentId, spent: u32) -> Call {
        let form = Form::new().with(&["cancellation_reason"], "abandoned");
        Call::post(task, Endpoint::CancelIntent, of_intent(intent, "/cancel"), form)
            .keyed(task, "cancel", spent)
    }

    /// Gives an operator's refund. The refund's id is the key's, whatever the try.
    pub fn refund(task: &Task, refund: engine::RefundId, intent: &IntentId, amount: u64, spent: u32) -> Call {
        let form = Form::new()
            .with(&["payment_intent"], intent)
            .with(&["amount"], amount)
            .with(&["metadata", "reservation"], task.reservation)
            .with(&["metadata", "refund"], refund);
        let mut call = Call::post(task, Endpoint::CreateRefund, "/v1/refunds".to_owned(), form);
        call.key = Some(key(task, "refund", refund, spent));
        call
    }

    /// Gives all that is left of an intent's money back. `earlier` refunds of the intent are there already and did not
    /// bring it all back; their number tells this one from them, and is the same for whoever looks.
    pub fn compensate(task: &Task, intent: &IntentId, earlier: usize, spent: u32) -> Call {
        let form = Form::new()
            .with(&["payment_intent"], intent)
            .with(&["metadata", "reservation"], task.reservation)
            .with(&["metadata", "try"], task.attempt);
        let step = if earlier == 0 { "compensate".to_owned() } else { format!("compensate-{earlier}") };
        Call::post(task, Endpoint::CreateRefund, "/v1/refunds".to_owned(), form).keyed(task, &step, spent)
    }

    /// Looks at an intent.
    pub fn get_intent(account: &AccountName, intent: &IntentId) -> Call {
        let form = Form::new().with(&["expand", "0"], "latest_charge");
        Call::new(account, Endpoint::GetIntent, of_intent(intent, ""), form)
    }

    /// Looks at a refund.
    pub fn get_refund(account: &AccountName, refund: &ProviderRefundId) -> Call {
        Call::new(account, Endpoint::GetRefund, format!("/v1/refunds/{}", segment(refund)), Form::new())
    }

    /// A page of an intent's refunds, newest first, from behind `after`.
    pub fn list_refunds(account: &AccountName, intent: &IntentId, after: Option<&str>) -> Call {
        let form = Form::new()
            .with(&["payment_intent"], intent)
            .with(&["limit"], LISTED_MAX)
            .with_some(&["starting_after"], after);
        Call::new(account, Endpoint::ListRefunds, "/v1/refunds".to_owned(), form)
    }

    /// A page of an account's intents that were created from `since` to `until` (seconds since the Unix epoch), newest
    /// first, from behind `after`.
    pub fn list_intents(account: &AccountName, since: u64, until: u64, after: Option<&str>) -> Call {
        let form = Form::new()
            .with(&["created", "gte"], since)
            .with(&["created", "lte"], until)
            .with(&["limit"], LISTED_MAX)
            .with(&["expand", "0"], "data.latest_charge")
            .with_some(&["starting_after"], after);
        Call::new(account, Endpoint::ListIntents, "/v1/payment_intents".to_owned(), form)
    }

    fn new(account: &AccountName, endpoint: Endpoint, path: String, form: Form) -> Call {
        Call { account: account.clone(), endpoint, path, form, key: None }
    }

    fn post(task: &Task, endpoint: Endpoint, path: String, form: Form) -> Call {
        Call::new(&task.account, endpoint, path, form)
    }

    fn keyed(mut self, task: &Task, step: &str, spent: u32) -> Call {
        self.key = Some(key(task, step, task.attempt, spent));
        self
    }

    /// The idempotency key; reads have none.
    pub fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }

    /// Path and query.
    pub(crate) fn target(&self) -> String {
        if self.endpoint.is_read() && !self.form.as_str().is_empty() {
            format!("{}?{}", self.path, self.form.as_str())
        } else {
            self.path.clone()
        }
    }

    /// The body; reads have none.
    pub(crate) fn body(&self) -> &str {
        if self.endpoint.is_read() { "" } else { self.form.as_str() }
    }
}

/// `{account}:{reservation}:{step}:{try}`, at most 128 characters. `spent` keys before it are known to give nothing but
/// the failure that the provider remembers for them. Since a key is passed over only for such an answer, whoever does the
/// task, and how often, takes the same keys in the same order.
fn key(task: &Task, step: &str, which: impl Display, spent: u32) -> String {
    let key = format!("{}:{}:{step}:{which}", task.account, task.reservation);
    #[cfg(feature = "planted")]
    let key = planted_key(key);
    if spent == 0 { key } else { format!("{key}:{spent}") }
}

/// An intent is captured later, unless a bug is planted.
#[cfg(feature = "planted")]
fn planted_form(task: &Task, method: &PaymentMethod, form: Form) -> Form {
    if !engine::planted::has(engine::planted::Bug::ChargedAtOnce) {
        return form;
    }
    Form::new()
        .with(&["amount"], task.price.amount)
        .with(&["currency"], task.price.currency)
        .with(&["capture_method"], "automatic")
        .with(&["confirm"], true)
        .with(&["payment_method"], method)
        .with(&["payment_method_types", "0"], "card")
        .with(&["metadata", "reservation"], task.reservation)
}

/// One task, one key, unless a bug is planted.
#[cfg(feature = "planted")]
fn planted_key(key: String) -> String {
    use std::sync::atomic::{AtomicU64, Ordering};
    static CALLS: AtomicU64 = AtomicU64::new(0);
    let is_creation = key.contains(":create:");
    let charges_at_once = is_creation && engine::planted::has(engine::planted::Bug::ChargedAtOnce);
    if charges_at_once || engine::planted::has(engine::planted::Bug::FreshKeys) {
        return format!("{key}:call-{}", CALLS.fetch_add(1, Ordering::Relaxed));
    }
    key
}

fn of_intent(intent: &IntentId, action: &str) -> String {
    format!("/v1/payment_intents/{}{action}", segment(intent))
}
