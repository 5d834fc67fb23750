//! Frames of the calls beside Raft: forwarded requests and their replies, the time, reports.

use engine::command::Reserve;
use engine::snapshot::{Fault, First, Mismatch, OpenAlarm, OpenAlarms, Payments};
use engine::view::Alarms;
use engine::{
    Answer, Command, LogTime, OrderId, PaymentAudit, ProductAudit, Query, Refusal, ReservationId, Scope,
    ShardId, Stock, Takings,
};

use super::Sample;
use crate::call;
use crate::members::Members;
use crate::node::{
    About, AboutRequest, AboutShard, Audited, PageRequest, Past, Report, ReportRequest, Reported, Rest,
    Stage, SwapRequest,
};
use crate::peer::stream::Kind;
use crate::route::ForwardReply;
use crate::shard::clock::{LedTime, NodeTime};
use crate::shard::request::{Ask, Leadership, Obstacle, Reply, Request};
use crate::turnover::{Notice, Turnover};

const NOW: LogTime = LogTime(1_795_737_600_000);
const LEADERSHIP: Leadership = Leadership { term: 4, node: 300 };

const LED: LedTime = LedTime { term: 7, log: NOW };

pub(super) fn samples() -> Vec<Sample> {
    let standing: Option<(Leadership, LogTime)> = Some((LEADERSHIP, NOW));
    vec![
        Sample::call(call::FORWARD, "call: forward", requests()),
        Sample::coded(Kind::Answer, "answer to forwarding", forward_reply(standing)),
        Sample::coded(Kind::Answer, "answer to forwarding: leads no more", forward_reply(None)),
        Sample::bare(Kind::Call, "call: standing", &[call::STANDING.0]),
        Sample::coded(Kind::Answer, "answer about standing: leads", standing),
        Sample::coded(Kind::Answer, "answer about standing: does not", None::<(Leadership, LogTime)>),
        Sample::call(call::REPORT, "call: report", report_request()),
        Sample::coded(Kind::Answer, "answer with a report", reported(None)),
        Sample::coded(Kind::Answer, "answer with a recount", reported(Some(audited()))),
        Sample::call(call::REPORT_PAGE, "call: page of a recount", PageRequest { recount: 7, from: 16_384 }),
        Sample::coded(Kind::Answer, "answer with a page of a recount", audited().products),
        Sample::call(call::HASHES, "call: hashes", vec![90_001_u64, 90_000, 89_984]),
        Sample::coded(Kind::Answer, "answer with hashes", vec![(90_000_u64, u64::MAX), (89_984, 7)]),
        Sample::bare(Kind::Call, "call: room", &[call::ROOM.0]),
        Sample::coded(Kind::Answer, "answer about room", true),
        Sample::call(call::ABOUT, "call: about", AboutRequest { origins: true }),
        Sample::coded(Kind::Answer, "answer about a node", about()),
        Sample::call(call::SWAP, "call: swap", swap()),
        Sample::coded(Kind::Answer, "answer to a swap", Stage::CatchingUp(Some(90_000))),
        Sample::coded(
            Kind::Answer,
            "answer to a swap: waits",
            Stage::Waiting("node 3 is not connected".into()),
        ),
        Sample::call(call::TURNOVER, "call: turnover", Notice { news: turnover(), begins: Some((300, 4)) }),
        Sample::coded(Kind::Answer, "answer to a turnover", None::<String>),
        Sample::coded(
            Kind::Answer,
            "answer to a turnover: not now",
            Some("node 5 is taking the place of node 3".to_owned()),
        ),
        Sample::bare(Kind::Call, "call: estimate", &[call::ESTIMATE.0]),
        Sample::coded(
            Kind::Answer,
            "answer to an estimate",
            NodeTime { led: Some(LED), wall: LogTime(NOW.0 + 3) },
        ),
        Sample::coded(Kind::Answer, "answer to an estimate: unled", NodeTime { led: None, wall: NOW }),
    ]
}

fn about() -> About {
    let addresses = [1, 2, 300, 4].map(|node| (node, format!("node-{node}.example.net:9080")));
    let members = Members {
        entry: Some(90_001),
        voters: vec![[1, 2, 300].into(), [1, 300, 4].into()],
        addresses: addresses.into(),
    };
    let shards = vec![
        AboutShard { members: Some(members), origin: Some(*b"a secret of 16 b") },
        AboutShard { members: None, origin: None },
    ];
    About {
        node: 300,
        http: "shop-3.example.net:8080".into(),
        connected: [1, 4].into(),
        turnover: turnover(),
        shards,
    }
}

fn turnover() -> Turnover {
    let pairs = Turnover::of_pair(2, 300).and(&Turnover::of_pair(300, 4));
    pairs.and(&Turnover::of_retired([2].into()))
}

