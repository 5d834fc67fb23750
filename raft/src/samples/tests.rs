//! Every message against its sample.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::kept::kept;
use super::samples;
use crate::peer::stream::{Frame, FrameReader, Kind};

async fn read(bytes: &[u8]) -> Frame {
    let mut reader = FrameReader::new(bytes, 1 << 20, Arc::default());
    let frame = reader.next().await.unwrap().unwrap();
    assert_eq!(reader.next().await.unwrap(), None);
    frame
}

#[tokio::test]
async fn what_was_sent_ever_is_read_and_what_is_sent_is_as_it_was() {
    let samples = samples();
    let kept = kept(&samples);
    for sample in &samples {
        let bytes = kept.get(sample.name).unwrap_or_else(|| panic!("no sample of {:?} is kept", sample.name));
        sample.matches(&read(bytes).await);
        assert_eq!(sample.bytes(), *bytes, "{}: it is encoded in another way now", sample.name);
    }
    let names: BTreeSet<&str> = samples.iter().map(|sample| sample.name).collect();
    assert_eq!(names.len(), samples.len(), "names are not used twice");
    assert!(kept.keys().all(|name| names.contains(&**name)), "what is kept is still checked");
}

#[test]
fn there_is_a_sample_of_every_kind_of_frame() {
    let kinds: BTreeSet<u8> = samples().iter().map(|sample| sample.header.kind as u8).collect();
    let all: BTreeSet<u8> = (0..=u8::MAX).filter(|&byte| Kind::from_byte(byte).is_some()).collect();
    assert_eq!(kinds, all);
}
