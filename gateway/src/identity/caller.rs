//! The caller of a request, and what they may do.

use axum::http::{HeaderMap, header};
use engine::BuyerId;

use super::role::Role;
use super::token::Tokens;
use crate::config::Buyers;
use crate::header::single;
use crate::problem::{Code, Problem};
use crate::view::Audience;

const BUYER_ID: &str = "buyer-id";

/// Tells who is calling.
#[derive(Clone, Debug)]
pub(crate) struct Identity {
    buyers: Buyers,
    tokens: Tokens,
}

/// Somebody with a role, acting for a buyer or for nobody in particular.
#[derive(Clone, Debug)]
pub(crate) struct Operator {
    /// Their role.
    pub(crate) role: Role,
    /// The buyer they act for.
    pub(crate) buyer: Option<BuyerId>,
}

impl Operator {
    /// Whose idempotency keys theirs are.
    pub(crate) fn principal(&self) -> &str {
        self.buyer.as_deref().unwrap_or(self.role.principal())
    }
}

/// Somebody who reads.
#[derive(Clone, Debug)]
pub(crate) struct Reader {
    /// Whose things they get to see: a buyer's, or everybody's.
    pub(crate) buyer: Option<BuyerId>,
    /// Whether they are that buyer, or act for them, or look on.
    pub(crate) audience: Audience,
}

/// What the headers say, before anyone has judged it.
struct Caller {
    role: Option<Role>,
    buyer: Option<BuyerId>,
}

impl Identity {
    pub(crate) fn new(buyers: Buyers, tokens: Tokens) -> Identity {
        Identity { buyers, tokens }
    }

    /// The buyer who wants to buy, or for whom a shop does.
    pub(crate) fn buyer(&self, headers: &HeaderMap) -> Result<BuyerId, Problem> {
        let caller = self.caller(headers)?;
        match (self.buyers, caller.role, caller.buyer) {
            (Buyers::Open, _, Some(buyer)) => Ok(buyer),
            (Buyers::Open, None, None) => Err(unauthenticated("the header Buyer-Id says who is buying")),
            (Buyers::Service, None, _) => Err(unauthenticated("a service token is needed")),
            (Buyers::Service, Some(Role::Viewer), _) => Err(forbidden(Role::Service)),
            (Buyers::Service, Some(_), Some(buyer)) => Ok(buyer),
            (_, Some(_), None) => Err(Problem::field("Buyer-Id", BuyerId::TAKES)),
        }
    }

    /// Who wants to see things: a buyer theirs, or somebody with a role and without a buyer everybody's.
    pub(crate) fn reader(&self, headers: &HeaderMap) -> Result<Reader, Problem> {
        let caller = self.caller(headers)?;
        match (self.buyers, caller.role, caller.buyer) {
            (Buyers::Open, _, buyer @ Some(_))
            | (Buyers::Service, Some(Role::Service | Role::Admin), buyer @ Some(_)) => {
                Ok(Reader { buyer, audience: Audience::Buyer })
            }
            (_, Some(_), buyer) => Ok(Reader { buyer, audience: Audience::Others }),
            (Buyers::Open, None, None) => {
                Err(unauthenticated("the header Buyer-Id, or a token, says who is asking"))
            }
            (Buyers::Service, None, _) => Err(unauthenticated("a token is needed")),
        }
    }

    /// The buyer who gives something back, or a shop that does so for one or for any.
    pub(crate) fn holder(&self, headers: &HeaderMap) -> Result<Option<BuyerId>, Problem> {
        let caller = self.caller(headers)?;
        match (self.buyers, caller.role, caller.buyer) {
            (Buyers::Open, _, Some(buyer)) => Ok(Some(buyer)),
            (_, Some(Role::Viewer), _) => Err(forbidden(Role::Service)),
            (_, Some(_), buyer) => Ok(buyer),
            (Buyers::Open, None, None) => Err(unauthenticated("the header Buyer-Id says who is buying")),
            (Buyers::Service, None, _) => Err(unauthenticated("a service token is needed")),
        }
    }

    /// Anyone who may look at what is on sale: everybody in an open cluster, whoever has a token elsewhere.
    pub(crate) fn visitor(&self, headers: &HeaderMap) -> Result<(), Problem> {
        match (self.buyers, self.caller(headers)?.role) {
            (Buyers::Service, None) => Err(unauthenticated("a token is needed")),
            _ => Ok(()),
        }
    }

    /// Somebody whose role is at least `needed`.
    pub(crate) fn operator(&self, headers: &HeaderMap, needed: Role) -> Result<Operator, Problem> {
        let caller = self.caller(headers)?;
        match caller.role {
            None => Err(unauthenticated("a token is needed")),
            Some(role) if role < needed => Err(forbidden(needed)),
            Some(role) => Ok(Operator { role, buyer: caller.buyer }),
        }
    }

    fn caller(&self, headers: &HeaderMap) -> Result<Caller, Problem> {
        // The buyer first, since a malformed header comes before bad credentials.
        let buyer = buyer_id(headers)?;
        let role = match single(headers, header::AUTHORIZATION.as_str(), "Bearer and one token")? {
            None => None,
            Some(value) => Some(self.role(value.as_bytes())?),
        };
        Ok(Caller { role, buyer })
    }

    fn role(&self, authorization: &[u8]) -> Result<Role, Problem> {
        let token = bearer(authorization)
            .ok_or_else(|| unauthenticated("the header Authorization takes Bearer and a token"))?;
        self.tokens.role_of(token).ok_or_else(|| unauthenticated("the token is not known"))
    }
}

fn buyer_id(headers: &HeaderMap) -> Result<Option<BuyerId>, Problem> {
    let Some(value) = single(headers, BUYER_ID, BuyerId::TAKES)? else { return Ok(None) };
    let text = value.to_str().ok().and_then(|text| BuyerId::new(text).ok());
    text.map(Some).ok_or_else(|| Problem::field("Buyer-Id", BuyerId::TAKES))
}

fn bearer(authorization: &[u8]) -> Option<&[u8]> {
    let (scheme, token) = authorization.split_at_checked(7)?;
    scheme.eq_ignore_ascii_case(b"bearer ").then(|| token.trim_ascii())
}

fn unauthenticated(detail: &'static str) -> Problem {
    Problem::new(Code::Unauthenticated, detail)
}

fn forbidden(needed: Role) -> Problem {
    Problem::new(Code::Forbidden, format!("this takes a token of the role {}", needed.as_str()))
}
