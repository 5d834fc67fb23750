//! The provider's words as the log takes them: whatever it said, something that can be kept.

use engine::vocabulary::text::{DeclineCode, NextAction};
use serde_json::{Value, json};

use crate::client::Intent;

const LENGTH_MAX: usize = 64;
/// The action that nobody but the provider's own library can carry out in the buyer's browser.
const USE_SDK: &str = "use_stripe_sdk";

/// Why the provider said no. What cannot stand in a code is left out.
pub(super) fn code(word: &str) -> DeclineCode {
    let kept: String = word.chars().filter(char::is_ascii_graphic).take(LENGTH_MAX).collect();
    DeclineCode::new(&kept).unwrap_or_else(|_| DeclineCode::new("unknown").expect("a word of seven letters"))
}

/// What the buyer has to do, as the provider said it. The provider's library asks for the intent by its client secret, so
/// that stands beside what is the library's to do. If it is too long to be kept, its kind and that secret do: with them the
/// buyer's page asks the provider.
pub(super) fn next_action(intent: &Intent) -> Option<NextAction> {
    let action = intent.next_action.as_ref()?.expose();
    let kind = json!({ "type": action.get("type") });
    let secret = intent.client_secret.as_ref().filter(|_| kind["type"] == USE_SDK);
    let told = |mut action: Value| {
        if let (Some(secret), Some(members)) = (secret, action.as_object_mut()) {
            members.insert("client_secret".to_owned(), json!(secret.expose()));
        }
        NextAction::new(&action.to_string()).ok()
    };
    told(action.clone()).or_else(|| told(kind.clone())).or_else(|| NextAction::new(&kind.to_string()).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_was_said_can_be_kept() {
        assert_eq!(&*code("insufficient_funds"), "insufficient_funds");
        assert_eq!(&*code("a b\nc"), "abc");
        assert_eq!(&*code(""), "unknown");
        assert_eq!(&*code(&"x".repeat(100)), "x".repeat(64));
    }

    /// What the buyer is told of an intent with this action, whose client secret is `pi_1_secret_2`.
    fn told(action: &Value) -> Value {
        let object = json!({
            "id": "pi_1", "status": "requires_action", "client_secret": "pi_1_secret_2", "next_action": action,
        });
        let intent: Intent = serde_json::from_value(object).expect("an intent");
        assert!(!format!("{intent:?}").contains("secret_2"), "{intent:?}");
        serde_json::from_str(&next_action(&intent).expect("kept")).expect("JSON")
    }

    #[test]
    fn an_action_is_handed_on_as_it_is() {
        let action = json!({"type": "redirect_to_url", "redirect_to_url": {"url": "a\nb"}});
        assert_eq!(told(&action), action);
        let long = json!({"type": "redirect_to_url", "url": "u".repeat(9_000)});
        assert_eq!(told(&long), json!({"type": "redirect_to_url"}));
    }

    #[test]
    fn what_the_library_does_comes_with_what_it_asks_for() {
        let sdk = json!({"stripe_js": "https://hooks.example/3ds"});
        let action = json!({"type": "use_stripe_sdk", "use_stripe_sdk": sdk});
        let expected =
            json!({"type": "use_stripe_sdk", "use_stripe_sdk": sdk, "client_secret": "pi_1_secret_2"});
        assert_eq!(told(&action), expected);
        let long = json!({"type": "use_stripe_sdk", "use_stripe_sdk": "u".repeat(9_000)});
        assert_eq!(told(&long), json!({"type": "use_stripe_sdk", "client_secret": "pi_1_secret_2"}));
    }
}
