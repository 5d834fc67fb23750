//! Lists: the parameters that they take, and their pages.

use std::borrow::Cow;
use std::str::FromStr;

use engine::BuyerId;
use serde::Serialize;

use crate::problem::Problem;
use crate::view::Word;

const LIMIT_DEFAULT: usize = 20;
const LIMIT_MAX: usize = 100;
const CURSOR: &str = "the next_cursor of a page of this list";

/// The query of a list: each parameter at most once, and no unknown ones.
pub(crate) struct ListQuery<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

impl<'a> ListQuery<'a> {
    /// Takes a query apart.
    pub(crate) fn parse(query: &'a str, parameters: &[&str]) -> Result<ListQuery<'a>, Problem> {
        let mut read = ListQuery(Vec::new());
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            if !parameters.contains(&&*name) {
                let name: String = name.chars().take(100).collect();
                let known = parameters.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
                return Err(Problem::invalid(format!("unknown parameter `{name}`; this takes {known}")));
            }
            if read.get(&name).is_some() {
                return Err(Problem::invalid(format!(
                    "the parameter `{name}` comes twice; it is taken once"
                )));
            }
            read.0.push((name, value));
        }
        Ok(read)
    }

    /// A parameter as it came.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| &**value)
    }

    /// How many items a page has.
    pub(crate) fn limit(&self) -> Result<usize, Problem> {
        let Some(text) = self.get("limit") else { return Ok(LIMIT_DEFAULT) };
        let limit = text.parse().ok().filter(|limit| (1..=LIMIT_MAX).contains(limit));
        limit.ok_or_else(|| Problem::field("limit", "an integer from 1 to 100"))
    }

    /// The item behind which the page begins.
    pub(crate) fn after<T: FromStr>(&self) -> Result<Option<T>, Problem> {
        self.typed("after", CURSOR)
    }

    /// The state that all items are in.
    pub(crate) fn status<T: Word>(&self) -> Result<Option<T>, Problem> {
        let Some(text) = self.get("status") else { return Ok(None) };
        T::read(text).map(Some).ok_or_else(|| Problem::field("status", &T::takes()))
    }

    /// The buyer whose items these are.
    pub(crate) fn buyer(&self) -> Result<Option<BuyerId>, Problem> {
        self.typed("buyer_id", BuyerId::TAKES)
    }

    /// A parameter that is a text of some form.
    pub(crate) fn typed<T: FromStr>(&self, name: &str, takes: &str) -> Result<Option<T>, Problem> {
        let Some(text) = self.get(name) else { return Ok(None) };
        text.parse().map(Some).map_err(|_| Problem::field(name, takes))
    }
}

/// A page of a list.
#[derive(Serialize)]
pub(crate) struct ListJson<T> {
    data: Vec<T>,
    has_more: bool,
    next_cursor: Option<String>,
}

impl<T> ListJson<T> {
    /// A page of `items`, each shown by `show`, whose cursor is the last item's.
    pub(crate) fn new<'a, I>(
        items: &'a [I],
        has_more: bool,
        cursor: impl Fn(&I) -> String,
        show: impl Fn(&'a I) -> T,
    ) -> ListJson<T> {
        let last = items.last().filter(|_| has_more);
        ListJson { data: items.iter().map(show).collect(), has_more, next_cursor: last.map(cursor) }
    }
}
