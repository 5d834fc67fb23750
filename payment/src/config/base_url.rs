//! Where the provider is.

use std::fmt;
use std::net::IpAddr;

use http::Uri;

/// A text does not say where the provider is.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum NotABaseUrl {
    /// It is no URL of the form taken.
    #[error("a provider's base URL is https://HOST, perhaps with a port, and nothing behind")]
    Malformed,
    /// Secret keys would travel in the clear.
    #[error("a provider off this machine takes https; http is for loopback, or where `insecure` is set")]
    Insecure,
}

/// The provider's base URL: scheme, host and port.
#[derive(Clone, PartialEq, Eq)]
pub struct BaseUrl {
    text: String,
    encrypted: bool,
}

impl BaseUrl {
    /// Where Stripe is.
    pub const STRIPE: &'static str = "https://api.stripe.com";

    /// Reads a base URL. `insecure` allows `http` off loopback.
    ///
    /// # Errors
    /// [`NotABaseUrl`] if it is none, or if it is unencrypted and must not be.
    pub fn new(text: &str, insecure: bool) -> Result<BaseUrl, NotABaseUrl> {
        let uri: Uri = text.parse().map_err(|_| NotABaseUrl::Malformed)?;
        let authority = uri.authority().ok_or(NotABaseUrl::Malformed)?;
        let is_bare = matches!(uri.path(), "" | "/") && uri.query().is_none() && !text.contains(['@', '#']);
        let has_port = authority.as_str().len() > authority.host().len();
        if !is_bare || (has_port && authority.port_u16().is_none_or(|port| port == 0)) {
            return Err(NotABaseUrl::Malformed);
        }
        let encrypted = match uri.scheme_str() {
            Some("https") => true,
            Some("http") if insecure || is_loopback(authority.host()) => false,
            Some("http") => return Err(NotABaseUrl::Insecure),
            _ => return Err(NotABaseUrl::Malformed),
        };
        let scheme = if encrypted { "https" } else { "http" };
        Ok(BaseUrl { text: format!("{scheme}://{authority}"), encrypted })
    }

    /// Whether the connection is encrypted.
    pub fn is_encrypted(&self) -> bool {
        self.encrypted
    }

    /// The URL, without a slash at its end.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl fmt::Debug for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// A name other than `localhost` is not looked up: what it says can change.
fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unencrypted_is_for_loopback() {
        let read = |text, insecure| BaseUrl::new(text, insecure).map(|url| url.as_str().to_owned());
        assert_eq!(read("https://api.stripe.com", false), Ok("https://api.stripe.com".to_owned()));
        assert_eq!(read("https://api.stripe.com/", false), Ok("https://api.stripe.com".to_owned()));
        for near in ["http://127.0.0.1:12111", "http://localhost:12111", "http://[::1]:12111"] {
            assert_eq!(read(near, false).as_deref(), Ok(near));
        }
        assert_eq!(read("http://10.0.0.7:12111", false), Err(NotABaseUrl::Insecure));
        assert_eq!(read("http://127.0.0.1.example.com", false), Err(NotABaseUrl::Insecure));
        assert_eq!(read("http://10.0.0.7:12111", true).as_deref(), Ok("http://10.0.0.7:12111"));
    }

    #[test]
    fn what_is_no_base_url_is_refused() {
        for text in [
            "",
            "api.stripe.com",
            "ftp://a",
            "https://a/v1",
            "https://a?x=1",
            "https://k@a",
            "https://a#f",
            "https://a:0",
            "https://a:99999",
            "https://a:",
            "http://[::1]:70000",
            "https://",
            "/v1",
        ] {
            assert_eq!(BaseUrl::new(text, true), Err(NotABaseUrl::Malformed), "{text}");
        }
    }
}
