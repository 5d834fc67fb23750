//! `flashsale config check`: what a configuration means, setting by setting.

use std::path::Path;

use serde::Serialize;
use serde_json::{Value as Json, json};

use super::model::Config;
use super::schema::{ACCOUNTS, Fallback, LISTS, List, NODES, SETTINGS, Scope, Setting};
use super::settings::Settings;
use super::{Error, Node, warnings};

/// What a configuration means.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    /// That it can be used: one that cannot is an error.
    pub(crate) ok: bool,
    /// The file.
    pub(crate) path: String,
    /// What can be used all the same, and better is not.
    pub(crate) warnings: Vec<String>,
    pub(crate) settings: Vec<Line>,
}

/// A setting's value, and where it comes from.
#[derive(Debug, Serialize)]
pub(crate) struct Line {
    pub(crate) key: String,
    /// Null if nobody says and nothing follows from other settings; secrets masked.
    pub(crate) value: Json,
    /// The value for people.
    #[serde(skip)]
    pub(crate) shown: String,
    /// `path:line`, the name of a variable, or `default`.
    pub(crate) from: String,
    /// `node` where nodes may differ, `cluster` where they must not.
    pub(crate) scope: &'static str,
    pub(crate) takes: &'static str,
}

/// Checks the configuration at `path`, and tells what it means, to `node` alone if one is given.
pub(crate) fn report(path: &Path, node: Option<u64>) -> Result<Report, Error> {
    let settings = Settings::load(path, std::env::vars_os())?;
    let config = Config::of(&settings)?;
    let nodes: Vec<&Node> = match node {
        Some(id) => vec![config.node(id)?],
        None => config.nodes.iter().collect(),
    };
    let warnings = warnings::of(&config, &nodes);
    let lines = SETTINGS.iter().filter(|setting| LISTS.iter().all(|list| list.split(setting.key).is_none()));
    let mut lines: Vec<Line> =
        lines.map(|setting| line(setting, setting.key.to_owned(), None, &settings)).collect();
    for name in settings.items(&ACCOUNTS) {
        lines.extend(item(&ACCOUNTS, name, None, &settings));
    }
    for node in nodes {
        lines.extend(item(&NODES, &node.id.to_string(), Some(node), &settings));
    }
    Ok(Report { ok: true, path: path.display().to_string(), warnings, settings: lines })
}

/// What an item of a list means.
fn item(list: &List, name: &str, node: Option<&Node>, settings: &Settings) -> impl Iterator<Item = Line> {
    let own = SETTINGS.iter().filter(|setting| list.split(setting.key).is_some());
    own.map(move |setting| line(setting, setting.key.replace('*', name), node, settings))
}

fn line(setting: &'static Setting, key: String, node: Option<&Node>, settings: &Settings) -> Line {
    let (value, from) = match settings.get(&key) {
        Some(entry) => (entry.value.to_json(), entry.origin.to_string()),
        None => (default(setting, node), "default".to_owned()),
    };
    let shown = shown(&value, setting);
    let scope = match setting.scope() {
        Scope::Node => "node",
        Scope::Cluster => "cluster",
    };
    Line { key, value, shown, from, scope, takes: setting.takes }
}

fn default(setting: &Setting, node: Option<&Node>) -> Json {
    match setting.fallback {
        Fallback::Text(text) => json!(text),
        Fallback::Integer(number) => json!(number),
        Fallback::Flag(flag) => json!(flag),
        Fallback::Nothing => json!([]),
        Fallback::Derived(_) => json!(node.and_then(|node| derived(setting, node))),
        Fallback::Required => Json::Null,
    }
}

/// A value as it would stand in the file, or how it follows from others.
fn shown(value: &Json, setting: &Setting) -> String {
    match (value, setting.fallback) {
        (Json::Null, Fallback::Derived(how)) => how.to_owned(),
        (Json::Null, _) => String::new(),
        (Json::Array(items), _) => {
            let items: Vec<&str> = items.iter().filter_map(Json::as_str).collect();
            format!("[{}]", items.join(", "))
        }
        (other, _) => other.to_string(),
    }
}

/// What a setting that follows from others comes to for a node.
fn derived(setting: &Setting, node: &Node) -> Option<String> {
    let endpoint = match setting.key {
        "node.*.data" => return Some(node.data.display().to_string()),
        "node.*.http.advertise" => &node.http,
        "node.*.peer.advertise" => &node.peer,
        "node.*.admin.advertise" => node.admin.as_ref()?,
        _ => return None,
    };
    Some(endpoint.advertise.clone())
}

/// A table for people, the node's own settings marked.
impl std::fmt::Display for Report {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let widest = |text: fn(&Line) -> &str| {
            self.settings.iter().map(|line| text(line).chars().count()).max().unwrap_or(0)
        };
        let (key_width, value_width) = (widest(|line| &line.key), widest(|line| &line.shown));
        for line in &self.settings {
            let Line { key, shown, from, scope, .. } = line;
            writeln!(f, "{scope:<7}  {key:<key_width$}  {shown:<value_width$}  {from}")?;
        }
        for warning in &self.warnings {
            writeln!(f, "warning: {warning}")?;
        }
        write!(f, "{} is a configuration that can be used", self.path)
    }
}
