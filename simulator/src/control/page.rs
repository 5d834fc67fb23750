//! The pages themselves.

use crate::currency::written;
use crate::object::intent::Intent;

/// Asks the cardholder.
pub(super) fn question(intent: &Intent) -> String {
    // Everything that is put in was made by the simulator: an amount and an id.
    let amount = written(intent.amount, &intent.currency);
    let id = &intent.id;
    html(&format!(
        "<h1>3D Secure test page</h1><p>Authenticate the payment of {amount} for <code>{id}</code>?</p>\
         <form method=\"post\"><button name=\"outcome\" value=\"succeed\">Complete authentication</button> \
         <button name=\"outcome\" value=\"fail\">Fail authentication</button></form>"
    ))
}

/// Nothing is left to do.
pub(super) fn done(intent: &Intent) -> String {
    html(&format!(
        "<h1>Done</h1><p>The payment is <code>{}</code>. This window may be closed.</p>",
        intent.status.word()
    ))
}

fn html(body: &str) -> String {
    format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>3D Secure</title><body>{body}</body></html>\n"
    )
}
