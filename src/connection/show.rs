//! Every setting that is in force, and who says so, for a person to read and as TOML to copy.

use super::ConnectionArgs;
use super::credentials::withhold;
use super::environment::Environment;
use super::layer::{Layer, Layers};
use super::origin::Origin;
use super::place::{is_about, locate};
use crate::escape::{Keep, visible};
use crate::exit::Failure;
use crate::mqtt::options::KEEP_ALIVE;
use crate::record::write_string;
use crate::run::options::{ACK_TIMEOUT, CONNECT_TIMEOUT, Protocol};
use crate::transport::Target;
use clap::ValueEnum;
use std::fmt::Write;
use std::path::Path;
use std::time::Duration;

/// How a value is shown.
enum Shown {
    /// As TOML.
    Value(String),
    /// Texts; what lower layers say stands before it.
    List(Vec<String>),
    /// Not at all: why, in words.
    Hidden(&'static str),
}

const DEFAULT: &str = "default";

/// What a layer says of one setting.
type Say = fn(&Layer, &Target) -> Option<Shown>;

/// The settings, in the order of the help.
const SETTINGS: &[(&str, Say)] = &[
    ("url", |layer, _| layer.args.basic.url.as_deref().map(|url| text(without_user(url)))),
    ("host", |layer, _| layer.args.basic.host.as_ref().map(text)),
    ("port", |layer, _| layer.args.basic.port.map(plain)),
    ("unix", |layer, _| layer.args.reach.unix.as_deref().map(path)),
    ("bind", |layer, _| layer.args.reach.bind.map(text)),
    ("proxy", |layer, _| layer.args.reach.proxy.as_deref().map(|url| text(without_user(url)))),
    ("ws", |layer, _| switch(layer.args.reach.ws, layer.args.off.ws_off)),
    ("ws-path", |layer, _| {
        layer.args.reach.ws_path.as_deref().map(|path| text(without_query(path)))
    }),
    ("ws-header", |layer, _| {
        (!layer.args.reach.ws_header.is_empty()).then_some(Shown::Hidden("given, not shown"))
    }),
    ("tls", |layer, _| switch(layer.args.tls.tls, layer.args.off.tls_off)),
    ("ca", |layer, _| layer.args.tls.ca.as_deref().map(path)),
    ("capath", |layer, _| layer.args.tls.capath.as_deref().map(path)),
    ("cert", |layer, _| layer.args.tls.cert.as_deref().map(path)),
    ("key", |layer, _| layer.args.tls.key.as_deref().map(path)),
    ("key-password-file", |layer, _| layer.args.tls.key_password_file.as_deref().map(path)),
    ("tls-server-name", |layer, _| layer.args.tls.tls_server_name.as_ref().map(text)),
    ("tls-alpn", |layer, _| list(layer.args.tls.tls_alpn.clone())),
    ("tls-version", |layer, _| layer.args.tls.tls_version.and_then(choice)),
    ("insecure", |layer, _| switch(layer.args.tls.insecure, layer.args.off.insecure_off)),
    ("require-tls", |layer, _| switch(layer.args.tls.require_tls, layer.args.off.require_tls_off)),
    ("tls-keylog", |layer, _| layer.args.tls.tls_keylog.as_deref().map(path)),
    ("protocol", |layer, _| layer.args.basic.protocol.map(protocol)),
    ("id", |layer, _| layer.args.basic.id.as_ref().map(text)),
    ("id-prefix", |layer, _| layer.args.more.id_prefix.as_ref().map(text)),
    ("username", |layer, target| {
        let in_url = || layer.url.as_ref().filter(|_| is_about(layer, target))?.username.as_ref();
        layer.args.basic.username.as_ref().or_else(in_url).map(text)
    }),
    ("password", |layer, target| {
        let in_url = || layer.url.as_ref().filter(|_| is_about(layer, target))?.password.as_ref();
        let is_set = layer.args.more.password.is_some() || in_url().is_some();
        is_set.then_some(Shown::Hidden("set, not shown"))
    }),
    ("password-file", |layer, _| layer.args.more.password_file.as_deref().map(path)),
    ("password-command", |layer, _| layer.args.more.password_command.as_ref().map(text)),
    ("ask-password", |layer, _| {
        switch(layer.args.more.ask_password, layer.args.off.ask_password_off)
    }),
    ("no-clean-start", |layer, _| {
        switch(layer.args.more.no_clean_start, layer.args.off.no_clean_start_off)
    }),
    ("session-expiry", |layer, _| layer.args.more.session_expiry.map(expiry)),
    ("keepalive", |layer, _| layer.args.more.keepalive.map(plain)),
    ("connect-timeout", |layer, _| layer.args.more.connect_timeout.map(duration)),
    ("ack-timeout", |layer, _| layer.args.more.ack_timeout.map(duration)),
    ("timeout", |layer, _| layer.args.more.timeout.map(duration)),
    ("reconnect", |layer, _| layer.args.more.reconnect.and_then(choice)),
    ("reconnect-timeout", |layer, _| layer.args.more.reconnect_timeout.map(duration)),
    ("max-inflight", |layer, _| layer.args.more.max_inflight.map(plain)),
    ("receive-maximum", |layer, _| layer.args.more.receive_maximum.map(plain)),
    ("maximum-packet-size", |layer, _| layer.args.more.maximum_packet_size.map(plain)),
    ("topic-alias-maximum", |layer, _| layer.args.more.topic_alias_maximum.map(plain)),
    ("property", |layer, _| {
        list(layer.args.more.property.iter().map(|property| property.replace('\0', " ")).collect())
    }),
    ("will-topic", |layer, _| layer.args.more.will_topic.as_ref().map(text)),
    ("will-payload", |layer, _| layer.args.more.will_payload.as_ref().map(text)),
    ("will-qos", |layer, _| layer.args.more.will_qos.map(plain)),
    ("will-retain", |layer, _| switch(layer.args.more.will_retain, layer.args.off.will_retain_off)),
    ("will-delay", |layer, _| layer.args.more.will_delay.map(expiry)),
    ("debug", |layer, _| switch(layer.args.more.debug, layer.args.off.debug_off)),
    ("events", |layer, _| layer.args.more.events.as_ref().map(text)),
    ("quiet", |layer, _| switch(layer.args.more.quiet, layer.args.off.quiet_off)),
];

/// Settings of which only the strongest layer's count that says any of the first: they go together.
const TOGETHER: [(&[&str], &[&str]); 5] = [
    (&["password-file", "password-command", "ask-password", "password"], &[]),
    (&["id", "id-prefix"], &[]),
    (&["ca", "capath"], &[]),
    (&["cert", "key"], &["key-password-file"]),
    (&["debug", "quiet"], &[]),
];

/// What holds where nobody says anything.
fn default(name: &str) -> Option<Shown> {
    Some(match name {
        "protocol" => protocol(Protocol::Auto),
        "id" => Shown::Hidden("mqtt- and 16 random hexadecimal digits"),
        "keepalive" => plain(KEEP_ALIVE),
        "connect-timeout" => duration(CONNECT_TIMEOUT),
        "ack-timeout" => duration(ACK_TIMEOUT),
        "reconnect" => text("lost"),
        _ => return None,
    })
}

/// All of it, as lines of TOML with the origin behind them.
///
/// # Errors
/// When the configuration, or the place of the broker, is no good.
pub fn show(typed: ConnectionArgs, environment: &Environment) -> Result<String, Failure> {
    let mut layers = Layers::gather(typed, environment)?;
    let target = locate(&layers)?.target;
    let withheld = withhold(&mut layers, &target);
    let mut lines = Vec::new();
    for (name, say) in SETTINGS {
        let deciding = deciding(&layers, &target, name);
        let said = layers
            .all()
            .filter(|layer| deciding.is_none_or(|only| std::ptr::eq(only, *layer)))
            .filter_map(|layer| Some((say(layer, &target)?, origin(layer, name))));
        if let Some((shown, origin)) = strongest(said)
            .or_else(|| Some((default(name).filter(|_| deciding.is_none())?, DEFAULT.into())))
        {
            lines.push(match shown {
                Shown::Value(value) => (format!("{name} = {value}"), origin),
                Shown::List(texts) => {
                    let texts: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
                    (format!("{name} = [{}]", texts.join(", ")), origin)
                }
                Shown::Hidden(why) => (format!("# {name}: {why}"), origin),
            });
        }
    }
    let mut all = format!("# {target}\n");
    if let Some(Layer { origin: Origin::Profile(name, file), .. }) = &layers.profile {
        let _ = writeln!(all, "# profile {name} of {}", file.display());
    }
    if let Some(note) = withheld {
        let _ = writeln!(all, "# {note}");
    }
    let width = lines.iter().map(|(line, _)| line.chars().count()).max().unwrap_or_default();
    for (line, origin) in lines {
        let _ = writeln!(all, "{line:width$}  # {origin}");
    }
    // Names come from files, and may hold what a terminal would obey.
    Ok(visible(all.as_bytes(), Keep::Layout).into_owned())
}

/// The only layer that counts for a setting, where it goes together with others.
fn deciding<'a>(layers: &'a Layers, target: &Target, name: &str) -> Option<&'a Layer> {
    let (first, _) =
        TOGETHER.iter().find(|(first, rest)| first.contains(&name) || rest.contains(&name))?;
    let says_one = |layer: &&Layer| {
        let mut group = SETTINGS.iter().filter(|(name, _)| first.contains(name));
        group.any(|(_, say)| say(layer, target).is_some())
    };
    layers.all().find(says_one)
}

