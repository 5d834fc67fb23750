//! The pages that explain the codes.

use super::code::Code;

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
            code.status().as_u16(),
            explanation.when,
            explanation.advice
        ),
    )
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

fn page(title: &str, content: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>{title}</title></head>\n\
         <body>\n{content}</body>\n</html>\n"
    )
}
