//! Random moves: what is done next in a shop, said by what there is rather than by its id, so that a sequence keeps its
//! meaning when parts of it are left out.

use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::names;

/// One move: time goes on or not, then something is sent.
#[derive(Clone, Debug)]
pub(crate) struct Move {
    pub(crate) wait: Wait,
    pub(crate) deed: Deed,
    pub(crate) key: Option<Key>,
    /// How long after its batch's moment the sender waits, in milliseconds, if not for ever.
    pub(crate) patience: Option<i64>,
    pub(crate) rules: u16,
    /// Whether the second replica's batch ends behind it.
    pub(crate) ends_batch: bool,
    /// Whether the first replica is then replaced by what is loaded from its snapshot.
    pub(crate) reloads: bool,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Wait {
    Not,
    Millis(u64),
    /// To the n-th moment at which something of this kind is due, or that many milliseconds beside it.
    Until(Due, u8, i64),
    /// The batch claims to be from so long ago.
    Back(u64),
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Due {
    /// A hold or a payment ends.
    End,
    /// A sale opens or closes.
    Window,
    /// An answer is forgotten.
    Answer,
    /// A reservation that is over is forgotten.
    Kept,
}

/// A key within the scope that the command has, or within one that all commands share.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Key {
    Own(u8),
    Shared(u8),
}

/// Which of the things that there are, the newest first.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Pick {
    /// Of reservations, such as are live, and such as the deed can be done to if there are any; of others, all.
    Live(u8),
    Any(u8),
    Unknown,
}

/// Which id a new thing gets.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Id {
    Fresh,
    /// One that something had or was to have, the newest first.
    Known(u8),
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Caller {
    Nobody,
    Owner,
    Other,
}

#[derive(Clone, Debug)]
pub(crate) enum Deed {
    Found,
    Activate(u16),
    /// Changes a product, if its revision is the right one or another, or in any case.
    Put(u8, Change, Option<bool>),
    Pause(u8),
    Resume(u8),
    Archive(u8),
    Adjust(u8, i64),
    Reserve(Wish),
    Cancel(Pick, Caller),
    Checkout(Pick, Caller),
    Release(Pick, Caller),
    Confirm(Pick, Caller, Id, u8, Pays),
    Pay(Pick, Caller, Id, u8),
    Refund(Pick, Id, Amount, bool),
    /// A report about the last try, or the one with this number, round and round; 7 is none that there can be. So many
    /// notices were known when it was looked.
    Report(Pick, Option<u8>, u64, Find),
    /// A report about a refund, in the name of its own payment or of another.
    ReportRefund(Pick, u8, bool),
    Notice(Pick, u8, Option<bool>),
    NoticeRefund(Pick, u8, bool),
    /// Something that was sent before is sent again, with the same ids or with others.
    Again(Past, bool),
}

#[derive(Clone, Debug)]
pub(crate) struct Wish {
    pub(crate) product: u8,
    pub(crate) buyer: u8,
    pub(crate) quantity: u32,
    pub(crate) id: Id,
    pub(crate) order: Id,
    pub(crate) purchase: bool,
    pub(crate) card: Option<u8>,
    pub(crate) reference: bool,
}

/// What is new in a product's description.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Change {
    Nothing,
    Price(u64),
    Stock(u64),
    Limit(u32),
    GroupLimit(Option<u32>),
    Hold(u64),
    /// Milliseconds from now.
    Opens(i64),
    Closes(Option<i64>),
    /// 0 is outside, 1 nobody, 2 the provider.
    Mode(u8),
    Lanes(u16),
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Pays {
    Right,
    TooLittle,
    OtherCurrency,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Amount {
    All,
    Rest,
    Some(u64),
}

/// Which finding: among those that lead on from where the try is, or among all.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Find {
    Apt(u8),
    Any(u8),
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Past {
    /// The newest first.
    Sent(u8),
    /// Of those whose answers are remembered, the oldest first.
    Remembered(u8),
}

/// How a sequence goes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Pace {
    /// Time goes on in leaps now and then, and everything is done alike.
    Brisk,
    /// Time hardly goes on, so that payments come to their ends.
    Calm,
}

/// Moves, on average `many`.
pub(crate) fn moves(many: usize, pace: Pace) -> impl Strategy<Value = Vec<Move>> {
    prop::collection::vec(one_move(pace), 1..2 * many)
}