/// What holds of all that is said, the strongest first: the first, or all together where it is a list.
fn strongest(mut said: impl Iterator<Item = (Shown, String)>) -> Option<(Shown, String)> {
    let (first, mut origin) = said.next()?;
    let Shown::List(mut all) = first else { return Some((first, origin)) };
    for (lower, whose) in said {
        if let Shown::List(texts) = lower {
            all.splice(0..0, texts);
            origin = format!("{whose} and {origin}");
        }
    }
    Some((Shown::List(all), origin))
}

fn origin(layer: &Layer, name: &str) -> String {
    match &layer.origin {
        Origin::CommandLine => "command line".to_owned(),
        Origin::Environment => {
            let args = &layer.args;
            let variable = match name {
                "username" if args.basic.username.is_none() => "url",
                "password" if args.more.password.is_none() => "url",
                name => name,
            };
            format!("MQTT_{}", variable.to_uppercase().replace('-', "_"))
        }
        profile @ Origin::Profile(..) => profile.to_string(),
    }
}

/// A TOML string; JSON's are TOML's too.
fn quoted(text: &str) -> String {
    let mut quoted = Vec::new();
    write_string(&mut quoted, text);
    String::from_utf8_lossy(&quoted).into_owned()
}

fn text(text: impl ToString) -> Shown {
    Shown::Value(quoted(&text.to_string()))
}

