//! Any bytes as an entry of the log, and as a record on its disk.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    raft::fuzzing::logged(bytes);
});
