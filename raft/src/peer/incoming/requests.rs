//! Requests that stand alone: each is carried out by a task of its own.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use openraft::Raft;
use openraft::raft::{AppendEntriesRequest, AppendEntriesResponse, StreamAppendError};
use openraft::storage::RaftStateMachine;
use tokio::time::timeout;

use super::Handler;
use super::reply::Reply;
use crate::peer::{CallKind, Refusal, wire};
use crate::types::{NodeId, Types};

/// A request that openraft answers by itself.
#[derive(Debug)]
pub(super) enum Asked {
    Heartbeat(AppendEntriesRequest<Types>),
    Vote(wire::VoteRequest),
    PreVote(wire::VoteRequest),
    TransferLeader(wire::TransferLeader),
}

/// Lets openraft answer.
pub(super) async fn ask<M: RaftStateMachine<Types>>(
    raft: Raft<Types, M>,
    asked: Asked,
    reply: Reply,
    time: Duration,
) {
    let asking = async {
        match asked {
            Asked::Heartbeat(append) => wire::encode(&heartbeat(&raft, append).await?),
            Asked::Vote(request) => wire::encode(&wire::VoteAnswer::from(
                raft.vote(request.into()).await.map_err(Refusal::failed)?,
            )),
            Asked::PreVote(request) => wire::encode(&wire::VoteAnswer::from(
                raft.pre_vote(request.into()).await.map_err(Refusal::failed)?,
            )),
            Asked::TransferLeader(request) => {
                let answer = raft.handle_transfer_leader(request.into()).await.map_err(Refusal::failed)?;
                wire::encode(&wire::TransferAnswer::from(answer))
            }
        }
        .into_iter()
        .next()
        .ok_or(Refusal::Abandoned)
    };
    settle(timeout(time, asking).await.unwrap_or(Err(Refusal::Expired)), reply).await;
}

async fn heartbeat<M: RaftStateMachine<Types>>(
    raft: &Raft<Types, M>,
    append: AppendEntriesRequest<Types>,
) -> Result<wire::AppendAnswer, Refusal> {
    let prev = append.prev_log_id;
    let answer = raft.append_entries(append).await.map_err(Refusal::failed)?;
    match answer {
        AppendEntriesResponse::Success => Ok(Ok(prev).into()),
        AppendEntriesResponse::PartialSuccess(matching) => Ok(Ok(matching).into()),
        AppendEntriesResponse::HigherVote(vote) => Ok(Err(StreamAppendError::HigherVote(vote)).into()),
        AppendEntriesResponse::Conflict => match prev {
            Some(prev) => Ok(Err(StreamAppendError::Conflict(prev)).into()),
            None => Err(Refusal::failed("a heartbeat without a log id before it conflicted")),
        },
    }
}

/// A call that another module defines.
#[derive(Debug)]
pub(super) struct Called {
    pub(super) from: NodeId,
    pub(super) shard: u16,
    pub(super) kind: CallKind,
    pub(super) body: Bytes,
    pub(super) time: Duration,
}

/// Lets the handler answer.
pub(super) async fn call<H: Handler>(handler: Arc<H>, called: Called, reply: Reply, answer_bytes_max: usize) {
    let Called { from, shard, kind, body, time } = called;
    let answer = timeout(time, handler.call(from, shard, kind, body)).await.unwrap_or(Err(Refusal::Expired));
    let fitting = answer.and_then(|body| match body.len() {
        bytes if bytes > answer_bytes_max => {
            Err(Refusal::failed(format!("the answer has {bytes} bytes, a frame takes {answer_bytes_max}")))
        }
        _ => Ok(body),
    });
    settle(fitting, reply).await;
}

async fn settle(result: Result<Bytes, Refusal>, reply: Reply) {
    match result {
        Ok(body) => reply.answer_bytes(body).await,
        Err(refusal) => reply.refuse(&refusal).await,
    }
}
