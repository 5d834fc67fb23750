//! The provider's words as the log takes them: whatever it said, something that can be kept.

use engine::vocabulary::text::{DeclineCode, NextAction};
use serde_json::Value;

const LENGTH_MAX: usize = 64;

/// Why the provider said no. What cannot stand in a code is left out.
pub(super) fn code(word: &str) -> DeclineCode {
    let kept: String = word.chars().filter(char::is_ascii_graphic).take(LENGTH_MAX).collect();
    DeclineCode::new(&kept).unwrap_or_else(|_| DeclineCode::new("unknown").expect("a word of seven letters"))
}

/// What the buyer has to do, as it is. If it is too long to be kept, its kind alone: the buyer's page then asks the
/// provider.
pub(super) fn next_action(action: &Value) -> Option<NextAction> {
    let whole = NextAction::new(&action.to_string());
    let kind = || serde_json::json!({ "type": action.get("type") });
    whole.or_else(|_| NextAction::new(&kind().to_string())).ok()
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
        let action = serde_json::json!({"type": "redirect_to_url", "redirect_to_url": {"url": "a\nb"}});
        let kept = next_action(&action).expect("kept");
        assert_eq!(serde_json::from_str::<Value>(&kept).expect("JSON"), action);
        let long = serde_json::json!({"type": "redirect_to_url", "url": "u".repeat(9_000)});
        assert_eq!(&*next_action(&long).expect("kept"), r#"{"type":"redirect_to_url"}"#);
    }
}
