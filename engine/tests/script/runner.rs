//! Plays a script line by line, and writes down what came of it.

use std::path::Path;

use super::parse;
use super::step::{Sent, Step};
use super::world::World;

/// Plays the steps of `text`, and gives the text with what came of them. Lines that are indented are what came of the
/// step above when the script was written, and are written anew.
pub(crate) fn run(path: &Path, text: &str, mut world: World) -> String {
    let mut result = String::new();
    let mut together = None::<Vec<Sent>>;
    let lines = text.lines().filter(|line| !line.starts_with(' ')).collect::<Vec<_>>();
    for (at, line) in lines.iter().enumerate() {
        result.push_str(line);
        result.push('\n');
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let came = play(line, &mut world, &mut together, lines.get(at + 1).copied().unwrap_or_default());
        came.iter().for_each(|line| {
            assert!(!line.contains('\n'), "{}: what comes of a step is a line each", path.display());
            result.push_str(&format!("    {line}\n"));
        });
    }
    result
}

/// Commands behind a dash are collected until the last of them.
fn play(line: &str, world: &mut World, together: &mut Option<Vec<Sent>>, next: &str) -> Vec<String> {
    if let Some(command) = line.strip_prefix("- ") {
        let sent = parse::sent(command, world);
        let collected = together.get_or_insert_default();
        collected.push(sent);
        if next.starts_with("- ") {
            return Vec::new();
        }
        return world.send(together.take().unwrap_or_default());
    }
    if let Some((often, command)) = line.split_once(" times ") {
        let often = often.parse().expect("a number stands before 'times'");
        return play_often(often, command, world);
    }
    let step = parse::step(line, world);
    if matches!(step, Step::Together) {
        *together = Some(Vec::new());
    }
    world.play(step)
}

/// Sends a command again and again, with the number of each time where a `#` stands. Told is how often what came of it.
fn play_often(often: u32, command: &str, world: &mut World) -> Vec<String> {
    let mut came = Vec::<(String, u32)>::new();
    for number in 1..=often {
        let sent = parse::sent(&command.replace('#', &number.to_string()), world);
        for line in world.send(vec![sent]) {
            match came.iter_mut().find(|(known, _)| *known == line) {
                Some((_, count)) => *count += 1,
                None => came.push((line, 1)),
            }
        }
    }
    came.into_iter().map(|(line, count)| format!("{count} times {line}")).collect()
}

/// The steps that came out otherwise, with what was expected and what came.
pub(crate) fn difference(expected: &str, result: &str) -> String {
    let (expected, result) = (blocks(expected), blocks(result));
    let mut text = String::new();
    for (old, new) in expected.iter().zip(&result).filter(|(old, new)| old != new) {
        text.push_str(&format!("  {}\n", new[0]));
        old[1..]
            .iter()
            .filter(|line| !new.contains(line))
            .for_each(|line| text.push_str(&format!("  - {line}\n")));
        new[1..]
            .iter()
            .filter(|line| !old.contains(line))
            .for_each(|line| text.push_str(&format!("  + {line}\n")));
    }
    if expected.len() != result.len() {
        text.push_str(&format!("  {} steps became {}\n", expected.len(), result.len()));
    }
    text
}

/// Each line that is not indented, with those below it that are.
fn blocks(text: &str) -> Vec<Vec<&str>> {
    let mut blocks = Vec::<Vec<&str>>::new();
    for line in text.lines() {
        match blocks.last_mut() {
            Some(block) if line.starts_with(' ') => block.push(line),
            _ => blocks.push(vec![line]),
        }
    }
    blocks
}
