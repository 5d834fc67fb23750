//! `docs/api.md` is the reference of all routes, and of nothing else.

use std::collections::BTreeSet;

use gateway::Code;

use crate::fixture::open;

const REFERENCE: &str = include_str!("../../../docs/api.md");

/// The routes that the listener's first page lists, and that page.
async fn routes() -> BTreeSet<String> {
    let page = open().get("/").send().await;
    let rows = page.text().split("<tr>").skip(1).map(|row| {
        let method = between(row, "<td>", "</td>");
        format!("{method} {}", between(row, "<code>", "</code>"))
    });
    rows.chain(["GET /".to_owned()]).collect()
}

fn between<'t>(text: &'t str, before: &str, after: &str) -> &'t str {
    let (_, rest) = text.split_once(before).expect("the page's form");
    rest.split_once(after).expect("the page's form").0
}

/// The sections of the reference: each a route, and what is said of it.
fn sections() -> Vec<(String, &'static str)> {
    let sections = REFERENCE.split("\n### `").skip(1);
    let section = |text: &'static str| {
        let (route, rest) = text.split_once("`\n").expect("a heading ends with its line");
        (route.to_owned(), rest.split("\n## ").next().unwrap_or_default())
    };
    sections.map(section).collect()
}

#[tokio::test]
async fn every_route_stands_in_the_reference_and_no_other() {
    let routes = routes().await;
    assert!(routes.len() > 30, "{routes:?}");
    let described: Vec<String> = sections().into_iter().map(|(route, _)| route).collect();
    assert_eq!(described.len(), described.iter().collect::<BTreeSet<_>>().len(), "each once");
    assert_eq!(described.into_iter().collect::<BTreeSet<_>>(), routes);
}

#[test]
fn every_route_of_the_reference_has_an_example() {
    for (route, said) in sections() {
        let (method, path) = route.split_once(' ').expect("a method and a path");
        let example = said.split_once("```sh\n").expect("an example").1;
        let example = example.split_once("```").expect("its end").0;
        let path = path.split('{').next().unwrap_or_default();
        assert!(example.contains(&format!("\"$URL{path}")), "{route}: {example}");
        if matches!(method, "PUT" | "DELETE") {
            assert!(example.contains(&format!("-X {method}")), "{route}: {example}");
        }
    }
}

#[test]
fn every_code_stands_in_the_reference() {
    for code in Code::ALL {
        assert!(REFERENCE.contains(&format!("`{}`", code.as_str())), "{code:?}");
    }
}
