//! What a node answered.

use reqwest::Url;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Error;

/// A definite answer.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    /// Who gave it.
    pub(super) url: String,
    pub(crate) status: u16,
    /// Null if there was none.
    pub(super) body: Value,
    /// As it came.
    pub(super) text: String,
}

impl Reply {
    /// Reads an answer to its end.
    pub(super) async fn receive(node: &Url, response: reqwest::Response) -> Result<Reply, String> {
        let status = response.status().as_u16();
        let bytes = response.bytes().await.map_err(|error| error.to_string())?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        Ok(Reply { url: node.to_string(), status, body, text })
    }

    /// Itself if it says that what was asked of `thing` was done.
    pub(super) fn accepted(self, thing: &str) -> Result<Reply, Error> {
        if (200..300).contains(&self.status) {
            return Ok(self);
        }
        let word = |name: &str| self.body.get(name).and_then(Value::as_str).map(str::to_owned);
        let detail = word("detail").or_else(|| word("title")).unwrap_or_else(|| self.text.clone());
        let detail = match self.status {
            401 => format!("{detail}; the token is taken from FLASHSALE_TOKEN"),
            404 => format!("{thing}: {detail}"),
            _ => detail,
        };
        Err(Error::Refused {
            status: self.status,
            code: word("code").unwrap_or_else(|| "refused".to_owned()),
            detail,
        })
    }

    /// What it says, in types.
    pub(crate) fn read<T: DeserializeOwned>(self) -> Result<T, Error> {
        let url = self.url;
        serde_json::from_value(self.body).map_err(|error| Error::Garbled { url, reason: error.to_string() })
    }

    /// What a problem is, in a few words.
    pub(super) fn problem(&self) -> String {
        let code = self.body.get("code").and_then(Value::as_str).unwrap_or("no code");
        format!("{} {code}", self.status)
    }
}
