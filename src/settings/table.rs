//! Facts about connection settings that clap does not know: one row each, in the order of the help.
//!
//! A setting is a flag of [`super::flags`], a key of a profile and a variable. Its type and valid values come from the
//! flag; everything else is here.

use crate::transport::Scheme;
use std::fmt;

/// A connection setting.
pub struct Setting {
    /// The long name of its flag, and its key in a profile.
    pub name: &'static str,
    facts: &'static [Fact],
}

/// A fact about a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fact {
    /// Its value is, or may contain, a secret.
    Secret(Secrecy),
    /// It names a file: in a profile, relative to the configuration file, with `~` for the home directory.
    Path,
    /// It decides which command is run, or where a secret is read from.
    Command,
    /// It names the broker. Weaker sources are not overridden but considered too, as they may name the same one.
    Place,
    /// It selects the route to the broker. Weaker sources are considered even if it is reset, as they tell by which
    /// route their secrets may be sent.
    Way,
    /// A value from a source is meant for that source's own broker only.
    Own,
    /// It can be given several times, and all values count.
    List,
    /// The value `never` is the same as not setting it.
    Never,
    /// It has no effect without this.
    Needs(Need),
    /// It belongs to a group, which is overridden as a whole.
    Group(Group),
    /// It sets this MQTT 5 property, by packet and name.
    Property(&'static str, &'static str),
    /// It modifies this setting, and is reset together with it.
    Under(&'static str),
    /// The default, as TOML.
    Default(&'static str),
}

/// When a value is a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Secrecy {
    /// A URL, which may contain a password, a token or a query; they are not shown.
    Url,
    /// A path that may have a query, which is not shown.
    Query,
    /// A user name, which may be a token if there is no password.
    User,
    /// An HTTP header.
    Header,
    /// Always.
    Secret,
}

/// What a setting requires to have an effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Any connection except over a Unix socket.
    Network,
    /// TLS.
    Tls,
    /// Nothing: it turns TLS on.
    TurnsTlsOn,
    /// A WebSocket.
    WebSocket,
    /// A proxy with TLS.
    EncryptedProxy,
    /// A name that has to be looked up.
    Lookup,
}

/// Settings that are overridden as a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// The source of the password.
    Password,
    /// The client id.
    Id,
    /// Trusted CA certificates.
    Trust,
    /// The client certificate.
    Identity,
    /// How much diagnostics to print.
    Diagnostics,
    /// The name servers: those of one source replace those of another.
    NameServers,
}

impl Group {
    /// Whether only one setting of the group can be in effect.
    pub fn is_choice(self) -> bool {
        matches!(self, Self::Password | Self::Id | Self::Diagnostics)
    }
}

const fn row(name: &'static str, facts: &'static [Fact]) -> Setting {
    Setting { name, facts }
}

impl Setting {
    /// Whether this fact holds.
    pub fn is(&self, fact: Fact) -> bool {
        self.facts.contains(&fact)
    }

    /// What the first fact that `pick` accepts says.
    pub fn get<T>(&self, pick: impl Fn(Fact) -> Option<T>) -> Option<T> {
        self.facts.iter().find_map(|fact| pick(*fact))
    }

    /// How its value may be a secret.
    pub fn secrecy(&self) -> Option<Secrecy> {
        self.get(|known| if let Fact::Secret(secrecy) = known { Some(secrecy) } else { None })
    }

    /// What in the value `text` is secret, if anything; `has_password` if there is a password too.
    pub fn secret_in(&self, text: &str, has_password: bool) -> Option<&'static str> {
        match self.secrecy()? {
            Secrecy::Secret => Some("password"),
            Secrecy::Header => {
                let name = text.split_once(':')?.0.trim();
                let is_harmless = HARMLESS_HEADERS.iter().any(|it| it.eq_ignore_ascii_case(name));
                (!is_harmless).then_some("header")
            }
            Secrecy::Query => text.contains('?').then_some("query"),
            Secrecy::User => (!has_password && is_token(text)).then_some("token"),
            Secrecy::Url => {
                // Anything that is not a URL may be a secret.
                let Some((scheme, rest)) = text.split_once("://") else { return Some("password") };
                let user = rest.rsplit_once('@').map(|(user, _)| user);
                let has_query = Scheme::named(scheme).is_some_and(Scheme::is_websocket);
                match user.map(|user| user.split_once(':').unwrap_or((user, ""))) {
                    Some((_, password)) if !password.is_empty() => Some("password"),
                    Some((name, _)) if !has_password && is_token(name) => Some("token"),
                    _ => (has_query && rest.contains('?')).then_some("query"),
                }
            }
        }
    }

    /// Whether it names the broker or selects the route.
    pub fn leads_there(&self) -> bool {
        self.is(Fact::Place) || self.is(Fact::Way)
    }

    /// What it requires to have an effect.
    pub fn need(&self) -> Option<Need> {
        self.get(|known| if let Fact::Needs(need) = known { Some(need) } else { None })
    }

    /// Its group.
    pub fn group(&self) -> Option<Group> {
        self.get(|known| if let Fact::Group(group) = known { Some(group) } else { None })
    }

    /// The packet and name of the MQTT 5 property that it sets.
    pub fn property(&self) -> Option<(&'static str, &'static str)> {
        self.get(
            |known| {
                if let Fact::Property(packet, name) = known { Some((packet, name)) } else { None }
            },
        )
    }

    /// Whether the value `text` names a file, rather than standard input or an open descriptor.
    pub fn names_file(&self, text: &str) -> bool {
        self.is(Fact::Path) && text != "-" && !text.starts_with("fd:")
    }

    /// The flag that resets it: `--no-` and its name, or for a name with `no-`, that without.
    pub fn off(&self) -> String {
        match self.name.strip_prefix("no-") {
            Some(positive) => positive.to_owned(),
            None => format!("no-{}", self.name),
        }
    }

    /// Its environment variable.
    pub fn variable(&self) -> String {
        format!("MQTT_{}", self.name.to_ascii_uppercase().replace('-', "_"))
    }

    /// The setting with this name.
    pub fn find(name: &str) -> Option<&'static Self> {
        SETTINGS.iter().find(|setting| setting.name == name)
    }

    /// The setting that is reset by the flag with this long name.
    pub fn taken_back_by(flag: &str) -> Option<&'static Self> {
        match flag.strip_prefix("no-") {
            Some(name) => Self::find(name),
            None => SETTINGS.iter().find(|setting| setting.name.strip_prefix("no-") == Some(flag)),
        }
    }
}

