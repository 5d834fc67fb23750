//! The list of all settings: what each is called, what it takes, and what it is if nobody says.

/// A setting.
#[derive(Debug)]
pub(super) struct Setting {
    /// Its path in the file; `*` stands for what an item of a [`List`] is called.
    pub(super) key: &'static str,
    pub(super) kind: Kind,
    pub(super) fallback: Fallback,
    /// What it takes, for people.
    pub(super) takes: &'static str,
}

/// The form of a setting's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Integer,
    Flag,
    /// A text that is a secret.
    Secret,
    /// Texts that are secrets.
    Secrets,
}

impl Kind {
    /// Whether it is not to be shown.
    pub(super) fn is_secret(self) -> bool {
        matches!(self, Kind::Secret | Kind::Secrets)
    }
}

/// What a setting is if nobody says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fallback {
    /// Somebody must say.
    Required,
    /// A text, a duration or the like.
    Text(&'static str),
    Integer(i64),
    Flag(bool),
    /// No secrets.
    Nothing,
    /// It follows from other settings, as the sentence says.
    Derived(&'static str),
}

/// Whether nodes may differ in a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// A node's own.
    Node,
    /// The same on all nodes.
    Cluster,
}

impl Setting {
    /// Where nodes that differ would disagree about facts, the setting is the cluster's.
    pub(super) fn scope(&self) -> Scope {
        let shared = ["cluster.", "auth.", "payment."].iter().any(|section| self.key.starts_with(section));
        if shared { Scope::Cluster } else { Scope::Node }
    }
}

/// A list of sections, whose items are told apart by one of their settings.
#[derive(Debug)]
pub(super) struct List {
    /// Its path in the file.
    pub(super) path: &'static str,
    /// The setting that an item is called by.
    pub(super) name: &'static str,
    pub(super) takes: &'static str,
}

/// Every list there is.
pub(super) const LISTS: &[List] = &[NODES, ACCOUNTS];
/// The nodes.
pub(super) const NODES: List =
    List { path: "node", name: "id", takes: "[[node]] sections, one for each node" };
/// The accounts at the payment provider.
pub(super) const ACCOUNTS: List = List {
    path: "payment.account",
    name: "name",
    takes: "[[payment.account]] sections, one for each account",
};

impl List {
    /// The key of an item's section.
    pub(super) fn item(&self, name: &str) -> String {
        format!("{}.{name}", self.path)
    }

    /// What an item is called, and what stands behind that, if `key` is in this list.
    pub(super) fn split<'k>(&self, key: &'k str) -> Option<(&'k str, &'k str)> {
        let rest = key.strip_prefix(self.path)?.strip_prefix('.')?;
        Some(rest.split_once('.').unwrap_or((rest, "")))
    }
}

const LISTEN: &str = "an IP address and a port from 1 to 65535, like \"127.0.0.1:8080\"";
const ADVERTISE: &str = "a host and a port from 1 to 65535, like \"node-1.example.net:8080\"";
const AS_LISTEN: &str = "as `listen`, unless that is a wildcard";
const SECRET: &str = "a secret: plain, \"file:PATH\" or \"env:NAME\"";
const SIGNING: &str = "a list of what events are signed with (whsec_...), no API keys, each plain, \"file:PATH\" or \"env:NAME\"";
const TOKENS: &str = "a list of secrets, each plain, \"file:PATH\" or \"env:NAME\"";

const fn setting(key: &'static str, kind: Kind, fallback: Fallback, takes: &'static str) -> Setting {
    Setting { key, kind, fallback, takes }
}

