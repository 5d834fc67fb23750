//! The file that keeps the samples: a name, and a frame as hexadecimal digits, on each line.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use super::Sample;

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/samples/peer-protocol-1.hex")
}

/// What was kept, by name. `WRITE_SAMPLES=1` first adds those of `samples` that are not there yet; none is ever written
/// anew.
pub(super) fn kept(samples: &[Sample]) -> BTreeMap<String, Vec<u8>> {
    let mut text = std::fs::read_to_string(path()).unwrap_or_default();
    if std::env::var_os("WRITE_SAMPLES").is_some() {
        let known = read(&text);
        for sample in samples.iter().filter(|sample| !known.contains_key(sample.name)) {
            let digits: String = sample.bytes().iter().map(|byte| format!("{byte:02x}")).collect();
            writeln!(text, "{} = {digits}", sample.name).unwrap();
        }
        std::fs::write(path(), &text).unwrap();
    }
    read(&text)
}

fn read(text: &str) -> BTreeMap<String, Vec<u8>> {
    let line = |line: &str| {
        let (name, digits) = line.split_once(" = ").expect("a name and a frame");
        (name.to_owned(), unhex(digits))
    };
    text.lines().map(line).collect()
}

fn unhex(digits: &str) -> Vec<u8> {
    let byte = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).expect("hexadecimal digits");
    (0..digits.len()).step_by(2).map(byte).collect()
}