fn swap() -> SwapRequest {
    SwapRequest {
        going: [2, 300].into(),
        new: 4,
        address: "node-4.example.net:9080".into(),
        reaching: [1, 3].into(),
        past: Some(Past { votes: false, origin: Some(*b"a secret of 16 b") }),
    }
}

fn requests() -> Vec<Request> {
    let shard = ShardId(513);
    let reserve = Reserve {
        reservation: ReservationId::new(shard, NOW.0, 5),
        order: OrderId::new(shard, NOW.0, 6),
        product: "shoe.42".parse().unwrap(),
        buyer: "alice".parse().unwrap(),
        quantity: 2,
        reference: Some("cart-7".parse().unwrap()),
        purchase: false,
    };
    let scope = Scope {
        principal: "alice".to_owned(),
        route: "POST /v1/products/shoe.42/reservations".to_owned(),
        key: "alice-1".to_owned(),
    };
    let asks = [
        Ask::Command(Command::Reserve(reserve), Some(scope)),
        Ask::Command(Command::PauseProduct("shoe.42".parse().unwrap()), None),
        Ask::Query(Query::Product("shoe.42".parse().unwrap())),
    ];
    let request =
        |ask| Request { ask, leadership: LEADERSHIP, sent_at: NOW, not_after: LogTime(NOW.0 + 5_000) };
    asks.map(request).into()
}

fn report_request() -> ReportRequest {
    ReportRequest { audit: true, product: Some("shoe.42".parse().unwrap()) }
}

fn reported(audited: Option<Audited>) -> Reported {
    let rest = audited.is_some().then_some(Rest { recount: 7, products: 17_000 });
    let report = Report {
        node: 300,
        pid: 4_711,
        leader: Some(1),
        term: 4,
        last_log_index: 90_002,
        applied_index: 90_001,
        snapshot_index: 90_000,
        audited,
    };
    Reported { report, rest }
}

fn audited() -> Audited {
    let stock = Stock { total: 100, available: 97, held: 2, sold: 1, version: 5 };
    let product = ProductAudit {
        product: "shoe.42".parse().unwrap(),
        stock,
        counted_held: 2,
        counted_sold: 1,
        orders: 1,
        frozen: false,
        payments: payments(),
    };
    Audited {
        index: 90_001,
        hashes: vec![(90_001, u64::MAX)],
        hash_holds: true,
        products: vec![product],
        payments: payment_audit(),
    }
}

fn payments() -> Payments {
    let takings = Takings {
        currency: "usd".parse().expect("a currency"),
        pending: 1,
        captured: 300,
        refunded: 70_000,
        refunding: 2,
    };
    Payments {
        pending: 1,
        captured: 2,
        failed: 3,
        paying: 4,
        refunds_pending: 5,
        refunds_failed: 6,
        alarms: Alarms { unsettled: 7, compensating: 8, capture_failed: 9, refund_returned: 10 },
        takings: vec![takings],
    }
}

/// With an alarm of each kind, and each fault.
fn payment_audit() -> PaymentAudit {
    let alarm = |attempt, intent: Option<&str>| First {
        count: 300,
        first: vec![OpenAlarm {
            reservation: ReservationId::new(ShardId(513), NOW.0, 5),
            attempt,
            product: "shoe.42".parse().unwrap(),
            intent: intent.map(|intent| intent.parse().unwrap()),
        }],
    };
    let alarms = OpenAlarms {
        unsettled: alarm(1, Some("pi_1")),
        compensating: alarm(2, Some("pi_2")),
        capture_failed: alarm(3, None),
        refund_returned: alarm(1, Some("pi_3")),
    };
    let faults = [
        Fault::NoOrder,
        Fault::OtherCapture,
        Fault::TakenForNothing,
        Fault::NothingTaken,
        Fault::RefundedTooMuch,
        Fault::RefundedTooEarly,
        Fault::OtherRefunds,
    ];
    let mismatches = (0..).zip(faults).map(|(number, fault)| Mismatch {
        reservation: ReservationId::new(ShardId(513), NOW.0, number),
        order: (number > 0).then(|| OrderId::new(ShardId(513), NOW.0, number)),
        fault,
    });
    PaymentAudit { alarms, mismatches: First { count: 7, first: mismatches.collect() } }
}

/// With a reply of each kind.
fn forward_reply(now: Option<(Leadership, LogTime)>) -> ForwardReply {
    let replies = vec![
        Reply::Done { answer: Answer::Nothing, replayed: false },
        Reply::Done { answer: Answer::Nothing, replayed: true },
        Reply::Refused(Refusal::SoldOut { available: 0, may_return: true }),
        Reply::NotDone(Obstacle::NotLeader),
        Reply::NotDone(Obstacle::TooLate),
        Reply::NotDone(Obstacle::Overloaded),
        Reply::Unknown,
    ];
    ForwardReply { now, replies }
}
