//! Any bytes as the chunks of a snapshot.

#![no_main]

#[path = "../entry.rs"]
mod entry;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Some(shard) = entry::snapshot(bytes) {
        entry::check(&shard);
    }
});