fn one_move(pace: Pace) -> impl Strategy<Value = Move> {
    let key = prop_oneof![5 => (0..4_u8).prop_map(Key::Own), 3 => (0..6_u8).prop_map(Key::Shared)];
    let patience = option::weighted(0.06, select(vec![-1, 0, 1]));
    let rules = prop_oneof![150 => Just(1), 1 => select(vec![0, 2])];
    let odds = (prop::bool::weighted(0.2), prop::bool::weighted(0.1));
    (wait(pace), deed(pace), option::weighted(0.45, key), patience, rules, odds).prop_map(
        |(wait, deed, key, patience, rules, (ends_batch, reloads))| Move {
            wait,
            deed,
            key,
            patience,
            rules,
            ends_batch,
            reloads,
        },
    )
}

fn wait(pace: Pace) -> impl Strategy<Value = Wait> {
    let leaps = match pace {
        Pace::Brisk => 1,
        Pace::Calm => 6,
    };
    let beside = || select(vec![0, 0, -1, 1]);
    let minutes = select(vec![1, 2, 10, 15, 25]).prop_map(|minutes| Wait::Millis(minutes * 60_000));
    let days = select(vec![86_399_999, 86_400_000, 86_400_001, 20 * 86_400_000, 31 * 86_400_000]);
    let nth = || prop_oneof![2 => Just(0), 1 => 0..4_u8];
    let until = move |due: Due| (nth(), beside()).prop_map(move |(nth, by)| Wait::Until(due, nth, by));
    prop_oneof![
        1_200 * leaps => Just(Wait::Not),
        200 => (1..2_000_u64).prop_map(Wait::Millis),
        70 => until(Due::End),
        30 => until(Due::Window),
        8 => until(Due::Answer),
        5 => until(Due::Kept),
        10 => minutes,
        3 => days.prop_map(Wait::Millis),
        20 => (1..10_000_u64).prop_map(Wait::Back),
    ]
}

fn deed(pace: Pace) -> impl Strategy<Value = Deed> {
    let reports = match pace {
        Pace::Brisk => 60,
        Pace::Calm => 160,
    };
    let holds = prop_oneof![
        6 => (pick(), caller()).prop_map(|(pick, by)| Deed::Cancel(pick, by)),
        7 => (pick(), caller()).prop_map(|(pick, by)| Deed::Checkout(pick, by)),
        5 => (pick(), caller()).prop_map(|(pick, by)| Deed::Release(pick, by)),
        9 => (pick(), caller(), id(), 0..3_u8, pays())
            .prop_map(|(pick, by, order, payment, pays)| Deed::Confirm(pick, by, order, payment, pays)),
        14 => (pick(), caller(), promised(), 0..2_u8)
            .prop_map(|(pick, by, order, card)| Deed::Pay(pick, by, order, card)),
        12 => (pick(), id(), amount(), prop::bool::weighted(0.4))
            .prop_map(|(pick, refund, amount, restock)| Deed::Refund(pick, refund, amount, restock)),
    ];
    let saga = prop_oneof![
        24 => (pick(), option::weighted(0.2, 0..8_u8), prop_oneof![2 => Just(u64::MAX), 1 => 0..3_u64], find())
            .prop_map(|(pick, attempt, noticed, find)| Deed::Report(pick, attempt, noticed, find)),
        3 => (pick(), 0..6_u8, prop::bool::weighted(0.9))
            .prop_map(|(pick, find, is_its)| Deed::ReportRefund(pick, find, is_its)),
        1 => (pick(), 0..24_u8, option::of(any::<bool>()))
            .prop_map(|(pick, event, intent)| Deed::Notice(pick, event, intent)),
        1 => (pick(), 0..24_u8, prop::bool::weighted(0.8))
            .prop_map(|(pick, event, is_its)| Deed::NoticeRefund(pick, event, is_its)),
    ];
    let again = prop_oneof![
        2 => prop_oneof![0..4_u8, any::<u8>()].prop_map(Past::Sent),
        1 => prop_oneof![3 => Just(0), 1 => any::<u8>()].prop_map(Past::Remembered),
    ];
    prop_oneof![
        30 => wish().prop_map(Deed::Reserve),
        53 => holds,
        reports => saga,
        9 => operation(),
        16 => (again, any::<bool>()).prop_map(|(past, is_same)| Deed::Again(past, is_same)),
    ]
}