impl PartialEq for Setting {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl fmt::Debug for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// HTTP headers that do not identify us.
const HARMLESS_HEADERS: [&str; 3] = ["host", "origin", "user-agent"];

/// Whether a name looks generated rather than chosen by a person: long, with digits and letters.
fn is_token(name: &str) -> bool {
    const SHORTEST: usize = 16;
    name.len() >= SHORTEST
        && name.contains(|char: char| char.is_ascii_digit())
        && name.contains(char::is_alphabetic)
}

use Fact::{Command, Default, List, Needs, Never, Own, Path, Place, Property, Secret, Under, Way};
use Group::{Diagnostics, Id, Identity, NameServers, Password, Trust};
use Need::{EncryptedProxy, Lookup, Network, Tls, TurnsTlsOn, WebSocket};

/// All settings.
pub static SETTINGS: [Setting; 57] = [
    row("url", &[Place, Secret(Secrecy::Url)]),
    row("host", &[Place]),
    row("port", &[Place, Needs(Network)]),
    row("unix", &[Place, Path]),
    row("srv", &[Way, Needs(Network)]),
    row("name-server", &[List, Needs(Lookup), Fact::Group(NameServers)]),
    row("bind", &[Needs(Network)]),
    row("proxy", &[Way, Needs(Network), Secret(Secrecy::Url)]),
    row("proxy-ca", &[Needs(EncryptedProxy), Path, Under("proxy")]),
    row("ws", &[Way, Needs(Network)]),
    row("ws-path", &[Needs(WebSocket), Secret(Secrecy::Query)]),
    row("ws-header", &[List, Needs(WebSocket), Secret(Secrecy::Header), Own]),
    row("tls", &[Way, Needs(TurnsTlsOn)]),
    row("ca", &[Needs(TurnsTlsOn), Path, Fact::Group(Trust)]),
    row("capath", &[Needs(TurnsTlsOn), Path, Fact::Group(Trust)]),
    row("crl", &[Needs(Tls), Path]),
    row("pin", &[Needs(Tls), Own]),
    row("cert", &[Needs(TurnsTlsOn), Path, Fact::Group(Identity), Own]),
    row("key", &[Needs(TurnsTlsOn), Path, Fact::Group(Identity), Under("cert"), Own]),
    row(
        "key-password-file",
        &[Needs(TurnsTlsOn), Path, Command, Fact::Group(Identity), Under("cert"), Own],
    ),
    row("tls-server-name", &[Needs(Tls)]),
    row("tls-alpn", &[List, Needs(Tls)]),
    row("tls-version", &[Needs(Tls)]),
    row("tls-ciphers", &[Needs(Tls)]),
    row("insecure", &[Needs(Tls), Own]),
    row("require-tls", &[]),
    row("tls-keylog", &[Needs(Tls), Path]),
    row("protocol", &[Default("\"auto\"")]),
    row("id", &[Fact::Group(Id), Own]),
    row("id-prefix", &[Fact::Group(Id), Own]),
    row("username", &[Secret(Secrecy::User), Own]),
    row("password", &[Secret(Secrecy::Secret), Fact::Group(Password), Own]),
    row("password-file", &[Path, Command, Fact::Group(Password), Own]),
    row("password-command", &[Command, Fact::Group(Password), Own]),
    row("ask-password", &[Fact::Group(Password), Own]),
    row("auth", &[Property("connect", "authentication-method"), Own]),
    row("no-clean-start", &[Own]),
    row("session-expiry", &[Property("connect", "session-expiry-interval")]),
    row("keepalive", &[Default("60")]),
    row("connect-timeout", &[Default("\"10s\"")]),
    row("ack-timeout", &[Default("\"30s\"")]),
    row("timeout", &[Never]),
    row("reconnect", &[Default("\"lost\"")]),
    row("reconnect-timeout", &[Never]),
    row("max-inflight", &[]),
    row("receive-maximum", &[Property("connect", "receive-maximum")]),
    row("maximum-packet-size", &[Property("connect", "maximum-packet-size")]),
    row("topic-alias-maximum", &[Property("connect", "topic-alias-maximum")]),
    row("property", &[List]),
    row("will-topic", &[Own]),
    row("will-payload", &[Under("will-topic"), Own]),
    row("will-qos", &[Under("will-topic"), Own]),
    row("will-retain", &[Under("will-topic"), Own]),
    row("will-delay", &[Under("will-topic"), Property("will", "will-delay-interval"), Own]),
    row("debug", &[Fact::Group(Diagnostics)]),
    row("events", &[Path]),
    row("quiet", &[Fact::Group(Diagnostics)]),
];
