//! Any bytes given to the decoders: an error or a value, never a panic, never memory beyond the input's order of size.
//!
//! Runs what the fuzz targets in `engine/fuzz` run, over damaged samples and over noise. A failure names its seed;
//! `FUZZ_SEED` starts there, and `FUZZ_CASES` asks for more than the usual number.

#[path = "../fuzz/entry.rs"]
mod entry;
mod sample;

use std::panic::{AssertUnwindSafe, catch_unwind};

use allocation_counter::measure;
use engine::{Batch, Command, LogTime, ProductId, Proposal, RULES, codec};

/// How many bytes a decoder may have in use at once for each byte that it was given: see `codec::decode`.
const BYTES_FOR_EACH: usize = 128;
/// What it may have for any input at all.
const BYTES_FOR_NONE: usize = 32 * 1_024;
/// What a loader may have besides: an empty shard's indexes, and the first chunks of its arrays.
const BYTES_FOR_SHARD: usize = 512 * 1_024;

#[test]
fn any_bytes_are_an_error_or_a_command_or_a_batch() {
    run(&batches(), |bytes| {
        let (command, batch) = (bounded(bytes, 0, entry::command), bounded(bytes, 0, entry::batch));
        batch.iter().for_each(entry::apply);
        command.is_some() || batch.is_some()
    });
}

#[test]
fn any_bytes_are_an_error_or_a_snapshot() {
    let samples = [sample::shard(), sample::paid_shard()].map(|shard| entry::framed(&sample::chunks(&shard)));
    run(&samples, |bytes| {
        let loaded = bounded(bytes, BYTES_FOR_SHARD, entry::snapshot);
        loaded.iter().for_each(entry::check);
        loaded.is_some()
    });
}

/// The limits on what a decoder claims must let through what is ours, also where it takes most for its bytes: commands of
/// a few bytes, as many as just fit below each limit's longest input.
#[test]
fn batches_of_the_smallest_commands_decode_at_any_length() {
    let smallest = Proposal { not_after: LogTime(0), ..Proposal::of(Command::ResumeProduct(product())) };
    let batch = |count| Batch { now: LogTime(0), rules: RULES, proposals: vec![smallest.clone(); count] };
    let each = codec::encode(&batch(2)).len() - codec::encode(&batch(1)).len();
    for longest in [0x400, 0x1000, 0x4000, 0x1_0000] {
        for count in longest / each - 4..=longest / each + 1 {
            let bytes = codec::encode(&batch(count));
            assert_eq!(codec::decode(&bytes).as_ref(), Ok(&batch(count)), "{} bytes", bytes.len());
        }
    }
}

fn product() -> ProductId {
    "x".parse().expect("a product")
}

/// Damages samples, tries the results, and expects some to be values and some not.
fn run(samples: &[Vec<u8>], is_value: impl Fn(&[u8]) -> bool) {
    samples.iter().for_each(|sample| assert!(is_value(sample), "a sample is a value"));
    let (first, cases) = (number("FUZZ_SEED", 1), number("FUZZ_CASES", 30_000));
    let mut errors = 0;
    for seed in first..first + cases {
        let mut random = Random(seed);
        let bytes = random.input(samples);
        let value = catch_unwind(AssertUnwindSafe(|| is_value(&bytes)));
        let Ok(value) = value else { panic!("FUZZ_SEED={seed} FUZZ_CASES=1 shows it: {bytes:02x?}") };
        errors += u64::from(!value);
    }
    assert!(errors > 0, "no input was damaged");
}

/// Does `decode` within the bound on memory, `besides` what any decoder may have.
fn bounded<T>(bytes: &[u8], besides: usize, decode: impl Fn(&[u8]) -> Option<T>) -> Option<T> {
    let mut value = None;
    let used = measure(|| value = decode(bytes)).bytes_max;
    let most = (besides + BYTES_FOR_NONE + BYTES_FOR_EACH * bytes.len()) as u64;
    assert!(used <= most, "{} bytes made the decoder use {used}", bytes.len());
    value
}

fn number(variable: &str, default: u64) -> u64 {
    let text = std::env::var_os(variable).and_then(|text| text.into_string().ok());
    text.map_or(default, |text| text.parse().expect("a number"))
}

/// Each command as it is and alone in a batch, and all of them in one.
fn batches() -> Vec<Vec<u8>> {
    let batch =
        |proposals| codec::encode(&Batch { now: LogTime(1_795_737_600_000), rules: RULES, proposals });
    let all = sample::commands().into_iter().chain(sample::payments()).map(Proposal::of).collect::<Vec<_>>();
    let each = all.iter().flat_map(|one| [codec::encode(&one.command), batch(vec![one.clone()])]);
    each.chain([batch(Vec::new()), batch(all.clone())]).collect()
}

/// Numbers by splitmix64.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let a = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let b = (a ^ (a >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((b ^ (b >> 31)) >> 33).unwrap_or(0) % bound.max(1)
    }

    fn byte(&mut self) -> u8 {
        /// Lengths of a few bytes, markers of longer numbers, and what borders on them.
        const INTERESTING: [u8; 10] = [0, 1, 2, 127, 128, 250, 251, 252, 253, 255];
        if self.below(2) == 0 {
            INTERESTING[self.below(10)]
        } else {
            u8::try_from(self.below(256)).unwrap_or(0)
        }
    }

    /// Noise now and then, mostly a sample that was damaged a few times.
    fn input(&mut self, samples: &[Vec<u8>]) -> Vec<u8> {
        if self.below(8) == 0 {
            return (0..self.below(300)).map(|_| self.byte()).collect();
        }
        let mut bytes = samples[self.below(samples.len())].clone();
        (0..=self.below(4)).for_each(|_| self.damage(&mut bytes, samples));
        bytes
    }

    fn damage(&mut self, bytes: &mut Vec<u8>, samples: &[Vec<u8>]) {
        let at = self.below(bytes.len());
        match self.below(6) {
            _ if bytes.is_empty() => bytes.push(self.byte()),
            0 => bytes.truncate(at),
            1 => bytes[at] ^= 1 << self.below(8),
            2 => bytes[at] = self.byte(),
            3 => bytes.insert(at, self.byte()),
            4 => {
                let to = (at + self.below(16)).min(bytes.len());
                bytes.drain(at..to);
            }
            _ => {
                let other = &samples[self.below(samples.len())];
                let from = self.below(other.len());
                let to = (from + self.below(200)).min(other.len());
                bytes.splice(at..at, other[from..to].iter().copied());
            }
        }
    }
}
