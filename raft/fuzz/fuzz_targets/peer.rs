//! Any bytes from a peer.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    raft::fuzzing::stream(bytes);
});
