//! Form encoding as the provider takes it: nested fields in brackets.

use std::fmt::Display;

use form_urlencoded::Serializer;

/// The fields of a body or a query, in the order in which they were put in: the same task gives the same bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Form {
    encoded: String,
}

impl Form {
    pub(super) fn new() -> Form {
        Form::default()
    }

    /// The form with one more field. `path` is the field's name and what is nested in it: `["metadata", "order"]` is
    /// `metadata[order]`.
    #[must_use]
    pub(super) fn with(self, path: &[&str], value: impl Display) -> Form {
        let mut names = path.iter();
        let first = names.next().copied().unwrap_or_default();
        let name = names.fold(first.to_owned(), |name, nested| format!("{name}[{nested}]"));
        let mut serializer = Serializer::new(self.encoded);
        serializer.append_pair(&name, &value.to_string());
        Form { encoded: serializer.finish() }
    }

    /// The same if there is no value.
    #[must_use]
    pub(super) fn with_some(self, path: &[&str], value: Option<impl Display>) -> Form {
        match value {
            Some(value) => self.with(path, value),
            None => self,
        }
    }

    pub(super) fn as_str(&self) -> &str {
        &self.encoded
    }
}

/// An id as a segment of a path: whatever it has, it stays one segment.
pub(super) fn segment(id: &str) -> String {
    form_urlencoded::byte_serialize(id.as_bytes()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nested_fields_stand_in_brackets() {
        let form = Form::new()
            .with(&["amount"], 99_900)
            .with(&["metadata", "order"], "a b&c=ü")
            .with(&["a", "b", "0"], "x")
            .with_some(&["none"], None::<u64>);
        assert_eq!(form.as_str(), "amount=99900&metadata%5Border%5D=a+b%26c%3D%C3%BC&a%5Bb%5D%5B0%5D=x");
    }

    #[test]
    fn an_id_stays_one_segment() {
        assert_eq!(segment("pi_3Abc"), "pi_3Abc");
        assert_eq!(segment("../x?y#z%"), "..%2Fx%3Fy%23z%25");
    }
}
