//! Paths of the API.

/// The path of a product, or of something below it.
pub(super) fn of_product(id: &str, rest: &str) -> String {
    format!("/v1/products/{}{rest}", segment(id))
}

/// An id that is none may have a slash in it: the server shall see it as one segment, and say what is wrong.
pub(super) fn segment(id: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
    let escaped = |byte: u8| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    id.bytes().map(escaped).collect()
}
