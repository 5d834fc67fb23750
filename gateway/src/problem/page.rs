//! The pages that explain the codes.

use super::code::Code;
use crate::html::page;

/// The page of one code.
pub(crate) fn of(code: Code) -> String {
    let explanation = code.explanation();
    page(
        code.as_str(),
        &format!(
            "<h1><code>{}</code>: {}</h1>\n<p>Status {}.</p>\n<h2>When</h2>\n<p>{}</p>\n<h2>What to do</h2>\n<p>{}</p>\n\
             <p><a href=\"/problems\">All codes</a></p>\n",
            code.as_str(),
            explanation.title,
            statuses(code),
            explanation.when,
            explanation.advice
        ),
    )
}

/// The statuses that a code comes with, the usual one first.
fn statuses(code: Code) -> String {
    let others: Vec<String> =
        code.other_statuses().iter().map(|status| status.as_u16().to_string()).collect();
    let usual = code.status().as_u16();
    match others.as_slice() {
        [] => usual.to_string(),
        others => format!("{usual}; also {}", others.join(", ")),
    }
}

/// The page that lists all codes, in order of precedence.
pub(crate) fn index() -> String {
    let rows: String = Code::ALL
        .into_iter()
        .map(|code| {
            format!(
                "<tr><td>{}</td><td><a href=\"{}\"><code>{}</code></a></td><td>{}</td></tr>\n",
                code.status().as_u16(),
                code.page(),
                code.as_str(),
                code.title()
            )
        })
        .collect();
    page("Problems", &format!("<h1>Problems, in order of precedence</h1>\n<table>\n{rows}</table>\n"))
}
