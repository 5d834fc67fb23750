//! A request as a handler sees it.

use std::time::Instant;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, Uri};
use bytes::Bytes;

use crate::body::{self, Bounds, Empty, Form};
use crate::context::Context;
use crate::list::ListQuery;
use crate::problem::Problem;

/// A request with its deadline, which runs from here.
pub(crate) struct Call {
    pub(crate) headers: HeaderMap,
    pub(crate) deadline: Instant,
    uri: Uri,
    body: Body,
    bytes_max: usize,
}

impl Call {
    pub(crate) fn new<P>(context: &Context<P>, request: Request) -> Call {
        let (head, body) = request.into_parts();
        let deadline = Instant::now() + context.request_deadline;
        Call { headers: head.headers, deadline, uri: head.uri, body, bytes_max: context.body_bytes_max }
    }

    /// The body, as the form that the route takes.
    pub(crate) async fn form<T: Form>(&mut self) -> Result<T, Problem> {
        body::expect_json(&self.headers)?;
        body::parse(&body::read(std::mem::take(&mut self.body), self.bounds()).await?)
    }

    /// The body as it came, for one that is signed, of at most `bytes_max` bytes.
    pub(crate) async fn raw(&mut self, bytes_max: usize) -> Result<Bytes, Problem> {
        body::read(std::mem::take(&mut self.body), Bounds { bytes_max, deadline: self.deadline }).await
    }

    /// No body, or an object without fields.
    pub(crate) async fn nothing(&mut self) -> Result<(), Problem> {
        let bytes = body::read(std::mem::take(&mut self.body), self.bounds()).await?;
        if bytes.is_empty() {
            return Ok(());
        }
        body::expect_json(&self.headers)?;
        body::parse::<Empty>(&bytes).map(|Empty {}| ())
    }

    /// The query, of which the route takes these parameters.
    pub(crate) fn query(&self, parameters: &'static [&'static str]) -> Result<ListQuery<'_>, Problem> {
        ListQuery::parse(self.uri.query().unwrap_or_default(), parameters)
    }

    fn bounds(&self) -> Bounds {
        Bounds { bytes_max: self.bytes_max, deadline: self.deadline }
    }
}
