//! Sets the requests of a connection to work.

use bytes::{Buf, Bytes};

use super::Handler;
use super::append_lane::{AppendLane, Appending};
use super::receive_snapshot::{Announced, IncomingSnapshot, Limits, Piece};
use super::reply::Reply;
use super::requests::{Asked, Called, ask, call};
use super::session::{End, Session};
use crate::peer::stream::{Budget, Class, Frame, Header, Kind, Outgoing, body_bytes_max};
use crate::peer::wire::{self, Malformed, check_sender};
use crate::peer::{CallKind, Refusal};

impl<H: Handler> Session<H> {
    /// Sets a request to work. Never waits, so nothing behind it does.
    pub(super) fn receive(&mut self, frame: Frame) -> Result<(), End> {
        let Frame { header, body } = frame;
        let kind = header.kind;
        let malformed = |error| End::Malformed { kind, error };
        match kind {
            Kind::Ping => {
                self.outbox.offer(
                    Class::Urgent,
                    Outgoing::new(Header::bare(Kind::Pong, header.request), Vec::new()),
                );
                Ok(())
            }
            Kind::Append => self.append(header, body).map_err(malformed),
            Kind::Heartbeat | Kind::Vote | Kind::PreVote | Kind::TransferLeader => {
                let asked = self.asked(kind, body).map_err(malformed)?;
                self.ask(header, asked);
                Ok(())
            }
            Kind::SnapshotBegin => self.begin_snapshot(header, &body).map_err(malformed),
            Kind::SnapshotChunk | Kind::SnapshotEnd => {
                self.continue_snapshot(header, body).map_err(malformed)
            }
            Kind::SnapshotCancel => {
                self.snapshots.remove(&header.request);
                Ok(())
            }
            Kind::Call => self.call(header, body).map_err(malformed),
            Kind::Hello | Kind::Welcome | Kind::TurnedAway | Kind::Pong | Kind::Answer | Kind::Refusal => {
                Err(End::NoRequest(kind))
            }
        }
    }

    /// The obligation to answer, or `None` if there is no room and the request was refused.
    fn admit(&self, header: Header, budget: &Budget, class: Class, bytes: usize) -> Option<Reply> {
        let permit = budget.take_now(bytes);
        let has_room = permit.is_some();
        let reply = Reply::new(self.outbox.clone(), class, header.request, permit, self.counters.clone());
        if has_room {
            return Some(reply);
        }
        reply.refuse_now(&Refusal::Busy);
        None
    }

    fn append(&mut self, header: Header, body: Bytes) -> Result<(), Malformed> {
        let bytes = body.len();
        let (stream, append) = wire::decode_append(body, self.from)?;
        let Some(reply) = self.admit(header, &self.raft, Class::Urgent, bytes) else {
            return Ok(());
        };
        let shard = header.shard;
        if !self.lanes.contains_key(&shard) {
            if self.handler.raft(shard).is_none() {
                reply.refuse_now(&Refusal::UnknownShard);
                return Ok(());
            }
            let (lane, work) = AppendLane::new(self.handler.clone(), shard);
            self.lanes.insert(shard, lane);
            self.tasks.spawn(work);
        }
        if let Some(lane) = self.lanes.get(&shard) {
            lane.push(Appending { stream, append, reply });
        }
        Ok(())
    }

    fn asked(&self, kind: Kind, body: Bytes) -> Result<Asked, Malformed> {
        Ok(match kind {
            Kind::Heartbeat => {
                let (_, append) = wire::decode_append(body, self.from)?;
                if !append.entries.is_empty() {
                    return Err(Malformed::LoadedHeartbeat);
                }
                Asked::Heartbeat(append)
            }
            Kind::TransferLeader => {
                let request: wire::TransferLeader = wire::decode(&body)?;
                check_sender(&request.from, self.from)?;
                Asked::TransferLeader(request)
            }
            kind => {
                let request: wire::VoteRequest = wire::decode(&body)?;
                check_sender(&request.vote, self.from)?;
                if kind == Kind::PreVote { Asked::PreVote(request) } else { Asked::Vote(request) }
            }
        })
    }

    fn ask(&mut self, header: Header, asked: Asked) {
        let Some(reply) = self.admit(header, &self.urgent, Class::Urgent, 0) else {
            return;
        };
        match self.handler.raft(header.shard) {
            Some(raft) => {
                self.tasks.spawn(ask(raft, asked, reply, header.time_left()));
            }
            None => reply.refuse_now(&Refusal::UnknownShard),
        }
    }

    fn begin_snapshot(&mut self, header: Header, body: &[u8]) -> Result<(), Malformed> {
        let begin: wire::SnapshotBegin = wire::decode(body)?;
        let (vote, meta) = begin.check(self.from)?;
        let shard = header.shard;
        let Some(reply) = self.admit(header, &self.raft, Class::Urgent, body.len()) else {
            return Ok(());
        };
        // A new transfer for a shard replaces the one before it, whose end nobody waits for any more.
        self.snapshots.retain(|_, snapshot| snapshot.is_open() && snapshot.shard != shard);
        if self.snapshots.len() >= self.options.snapshots_max {
            reply.refuse_now(&Refusal::Busy);
            return Ok(());
        }
        let number = reply.request();
        let announced = Announced { shard, vote, meta };
        let limits = Limits {
            idle_max: self.options.snapshot_chunk_timeout * 2,
            install_max: self.options.snapshot_install_timeout,
            ended: self.ended.clone(),
        };
        let (snapshot, work) = IncomingSnapshot::new(self.handler.clone(), announced, reply, limits);
        self.snapshots.insert(number, snapshot);
        self.receiving.spawn(work);
        Ok(())
    }

    fn continue_snapshot(&mut self, header: Header, body: Bytes) -> Result<(), Malformed> {
        let bytes = body.len();
        let (transfer, piece) = if header.kind == Kind::SnapshotEnd {
            (wire::decode(&body)?, Piece::End)
        } else {
            let wire::SnapshotChunk { transfer, offset, bytes } = wire::decode_chunk(body)?;
            (transfer, Piece::Chunk { offset, bytes })
        };
        let Some(reply) = self.admit(header, &self.raft, Class::Urgent, bytes) else {
            return Ok(());
        };
        match self.snapshots.get(&transfer) {
            Some(snapshot) => snapshot.push(piece, reply),
            None => reply.refuse_now(&Refusal::failed("no such transfer of a snapshot is going on")),
        }
        Ok(())
    }

    fn call(&mut self, header: Header, mut body: Bytes) -> Result<(), Malformed> {
        let bytes = body.len();
        let kind = CallKind(body.try_get_u8().map_err(|_| Malformed::Short { bytes })?);
        self.counters.count_call(kind);
        if let Some(reply) = self.admit(header, &self.calls, Class::Bulk, bytes) {
            let called =
                Called { from: self.from, shard: header.shard, kind, body, time: header.time_left() };
            let answer_bytes_max = body_bytes_max(self.options.frame_bytes_max);
            self.tasks.spawn(call(self.handler.clone(), called, reply, answer_bytes_max));
        }
        Ok(())
    }
}
