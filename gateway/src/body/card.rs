//! What a buyer pays with, as it stands in a body: also the body of `POST …/payment`.

use axum::http::Uri;
use engine::{PaymentMethod, ReturnUrl};
use serde::Deserialize;

use super::form::{Field, Form};
use crate::problem::Problem;

pub(super) const RETURN_URL: Field =
    ("return_url", "null or an http or https URL with a host, of at most 2048 visible ASCII characters");

/// What a buyer pays with.
pub(crate) struct Card {
    pub(crate) method: PaymentMethod,
    pub(crate) return_url: Option<ReturnUrl>,
}

impl Card {
    /// Reads the fields of a form.
    pub(super) fn read<F: Form>(method: &str, return_url: Option<&str>) -> Result<Card, Problem> {
        let method = F::text("payment_method", method)?;
        let url = return_url.map(|url| F::text::<ReturnUrl>(RETURN_URL.0, url)).transpose()?;
        F::check(RETURN_URL.0, url.as_ref().is_none_or(is_web))?;
        Ok(Card { method, return_url: url })
    }
}

/// Whether a browser can be sent there: over HTTP, to a host, at a port that there is. Who would sign in there with a name
/// and a password is not for the provider to know.
fn is_web(url: &ReturnUrl) -> bool {
    let Ok(uri) = url.parse::<Uri>() else { return false };
    let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else { return false };
    let is_http = ["http", "https"].iter().any(|http| scheme.eq_ignore_ascii_case(http));
    let host = authority.host();
    let is_port_good = authority.as_str().len() == host.len() || authority.port_u16().is_some();
    is_http && !host.is_empty() && !authority.as_str().contains('@') && is_port_good
}

/// The card to pay a reservation with.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CardForm {
    payment_method: String,
    return_url: Option<String>,
}

impl Form for CardForm {
    const FIELDS: &'static [Field] = &[("payment_method", PaymentMethod::TAKES), RETURN_URL];
}

impl CardForm {
    /// What the buyer pays with.
    pub(crate) fn read(self) -> Result<Card, Problem> {
        Card::read::<CardForm>(&self.payment_method, self.return_url.as_deref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_taken(url: &str) -> bool {
        ReturnUrl::new(url).is_ok_and(|url| is_web(&url))
    }

    #[test]
    fn a_buyer_is_sent_to_a_host_on_the_web_alone() {
        for url in [
            "https://shop.example",
            "HTTPS://shop.example/back?cart=7#paid",
            "http://localhost:3000/back",
            "http://127.0.0.1:9/back",
            "https://[::1]:8443/?a=b&c=%20",
            "https://xn--bcher-kva.example/",
        ] {
            assert!(is_taken(url), "{url}");
        }
        for url in [
            "",
            "http://",
            "https:///back",
            "http://:80/",
            "http://?a",
            "https://#paid",
            "http://shop.example:port/",
            "http://shop.example:65536/",
            "http://shop.example:/",
            "https://name:password@shop.example/",
            "https://shop.example@evil.example/",
            "ftp://shop.example/",
            "javascript:alert(1)",
            "//shop.example/",
            "/back",
            "shop.example",
            "https:shop.example",
            "https://shop example/",
        ] {
            assert!(!is_taken(url), "{url}");
        }
        assert!(is_taken(&format!("https://shop.example/{}", "x".repeat(2_027))));
        assert!(!is_taken(&format!("https://shop.example/{}", "x".repeat(2_028))));
    }
}
