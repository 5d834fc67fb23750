//! Snapshots that were damaged, cut, mixed up or made for others: an error or an equal state, never a panic.

mod sample;

use engine::snapshot::Error;
use engine::{Answer, Batch, Loader, LogTime, Query, RULES, Shard, ShardId, codec};
use sample::{SHARD, chunks, paid_shard as shard};

fn load(chunks: &[Vec<u8>]) -> Result<Shard, Error> {
    let mut loader = Loader::new(SHARD);
    for chunk in chunks {
        loader.feed(chunk)?;
    }
    loader.finish()
}

fn without(chunks: &[Vec<u8>], place: usize) -> Vec<Vec<u8>> {
    let mut chunks = chunks.to_vec();
    chunks.remove(place);
    chunks
}

#[test]
fn what_was_written_is_read() {
    let shard = shard();
    let loaded = load(&chunks(&shard)).expect("a snapshot of our own");
    assert_eq!(loaded.hash(), shard.hash());
    assert_eq!(loaded.recomputed_hash(), shard.hash());
    assert_eq!(loaded.event_sequence(), shard.event_sequence());
    assert_eq!(loaded.next_deadline(), shard.next_deadline());
    assert!(loaded.products().eq(shard.products()));
    assert_eq!(loaded.capture().audit(None), shard.capture().audit(None));
    assert_eq!(loaded.capture().audit_payments(None), shard.capture().audit_payments(None));
    assert_eq!(loaded.alarms(), shard.alarms());
    assert!(loaded.tasks(None).eq(shard.tasks(None)));
    assert!(shard.tasks(None).count() > 4);
}

#[test]
fn a_loaded_shard_tells_of_all_open_sagas_once() {
    let mut loaded = load(&chunks(&shard())).expect("a snapshot of our own");
    let changed = loaded.take_changed_tasks();
    let open = changed.into_iter().filter(|saga| !saga.tasks.is_empty()).collect::<Vec<_>>();
    assert_eq!(open, loaded.tasks(None).collect::<Vec<_>>());
    assert!(loaded.take_changed_tasks().is_empty());
}

#[test]
fn views_of_a_capture_are_those_of_the_shard() {
    let shard = shard();
    let capture = shard.capture();
    for view in capture.reservations() {
        let shown = shard.query(&Query::Reservation(view.id, None));
        assert_eq!(shown, Ok(Answer::Reservation(Box::new(view))));
    }
    for view in capture.orders() {
        assert_eq!(shard.query(&Query::Order(view.id, None)), Ok(Answer::Order(Box::new(view))));
    }
}

#[test]
fn a_loaded_shard_tells_of_all_products_once() {
    let mut loaded = load(&chunks(&shard())).expect("a snapshot of our own");
    let all = loaded.products().map(|view| view.id).collect::<Vec<_>>();
    let mut touched = loaded.touched().into_iter().map(|view| view.id).collect::<Vec<_>>();
    touched.sort();
    assert_eq!(touched, all);
    assert!(loaded.touched().is_empty());
}

#[test]
fn a_flipped_bit_anywhere_is_an_error_or_changes_nothing() {
    let shard = shard();
    let chunks = chunks(&shard);
    let mut harmless = 0;
    for (place, chunk) in chunks.iter().enumerate() {
        for at in 0..chunk.len() {
            for bit in 0..8 {
                let mut damaged = chunks.clone();
                damaged[place][at] ^= 1 << bit;
                if let Ok(loaded) = load(&damaged) {
                    assert_eq!(loaded.recomputed_hash(), shard.hash(), "chunk {place}, byte {at}, bit {bit}");
                    harmless += 1;
                }
            }
        }
    }
    assert_eq!(harmless, 0, "every bit of this sample matters");
}

#[test]
fn a_damaged_shard_that_was_refused_did_not_break_what_is_fed_later() {
    let chunks = chunks(&shard());
    for place in 0..chunks.len() {
        for at in 0..chunks[place].len() {
            let mut loader = Loader::new(SHARD);
            for (number, chunk) in chunks.iter().enumerate() {
                let mut chunk = chunk.clone();
                if number == place {
                    chunk[at] = chunk[at].wrapping_add(0x5b);
                }
                // Errors are passed over on purpose: a careless caller must not make it panic.
                let _ = loader.feed(&chunk);
            }
            let _ = loader.finish();
        }
    }
}

#[test]
fn a_cut_chunk_is_an_error() {
    let chunks = chunks(&shard());
    for (place, chunk) in chunks.iter().enumerate() {
        for len in 0..chunk.len() {
            let mut damaged = chunks.clone();
            damaged[place].truncate(len);
            assert!(load(&damaged).is_err(), "chunk {place} cut to {len} bytes");
        }
    }
}

#[test]
fn missing_repeated_and_swapped_chunks_are_errors() {
    let chunks = chunks(&shard());
    for place in 0..chunks.len() {
        assert!(load(&without(&chunks, place)).is_err(), "without chunk {place}");
        let mut repeated = chunks.clone();
        repeated.insert(place, chunks[place].clone());
        assert!(load(&repeated).is_err(), "chunk {place} twice");
        for other in place + 1..chunks.len() {
            let mut swapped = chunks.clone();
            swapped.swap(place, other);
            assert!(load(&swapped).is_err(), "chunks {place} and {other} swapped");
        }
    }
    assert!(matches!(load(&[]), Err(Error::OutOfOrder)));
}

#[test]
fn another_shards_snapshot_and_another_format_are_told_apart() {
    let chunks = chunks(&shard());
    let mut loader = Loader::new(ShardId(4));
    assert_eq!(loader.feed(&chunks[0]), Err(Error::OtherShard { found: SHARD, expected: ShardId(4) }));
    let mut newer = chunks[0].clone();
    newer[0] = 2;
    let unknown = Error::Codec(codec::Error::UnknownFormat { found: 2 });
    assert_eq!(Loader::new(SHARD).feed(&newer), Err(unknown));
}

#[test]
fn a_capture_does_not_see_what_happens_after_it() {
    let mut shard = shard();
    let capture = shard.capture();
    let (before, sequence) = (shard.hash(), capture.event_sequence());
    let later = Batch { now: LogTime(shard.now().0 + 10_000_000_000), rules: RULES, proposals: Vec::new() };
    shard.apply(&later, &mut Vec::new(), &mut Vec::new());
    assert_ne!(shard.hash(), before);
    assert_eq!((capture.hash(), capture.recomputed_hash()), (before, before));
    let loaded = load(&capture.chunks().collect::<Vec<_>>()).expect("a snapshot of our own");
    assert_eq!((loaded.hash(), loaded.event_sequence()), (before, sequence));
}

#[test]
fn a_capture_can_be_encoded_in_another_thread() {
    let shard = shard();
    let capture = shard.capture();
    let encoded = std::thread::scope(|scope| scope.spawn(|| capture.chunks().collect::<Vec<_>>()).join());
    assert_eq!(encoded.expect("the thread does not panic"), chunks(&shard));
}

#[test]
fn shards_captures_and_loaders_can_go_to_other_threads() {
    fn goes<T: Send + 'static>() {}
    goes::<Shard>();
    goes::<engine::Capture>();
    goes::<Loader>();
}
