//! JSON taken apart strictly, with messages that name the field and what it takes.

use serde::de::Deserialize;
use serde_json::error::Category;

use super::form::Form;
use super::object::Object;
use crate::problem::Problem;

/// How much of what a caller wrote is repeated to them.
const ECHO_CHARACTERS_MAX: usize = 100;

/// Reads a form from the bytes of a body.
pub(crate) fn parse<T: Form>(bytes: &[u8]) -> Result<T, Problem> {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let read = Object::<T>::deserialize(&mut deserializer);
    match read.and_then(|form| deserializer.end().map(|()| form)) {
        Ok(Object(form)) => Ok(form),
        Err(error) => Err(explain::<T>(bytes, &error)),
    }
}

/// Reads once more, with the path kept, since only a failure needs to know it.
fn explain<T: Form>(bytes: &[u8], error: &serde_json::Error) -> Problem {
    if bytes.is_empty() {
        return Problem::invalid("the body is empty; it takes a JSON object");
    }
    if error.classify() != Category::Data {
        return Problem::invalid(format!("the body is not JSON: {error}"));
    }
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let path = match serde_path_to_error::deserialize::<_, Object<T>>(&mut deserializer) {
        Err(error) => error.path().to_string(),
        Ok(_) => ".".to_owned(),
    };
    Problem::invalid(data_error::<T>(&path, &error.to_string()))
}

/// A path ends with the field that is unknown or has the wrong type, and with the object that lacks one or has it twice.
fn data_error<T: Form>(path: &str, message: &str) -> String {
    if message.starts_with("unknown field") {
        let name: String = path.chars().take(ECHO_CHARACTERS_MAX).collect();
        return format!("unknown field `{name}`; the body takes {}", names::<T>());
    }
    let within = |field: &str| if path == "." { field.to_owned() } else { format!("{path}.{field}") };
    if let Some(name) = quoted(message, "missing field `").map(within) {
        return format!("`{name}` is missing; it takes {}", T::takes(&name));
    }
    if let Some(name) = quoted(message, "duplicate field `").map(within) {
        return format!("`{name}` comes twice; it takes {}, once", T::takes(&name));
    }
    match path {
        "." => format!("the body takes a JSON object with {}", names::<T>()),
        _ => format!("`{path}` takes {}", T::takes(path)),
    }
}

fn quoted<'a>(message: &'a str, before: &str) -> Option<&'a str> {
    let rest = message.strip_prefix(before)?;
    rest.find('`').map(|end| &rest[..end])
}

fn names<T: Form>() -> String {
    let names = T::FIELDS.iter().map(|(name, _)| format!("`{name}`")).collect::<Vec<_>>();
    if names.is_empty() { "no fields".to_owned() } else { names.join(", ") }
}
