//! A problem as a value, and as a response.

use std::borrow::Cow;

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use engine::{LogTime, ReservationId};
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::code::Code;
use crate::view::{Shown, Timestamp};

/// Why a request was not done.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    code: Code,
    status: StatusCode,
    detail: Cow<'static, str>,
    member: Member,
    retry_after_secs: Option<u64>,
}

/// What a problem has beside the members that all have.
#[derive(Clone, Debug)]
pub(crate) enum Member {
    /// Nothing.
    None,
    /// When the sale opens.
    OpensAt(LogTime),
    /// The limit per buyer, and the live reservations that count.
    Limit { limit: u32, in_group: bool, reservations: Vec<ReservationId> },
    /// How many units are free, and whether more can come back.
    Units { available: u64, may_return: bool },
    /// The state that stood in the way. `status` is taken: in RFC 9457 it is the HTTP status.
    CurrentStatus(&'static str),
    /// The units that an adjustment may not cut.
    Committed { held: u64, sold: u64 },
    /// The revision that there is.
    Revision(u64),
}

impl Problem {
    /// A problem with its code's usual status.
    pub(crate) fn new(code: Code, detail: impl Into<Cow<'static, str>>) -> Problem {
        Problem {
            code,
            status: code.status(),
            detail: detail.into(),
            member: Member::None,
            retry_after_secs: None,
        }
    }

    /// A malformed request.
    pub(crate) fn invalid(detail: impl Into<Cow<'static, str>>) -> Problem {
        Problem::new(Code::InvalidRequest, detail)
    }

    /// A field that has not the form that it takes.
    pub(crate) fn field(name: &str, takes: &str) -> Problem {
        Problem::invalid(format!("`{name}` takes {takes}"))
    }

    /// Nothing there, or somebody else's.
    pub(crate) fn not_found() -> Problem {
        Problem::new(Code::NotFound, "there is no such thing, or it is not yours")
    }

    /// A fault of ours. What exactly is for the log, not for the caller.
    pub(crate) fn internal() -> Problem {
        Problem::new(Code::InternalError, "the server met a fault of its own")
    }

    pub(crate) fn status(mut self, status: StatusCode) -> Problem {
        self.status = status;
        self
    }

    pub(crate) fn detail(mut self, detail: &'static str) -> Problem {
        self.detail = detail.into();
        self
    }

    pub(crate) fn with(mut self, member: Member) -> Problem {
        self.member = member;
        self
    }

    pub(crate) fn retry_after(mut self, seconds: u64) -> Problem {
        self.retry_after_secs = Some(seconds);
        self
    }

    pub(crate) fn code(&self) -> Code {
        self.code
    }
}

impl Serialize for Problem {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("type", self.code.page())?;
        map.serialize_entry("title", self.code.title())?;
        map.serialize_entry("status", &self.status.as_u16())?;
        map.serialize_entry("detail", &self.detail)?;
        map.serialize_entry("code", self.code.as_str())?;
        match &self.member {
            Member::None => {}
            Member::OpensAt(at) => map.serialize_entry("opens_at", &Timestamp(*at))?,
            Member::Limit { limit, in_group, reservations } => {
                map.serialize_entry("limit", limit)?;
                map.serialize_entry("in_group", in_group)?;
                map.serialize_entry("reservations", &reservations.iter().map(Shown).collect::<Vec<_>>())?;
            }
            Member::Units { available, may_return } => {
                map.serialize_entry("available", available)?;
                map.serialize_entry("may_return", may_return)?;
            }
            Member::CurrentStatus(status) => map.serialize_entry("current_status", status)?,
            Member::Committed { held, sold } => {
                map.serialize_entry("held", held)?;
                map.serialize_entry("sold", sold)?;
            }
            Member::Revision(revision) => map.serialize_entry("revision", revision)?,
        }
        map.end()
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut body = Vec::with_capacity(256);
        // Writing these types into memory cannot fail; an empty body would still carry the right status.
        let written = serde_json::to_writer(&mut body, &self);
        debug_assert!(written.is_ok(), "a problem is always JSON");
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.retry_after_secs {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.code == Code::Unauthenticated {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}
