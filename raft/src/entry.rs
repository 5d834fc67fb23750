//! What a log entry carries: the number under which its proposer knows it, and the batch.

use bytes::Bytes;
use engine::saga::{Finding, Means, Report};
use engine::{Batch, Command, codec};

const NONCE_BYTES: usize = 8;
/// No command takes more bytes of an entry, its key and deadline included, for each that its [`weight`] counts.
pub(crate) const COMMAND_BYTES_MAX: usize = 512;

/// As how many commands a command counts when a batch is cut so that its entry fits into the log: as one, but for those
/// that carry long texts.
pub(crate) fn weight(command: &Command) -> usize {
    let of_means = |means: &Means| {
        let return_url = means.return_url.as_ref().map_or(0, |url| url.len());
        means.account.len() + means.method.len() + return_url
    };
    let texts = match command {
        Command::Pay(pay) => of_means(&pay.means),
        Command::Purchase(purchase) => of_means(&purchase.means),
        Command::Notice(notice) => {
            notice.event.len() + notice.intent.as_ref().map_or(0, |intent| intent.len())
        }
        Command::Report(Report { finding: Finding::ActionRequired(action), .. }) => action.len(),
        _ => 0,
    };
    1 + texts.div_ceil(COMMAND_BYTES_MAX)
}

/// A batch, with the number under which its proposer knows it.
#[derive(Clone, Debug)]
pub struct Numbered {
    /// Chosen by the proposer, unique among all nodes and times.
    pub nonce: u64,
    /// The batch.
    pub batch: Batch,
}

/// Why an entry's bytes are not a batch. The log and the wire check sums, so this means another version wrote it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There are not even the bytes of the number.
    #[error("an entry of {0} bytes is too short to be one")]
    Short(usize),
    /// The batch does not decode.
    #[error("the batch of an entry does not decode: {0}")]
    Batch(#[from] codec::Error),
}

/// Encodes an entry. It is encoded once, by its proposer; log, wire and followers share the bytes.
pub fn encode(nonce: u64, batch: &Batch) -> Bytes {
    let mut bytes = Vec::with_capacity(NONCE_BYTES + 1 + 16 + batch.proposals.len() * 128);
    bytes.extend_from_slice(&nonce.to_le_bytes());
    bytes.push(codec::FORMAT);
    codec::encode_into(batch, &mut bytes);
    bytes.into()
}

/// Decodes an entry.
///
/// # Errors
/// Any bytes give a batch or an [`Error`].
pub fn decode(bytes: &[u8]) -> Result<Numbered, Error> {
    let (nonce, batch) = bytes.split_first_chunk::<NONCE_BYTES>().ok_or(Error::Short(bytes.len()))?;
    Ok(Numbered { nonce: u64::from_le_bytes(*nonce), batch: codec::decode(batch)? })
}

#[cfg(test)]
mod tests {
    use engine::command::{AdjustStock, Confirm, Notice, Pay, Purchase, PutLane, PutProduct, Reserve};
    use engine::lane::Transfer;
    use engine::{
        AdjustmentId, Description, Fingerprint, LogTime, Money, OrderId, PaymentMode, Proposal, RefundId,
        ReservationId, Span,
    };

    use super::*;

    /// Those that are counted as more than one, at their longest.
    fn longest_with_texts() -> [Command; 6] {
        let text = |length| "x".repeat(length);
        let id = RefundId([255; 16]);
        let [_, Command::Reserve(reserve), ..] = longest() else { panic!("the second reserves") };
        let means = Means {
            account: text(64).parse().expect("the longest account"),
            method: text(255).parse().expect("the longest card"),
            return_url: Some(text(2_048).parse().expect("the longest URL")),
        };
        let (reservation, order, buyer) = (reserve.reservation, reserve.order, Some(reserve.buyer.clone()));
        let notice = Notice {
            event: text(255).parse().expect("the longest event"),
            reservation,
            intent: Some(text(255).parse().expect("the longest intent")),
            refund: Some(id),
        };
        let report =
            |finding| Command::Report(Report { reservation, attempt: u8::MAX, noticed: u64::MAX, finding });
        [
            Command::Pay(Box::new(Pay { reservation, buyer, order, means: means.clone() })),
            Command::Purchase(Box::new(Purchase { reserve, means })),
            Command::Notice(notice),
            report(Finding::ActionRequired(text(8_192).parse().expect("the longest action"))),
            report(Finding::Created(text(255).parse().expect("the longest intent"))),
            report(Finding::RefundMade(id, text(255).parse().expect("the longest refund"))),
        ]
    }

    fn longest() -> [Command; 6] {
        let text = |length| "x".repeat(length);
        let product = || text(64).parse().expect("the longest id");
        let buyer = || text(64).parse().expect("the longest id");
        let money = Money { amount: u64::MAX, currency: "usd".parse().expect("a currency") };
        let description = Description {
            name: text(200).parse().expect("the longest name"),
            price: money,
            stock: u64::MAX,
            max_per_buyer: u32::MAX,
            max_per_buyer_in_group: Some(u32::MAX),
            hold: Span(u64::MAX),
            opens_at: LogTime(u64::MAX),
            closes_at: Some(LogTime(u64::MAX)),
            payment: PaymentMode::External,
            lanes: u16::MAX,
        };
        let put = PutProduct { product: product(), description, if_revision: Some(u64::MAX) };
        let reserve = Reserve {
            reservation: ReservationId([255; 16]),
            order: OrderId([255; 16]),
            product: product(),
            buyer: buyer(),
            quantity: u32::MAX,
            reference: Some(text(64).parse().expect("the longest reference")),
            purchase: true,
        };
        let confirm = Confirm {
            reservation: ReservationId([255; 16]),
            buyer: Some(buyer()),
            order: OrderId([255; 16]),
            payment: text(255).parse().expect("the longest reference"),
            paid: money,
        };
        let adjust = AdjustStock {
            id: AdjustmentId([255; 16]),
            product: product(),
            delta: i64::MIN,
            reason: text(200).parse().expect("the longest reason"),
        };
        let transfer =
            Transfer { product: product(), from: 65_535, to: 65_535, number: u64::MAX, units: u64::MAX };
        [
            Command::PutProduct(Box::new(put.clone())),
            Command::Reserve(reserve),
            Command::Confirm(confirm),
            Command::AdjustStock(adjust),
            Command::PutLane(Box::new(PutLane { put, lane: u16::MAX })),
            Command::SendUnits(transfer),
        ]
    }

    #[test]
    fn the_longest_commands_fit_into_what_is_counted_for_them() {
        for command in longest().into_iter().chain(longest_with_texts()) {
            let key = Some(Fingerprint { scope: [255; 16], request: [255; 16] });
            let proposal = Proposal { command, key, not_after: LogTime(u64::MAX) };
            let batch = Batch { now: LogTime(u64::MAX), rules: u16::MAX, proposals: vec![proposal] };
            let bytes = encode(u64::MAX, &batch).len();
            let command = &batch.proposals[0].command;
            assert!(bytes <= weight(command) * COMMAND_BYTES_MAX, "{bytes} bytes: {command:?}");
        }
    }

    #[test]
    fn an_entry_decodes_and_a_cut_one_does_not() {
        let batch = Batch { now: LogTime(7), rules: 1, proposals: longest().map(Proposal::of).to_vec() };
        let bytes = encode(42, &batch);
        let numbered = decode(&bytes).expect("it was just encoded");
        assert_eq!((numbered.nonce, numbered.batch), (42, batch));
        for length in 0..bytes.len() {
            assert!(decode(&bytes[..length]).is_err(), "{length} bytes");
        }
    }
}