fn operation() -> impl Strategy<Value = Deed> {
    let delta = prop_oneof![
        8 => -4..12_i64,
        1 => select(vec![i64::MIN, i64::MAX, 999_999_999, 1_000_000_001, -1_000_000_000]),
    ];
    prop_oneof![
        12 => (product(), change(), option::weighted(0.2, prop::bool::weighted(0.6)))
            .prop_map(|(product, change, revision)| Deed::Put(product, change, revision)),
        3 => product().prop_map(Deed::Pause),
        9 => product().prop_map(Deed::Resume),
        1 => product().prop_map(Deed::Archive),
        9 => (product(), delta).prop_map(|(product, delta)| Deed::Adjust(product, delta)),
        1 => Just(Deed::Found),
        1 => (0..3_u16).prop_map(Deed::Activate),
    ]
}

fn wish() -> impl Strategy<Value = Wish> {
    let quantity = prop_oneof![
        30 => 1..4_u32,
        1 => select(vec![0, 1_000_000, 1_000_001, u32::MAX]),
    ];
    let pays = (prop::bool::weighted(0.15), option::weighted(0.45, 0..2_u8));
    (wished(), 0..4_u8, quantity, id(), promised(), pays, prop::bool::weighted(0.2)).prop_map(
        |(product, buyer, quantity, id, order, (purchase, card), reference)| Wish {
            product,
            buyer,
            quantity,
            id,
            order,
            purchase,
            card,
            reference,
        },
    )
}

/// Mostly such as the provider is paid for, and seldom one that is not there.
fn product() -> impl Strategy<Value = u8> {
    select(vec![0, 0, 1, 1, 1, 2, 2, 2, 3, 4, 4, 4, 4, 5])
}

/// The same, or one of a wide group.
fn wished() -> impl Strategy<Value = u8> {
    prop_oneof![3 => product(), 2 => names::WIDE]
}

fn change() -> impl Strategy<Value = Change> {
    let soon = || prop_oneof![-5_000..20_000_i64, 20_000..200_000_i64, Just(0), Just(1)];
    prop_oneof![
        2 => Just(Change::Nothing),
        2 => select(vec![0, 100, 250, 5_000_000_000, 5_000_000_001]).prop_map(Change::Price),
        1 => select(vec![7, 1_000_000_000, u64::MAX]).prop_map(Change::Stock),
        5 => prop_oneof![0..7_u32, Just(40)].prop_map(Change::Limit),
        5 => option::weighted(0.6, prop_oneof![0..9_u32, Just(40)]).prop_map(Change::GroupLimit),
        4 => select(vec![999, 1_000, 10_000, 60_000, 600_000, 86_400_000, 86_400_001]).prop_map(Change::Hold),
        5 => soon().prop_map(Change::Opens),
        7 => option::weighted(0.4, soon()).prop_map(Change::Closes),
        4 => (0..3_u8).prop_map(Change::Mode),
        1 => select(vec![0, 1, 2]).prop_map(Change::Lanes),
    ]
}

fn pick() -> impl Strategy<Value = Pick> {
    let nth = || prop_oneof![5 => Just(0), 4 => 0..4_u8, 2 => any::<u8>()];
    prop_oneof![30 => nth().prop_map(Pick::Live), 20 => nth().prop_map(Pick::Any), 1 => Just(Pick::Unknown)]
}

fn id() -> impl Strategy<Value = Id> {
    prop_oneof![12 => Just(Id::Fresh), 1 => (0..6_u8).prop_map(Id::Known)]
}

/// Now and then two payments are to become one order.
fn promised() -> impl Strategy<Value = Id> {
    prop_oneof![5 => Just(Id::Fresh), 2 => (0..4_u8).prop_map(Id::Known)]
}

fn caller() -> impl Strategy<Value = Caller> {
    prop_oneof![12 => Just(Caller::Nobody), 5 => Just(Caller::Owner), 1 => Just(Caller::Other)]
}

fn pays() -> impl Strategy<Value = Pays> {
    prop_oneof![20 => Just(Pays::Right), 1 => Just(Pays::TooLittle), 1 => Just(Pays::OtherCurrency)]
}

fn amount() -> impl Strategy<Value = Amount> {
    prop_oneof![
        2 => Just(Amount::All),
        2 => Just(Amount::Rest),
        6 => select(vec![0, 1, 1, 50, 50, 100, 200, u64::MAX]).prop_map(Amount::Some),
    ]
}

fn find() -> impl Strategy<Value = Find> {
    let apt = prop_oneof![4 => Just(0), 2 => 0..3_u8, 2 => any::<u8>()];
    prop_oneof![3 => apt.prop_map(Find::Apt), 2 => any::<u8>().prop_map(Find::Any)]
}
