//! How a reply gets back to whoever asked: to a caller on this node, or into the frame that another node waits for.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::oneshot;

use super::request::Reply;

/// How to reply. One that is dropped says "unknown": silence is not an answer.
#[derive(Debug)]
pub struct ReplyTo(Option<Target>);

#[derive(Debug)]
enum Target {
    Caller(oneshot::Sender<Reply>),
    Frame(Arc<Frame>, usize),
}

#[derive(Debug)]
struct Frame(Mutex<Slots>);

#[derive(Debug)]
struct Slots {
    replies: Vec<Reply>,
    missing: usize,
    done: Option<oneshot::Sender<Vec<Reply>>>,
}

impl ReplyTo {
    /// A reply to one caller on this node.
    pub fn caller() -> (ReplyTo, oneshot::Receiver<Reply>) {
        let (sender, receiver) = oneshot::channel();
        (ReplyTo(Some(Target::Caller(sender))), receiver)
    }

    /// Replies to `count` requests that came together, and go back together once all are there.
    pub fn frame(count: usize) -> (Vec<ReplyTo>, oneshot::Receiver<Vec<Reply>>) {
        let (done, receiver) = oneshot::channel();
        let slots = Slots { replies: vec![Reply::Unknown; count], missing: count, done: Some(done) };
        let frame = Arc::new(Frame(Mutex::new(slots)));
        let targets =
            (0..count).map(|place| ReplyTo(Some(Target::Frame(Arc::clone(&frame), place)))).collect();
        (targets, receiver)
    }

    /// Replies.
    pub fn send(mut self, reply: Reply) {
        self.settle(reply);
    }

    fn settle(&mut self, reply: Reply) {
        match self.0.take() {
            None => {}
            // A caller that went away does not need its answer any more.
            Some(Target::Caller(sender)) => drop(sender.send(reply)),
            Some(Target::Frame(frame, place)) => frame.settle(place, reply),
        }
    }
}

impl Drop for ReplyTo {
    fn drop(&mut self) {
        self.settle(Reply::Unknown);
    }
}

impl Frame {
    fn settle(&self, place: usize, reply: Reply) {
        let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        slots.replies[place] = reply;
        slots.missing -= 1;
        if slots.missing == 0
            && let Some(done) = slots.done.take()
        {
            // A peer that went away does not need its answers any more.
            drop(done.send(std::mem::take(&mut slots.replies)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dropped_reply_is_unknown_and_a_frame_waits_for_all() {
        let (mut targets, mut done) = ReplyTo::frame(2);
        drop(targets.pop());
        assert!(done.try_recv().is_err());
        targets.pop().expect("two were made").send(Reply::NotDone(super::super::request::Obstacle::TooLate));
        let replies = done.try_recv().expect("both are there");
        assert!(matches!(replies[0], Reply::NotDone(_)));
        assert_eq!(replies[1], Reply::Unknown);

        let (target, mut receiver) = ReplyTo::caller();
        drop(target);
        assert_eq!(receiver.try_recv(), Ok(Reply::Unknown));
    }
}
