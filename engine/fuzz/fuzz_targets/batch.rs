//! Any bytes as a batch.

#![no_main]

#[path = "../entry.rs"]
mod entry;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    entry::command(bytes);
    if let Some(batch) = entry::batch(bytes) {
        entry::apply(&batch);
    }
});
