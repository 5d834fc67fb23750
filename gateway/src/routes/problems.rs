//! `GET /problems` and `GET /problems/{code}`: every code explained.

use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::response::Html;

use crate::problem::{Code, Problem, page};

/// All codes.
pub(crate) async fn list() -> Html<String> {
    Html(page::index())
}

/// One code.
pub(crate) async fn show(code: Result<Path<String>, PathRejection>) -> Result<Html<String>, Problem> {
    let code = code.ok().and_then(|Path(code)| code.parse::<Code>().ok());
    code.map(|code| Html(page::of(code))).ok_or_else(Problem::not_found)
}