/// Every setting there is, in the order in which `config check` shows them.
#[rustfmt::skip]
pub(super) const SETTINGS: &[Setting] = &[
    setting("cluster.name", Kind::Text, Fallback::Required, "1 to 64 characters of A-Z a-z 0-9 _ . -"),
    setting("cluster.shards", Kind::Integer, Fallback::Integer(3), "a number from 1 to 4096, fixed when the cluster is made"),
    setting("cluster.heartbeat", Kind::Text, Fallback::Text("50ms"), "a duration from \"5ms\" to \"10s\""),
    setting("cluster.election_timeout_min", Kind::Text, Fallback::Text("300ms"), "a duration from \"20ms\" to \"60s\""),
    setting("cluster.election_timeout_max", Kind::Text, Fallback::Text("600ms"), "a duration from \"20ms\" to \"60s\""),
    setting("cluster.insecure", Kind::Flag, Fallback::Flag(false), "true or false"),
    setting("node.*.id", Kind::Integer, Fallback::Required, "a number from 1 to 4294967295"),
    setting("node.*.http.listen", Kind::Text, Fallback::Required, LISTEN),
    setting("node.*.http.advertise", Kind::Text, Fallback::Derived(AS_LISTEN), ADVERTISE),
    setting("node.*.peer.listen", Kind::Text, Fallback::Required, LISTEN),
    setting("node.*.peer.advertise", Kind::Text, Fallback::Derived(AS_LISTEN), ADVERTISE),
    setting("node.*.admin.listen", Kind::Text, Fallback::Derived("none: operator routes answer with the others"), LISTEN),
    setting("node.*.admin.advertise", Kind::Text, Fallback::Derived(AS_LISTEN), ADVERTISE),
    setting("node.*.data", Kind::Text, Fallback::Derived("node-ID in `storage.data`"), "a directory"),
    setting("storage.data", Kind::Text, Fallback::Required, "a directory, relative to the configuration's own"),
    setting("storage.segment_bytes", Kind::Integer, Fallback::Integer(64 << 20), "a number of bytes from 1048576 to 1073741824"),
    setting("storage.cache_bytes", Kind::Integer, Fallback::Integer(64 << 20), "a number of bytes from 1048576 to 68719476736"),
    setting("storage.snapshot_log_bytes", Kind::Integer, Fallback::Integer(64 << 20), "a number of bytes from 1048576 to 68719476736"),
    setting("auth.buyers", Kind::Text, Fallback::Text("service"), "\"service\" or \"open\""),
    setting("auth.tokens.viewer", Kind::Secrets, Fallback::Nothing, TOKENS),
    setting("auth.tokens.service", Kind::Secrets, Fallback::Nothing, TOKENS),
    setting("auth.tokens.admin", Kind::Secrets, Fallback::Nothing, TOKENS),
    setting("limits.body_bytes", Kind::Integer, Fallback::Integer(16 << 10), "a number of bytes from 1024 to 1048576"),
    setting("limits.in_flight", Kind::Integer, Fallback::Integer(20_000), "a number from 1 to 1000000"),
    setting("limits.request_timeout", Kind::Text, Fallback::Text("5s"), "a duration from \"100ms\" to \"60s\""),
    setting("limits.connections", Kind::Integer, Fallback::Integer(20_000), "a number from 1 to 1000000"),
    setting("limits.drain_notice", Kind::Text, Fallback::Text("0s"), "a duration from \"0s\" to \"5m\""),
    setting("payment.base_url", Kind::Text, Fallback::Text("https://api.stripe.com"), "https://HOST, or http:// on loopback, perhaps with a port"),
    setting("payment.webhook_secrets", Kind::Secrets, Fallback::Nothing, SIGNING),
    setting("payment.refund_recheck", Kind::Text, Fallback::Text("24h"), "a duration from \"1s\" to \"7d\""),
    setting("payment.account.*.name", Kind::Text, Fallback::Required, "1 to 64 characters of a-z 0-9 _ -"),
    setting("payment.account.*.secret_key", Kind::Secret, Fallback::Required, SECRET),
    setting("payment.account.*.publishable_key", Kind::Text, Fallback::Required, "1 to 256 visible ASCII characters"),
    setting("payment.account.*.webhook_secrets", Kind::Secrets, Fallback::Nothing, SIGNING),
    setting("payment.account.*.requests_per_second", Kind::Integer, Fallback::Integer(100), "a number from 1 to 100000"),
    setting("payment.account.*.requests_per_second_per_endpoint", Kind::Integer, Fallback::Integer(25), "a number from 1 to 100000"),
    setting("payment.account.*.retired", Kind::Flag, Fallback::Flag(false), "true or false"),
];

/// The setting that a key like `node.1.http.listen` means.
pub(super) fn find(key: &str) -> Option<&'static Setting> {
    let pattern = pattern(key);
    SETTINGS.iter().find(|setting| setting.key == pattern)
}

/// The list that stands at a key.
pub(super) fn list(key: &str) -> Option<&'static List> {
    LISTS.iter().find(|list| list.path == key)
}

/// Whether a key is above settings, as a section is.
pub(super) fn is_section(key: &str) -> bool {
    let prefix = format!("{}.", pattern(key));
    SETTINGS.iter().any(|setting| setting.key.starts_with(&prefix))
}

/// Whether what stands at a key, a setting or a section, may be or contain a secret: then it is not repeated, in whatever
/// form it was given.
pub(super) fn may_hold_secrets(key: &str) -> bool {
    let pattern = pattern(key);
    let within = |setting: &Setting| {
        setting.key.strip_prefix(&pattern).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    SETTINGS.iter().any(|setting| setting.kind.is_secret() && within(setting))
}

/// The known key, section or setting, that is nearest to an unknown one.
pub(super) fn nearest(key: &str) -> String {
    let wanted = pattern(key);
    let depth = wanted.split('.').count();
    let candidates = SETTINGS.iter().flat_map(|setting| prefixes(setting.key));
    let far = |known: &str| {
        let same_depth = known.split('.').count() == depth;
        (strsim::damerau_levenshtein(known, &wanted), usize::from(!same_depth))
    };
    let item = |known: &str| LISTS.iter().any(|list| list.item("*") == known);
    let best = candidates.filter(|known| !item(known)).min_by_key(|known| far(known)).unwrap_or_default();
    match LISTS.iter().find_map(|list| list.split(key)) {
        Some((name, _)) => best.replace('*', name),
        None => best.to_owned(),
    }
}

/// A key and all sections above it.
fn prefixes(key: &str) -> impl Iterator<Item = &str> {
    key.match_indices('.').map(|(dot, _)| &key[..dot]).chain([key])
}

/// A key with `*` for what an item of a list is called.
fn pattern(key: &str) -> String {
    let Some((list, (_, rest))) = LISTS.iter().find_map(|list| Some((list, list.split(key)?))) else {
        return key.to_owned();
    };
    if rest.is_empty() { list.item("*") } else { format!("{}.{rest}", list.item("*")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_key_is_the_one_that_was_meant() {
        assert_eq!(nearest("cluster.shrads"), "cluster.shards");
        assert_eq!(nearest("node.2.htp"), "node.2.http");
        assert_eq!(nearest("node.2.http.lissten"), "node.2.http.listen");
        assert_eq!(nearest("storag"), "storage");
        assert_eq!(nearest("auth.token"), "auth.tokens");
        assert_eq!(nearest("payment.account.eu.secretkey"), "payment.account.eu.secret_key");
        assert_eq!(nearest("payment.base"), "payment.base_url");
    }

    #[test]
    fn every_setting_is_found_by_its_own_key() {
        for setting in SETTINGS {
            let key = setting.key.replace('*', "7");
            assert_eq!(find(&key).map(|found| found.key), Some(setting.key));
            assert!(!is_section(&key), "{key}");
        }
        assert!(is_section("node.7.http"));
        assert!(find("node.7.http").is_none());
    }
}
