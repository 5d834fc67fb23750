//! `GET /`: what there is on this listener.

use crate::html;

/// The listener's first page: its routes, with links to those that can be looked at.
pub(super) fn page(routes: &[(&str, &str)]) -> String {
    let rows: String = routes.iter().map(|(method, path)| row(method, path)).collect();
    let content = format!(
        "<h1>flashsale {}</h1>\n<p>A server that sells limited stock to a crowd. <a href=\"/problems\">Every code</a> that an \
         answer can have is explained; <code>docs/api.md</code> in the sources is the reference of these routes.</p>\n\
         <table>\n{rows}</table>\n",
        env!("CARGO_PKG_VERSION")
    );
    html::page("flashsale", &content)
}

fn row(method: &str, path: &str) -> String {
    // A path with an id in it leads nowhere, and one under /v1 wants to know who asks.
    let is_for_browsers = method == "GET" && !path.contains('{') && !path.starts_with("/v1/");
    let shown = match is_for_browsers {
        true => format!("<a href=\"{path}\"><code>{path}</code></a>"),
        false => format!("<code>{path}</code>"),
    };
    format!("<tr><td>{method}</td><td>{shown}</td></tr>\n")
}