fn plain(number: impl ToString) -> Shown {
    Shown::Value(number.to_string())
}

fn path(path: &Path) -> Shown {
    text(path.display())
}

fn switch(on: bool, off: bool) -> Option<Shown> {
    (on || off).then(|| plain(on))
}

fn list(texts: Vec<String>) -> Option<Shown> {
    (!texts.is_empty()).then_some(Shown::List(texts))
}

fn choice(value: impl ValueEnum) -> Option<Shown> {
    Some(text(value.to_possible_value()?.get_name()))
}

fn protocol(protocol: Protocol) -> Shown {
    match protocol {
        Protocol::Auto => text("auto"),
        Protocol::Exactly(version) => text(version.to_string().trim_start_matches("MQTT ")),
    }
}

fn expiry(seconds: u32) -> Shown {
    if seconds == u32::MAX { text("never") } else { plain(seconds) }
}

fn duration(duration: Duration) -> Shown {
    text(humantime::format_duration(duration))
}

/// A URL without user information and query: both may be secret.
fn without_user(url: &str) -> String {
    let url = without_query(url);
    let Some((scheme, rest)) = url.split_once("://") else { return String::new() };
    let end = rest.find('/').unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let address = authority.rsplit_once('@').map_or(authority, |(_, address)| address);
    format!("{scheme}://{address}{path}")
}

fn without_query(text: &str) -> &str {
    text.split('?').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::{Args, Command};
    use std::collections::BTreeSet;

    #[test]
    fn every_setting_of_the_connection_is_shown() {
        let meta = ["profile", "config", "no-config", "options"];
        let command = ConnectionArgs::augment_args(Command::new("x"));
        let flags: BTreeSet<String> = command
            .get_arguments()
            .filter(|arg| !arg.is_hide_set())
            .filter_map(|arg| arg.get_long().map(str::to_owned))
            .filter(|name| !meta.contains(&name.as_str()))
            .collect();
        let shown: BTreeSet<String> = SETTINGS.iter().map(|(name, _)| (*name).to_owned()).collect();
        assert_eq!(flags, shown);
    }

    #[test]
    fn urls_are_shown_without_what_may_be_secret() {
        for (url, shown) in [
            ("mqtt://u:p@h/a/b", "mqtt://h/a/b"),
            ("mqtt://u:p@x@h", "mqtt://h"),
            ("wss://u@h:1/p?token=x", "wss://h:1/p"),
            ("unix://u:p@/run/s", "unix:///run/s"),
        ] {
            assert_eq!(without_user(url), shown);
        }
    }
}
