//! The pages that explain the codes.

use gateway::Code;

use crate::fixture::open;

#[tokio::test]
async fn every_code_has_a_page_where_its_type_points() {
    let shop = open();
    for code in Code::ALL {
        assert_eq!(code.page(), format!("/problems/{}", code.as_str()));
        assert_eq!(code.as_str().parse(), Ok(code));
        let page = shop.get(code.page()).send().await;
        assert_eq!(page.status, 200);
        assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
        let explanation = code.explanation();
        for words in [code.as_str(), explanation.title, explanation.when, explanation.advice] {
            assert!(page.text().contains(words), "{words}");
        }
        for status in [&[code.status()], code.other_statuses()].concat() {
            assert!(page.text().contains(status.as_str()), "{status}");
        }
    }
}

#[tokio::test]
async fn every_code_has_an_explanation_of_its_own() {
    let mut whens: Vec<_> = Code::ALL.iter().map(|code| code.explanation().when).collect();
    whens.sort_unstable();
    whens.dedup();
    assert_eq!(whens.len(), Code::ALL.len());
}

#[tokio::test]
async fn the_index_links_them_all_in_order_of_precedence() {
    let shop = open();
    let index = shop.get("/problems").send().await;
    let places: Vec<_> = Code::ALL.iter().map(|code| index.text().find(code.page())).collect();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{places:?}");
}

#[tokio::test]
async fn a_code_that_is_none_has_no_page() {
    let shop = open();
    for path in ["/problems/nothing", "/problems/%FF", "/problems/<script>"] {
        if let Ok(uri) = path.parse::<axum::http::Uri>() {
            shop.get(&uri.to_string()).send().await.problem(404, "not_found");
        }
    }
}
