//! Hexadecimal digits.

/// The bytes that `text` spells; nothing if it spells other than `N` bytes.
pub(super) fn bytes<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits = text.as_bytes();
    if digits.len() != 2 * N {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let [high, low] = pair else { return None };
        *byte = value(*high)? << 4 | value(*low)?;
    }
    Some(bytes)
}

fn value(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_read_in_either_case() {
        assert_eq!(bytes("00fFa5"), Some([0, 0xff, 0xa5]));
        for wrong in ["", "00ff", "00ffa5a5", "00fg00", "00ff0", "ääa"] {
            assert_eq!(bytes::<3>(wrong), None, "{wrong}");
        }
    }
}
