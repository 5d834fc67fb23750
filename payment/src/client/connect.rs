//! Connections to the provider: kept open and used again, encrypted where the provider is not on this machine.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper_rustls::{ConfigBuilderExt, HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::{ClientConfig, RootCertStore};

use super::error::NoClient;
use crate::config::BaseUrl;

/// How many connections are kept that nobody uses, and for how long. Stripe closes idle ones after about a minute.
const IDLE_MAX: usize = 64;
const IDLE_FOR: Duration = Duration::from_secs(45);

/// A pool of connections.
pub(super) type Pool = Client<HttpsConnector<HttpConnector>, Full<Bytes>>;

/// Makes a pool for a provider. Certificates are checked against this machine's roots.
pub(super) fn pool(base: &BaseUrl, connect_timeout: Duration) -> Result<Pool, NoClient> {
    let mut http = HttpConnector::new();
    http.enforce_http(false);
    http.set_nodelay(true);
    http.set_connect_timeout(Some(connect_timeout));
    http.set_keepalive(Some(IDLE_FOR));
    let connector = HttpsConnectorBuilder::new().with_tls_config(tls(base)?);
    let connector = if base.is_encrypted() { connector.https_only() } else { connector.https_or_http() };
    let connector = connector.enable_http1().wrap_connector(http);
    Ok(Client::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(IDLE_FOR)
        .pool_max_idle_per_host(IDLE_MAX)
        .build(connector))
}

/// Trusts this machine's roots; where nothing is encrypted no certificate is met, and none is trusted.
fn tls(base: &BaseUrl) -> Result<ClientConfig, NoClient> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("ring has what the protocol versions take");
    let config = if base.is_encrypted() {
        config.with_native_roots().map_err(NoClient::Roots)?
    } else {
        config.with_root_certificates(RootCertStore::empty())
    };
    Ok(config.with_no_client_auth())
}
