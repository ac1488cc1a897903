//! What clap does not know of the settings of the connection: one row each, in the order of the help.
//!
//! A setting is a flag of [`super::flags`], a key of a profile and a variable. What it takes, and what its value must be,
//! is said by the flag; everything else that is asked about a setting is asked here.

use crate::transport::Scheme;
use std::fmt;

/// A setting of the connection.
pub struct Setting {
    /// The long name of its flag, and its key in a profile.
    pub name: &'static str,
    traits: &'static [Trait],
}

/// What is to be known of a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trait {
    /// Its value is a secret, or may hold one.
    Secret(Secrecy),
    /// It names a file: in a profile, relative to the configuration file, `~` being the home directory.
    Path,
    /// It decides what is run, or where a secret is read.
    Command,
    /// It says where the broker is: what weaker sources say is not overruled, but heard too, since it may be about the
    /// same place.
    Place,
    /// It says how the broker is reached: what weaker sources say is heard even if it is taken back, since it tells which
    /// way their secrets may go.
    Way,
    /// What a source says of it is meant for that source's own broker only.
    Own,
    /// It can be said several times, and all of it counts.
    List,
    /// Its value can be `never`, which is as if nothing were said.
    Never,
    /// It has no effect without this.
    Needs(Need),
    /// It is overruled together with others: whoever says one of them means all.
    Group(Group),
    /// It sets this MQTT 5 property, by packet and name.
    Property(&'static str, &'static str),
    /// It is about what this setting asks for, and taken back with it.
    Under(&'static str),
    /// What holds where nobody says anything, as TOML.
    Default(&'static str),
}

/// When a value is a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Secrecy {
    /// It is a URL, which may hold a password, a token or a query; they are not shown.
    Url,
    /// A path that may have a query, which is not shown.
    Query,
    /// A user name, which without a password may be a token.
    User,
    /// An HTTP header.
    Header,
    /// Always.
    Secret,
}

/// What a setting takes to have an effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Any connection but one over a Unix socket.
    Network,
    /// TLS.
    Tls,
    /// It turns TLS on by itself.
    TurnsTlsOn,
    /// A WebSocket.
    WebSocket,
}

/// Settings that are overruled together: whoever says one of them means all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// Where the password is.
    Password,
    /// The client id.
    Id,
    /// Whom to trust.
    Trust,
    /// Who we are to TLS.
    Identity,
    /// How much is said.
    Talk,
}

impl Group {
    /// Whether only one of its settings can hold.
    pub fn is_choice(self) -> bool {
        matches!(self, Self::Password | Self::Id | Self::Talk)
    }
}

const fn row(name: &'static str, traits: &'static [Trait]) -> Setting {
    Setting { name, traits }
}

impl Setting {
    /// Whether this is to be known of it.
    pub fn is(&self, known: Trait) -> bool {
        self.traits.contains(&known)
    }

    /// The first of what is to be known of it that `pick` takes.
    pub fn get<T>(&self, pick: impl Fn(Trait) -> Option<T>) -> Option<T> {
        self.traits.iter().find_map(|known| pick(*known))
    }

    /// How its value may be a secret.
    pub fn secrecy(&self) -> Option<Secrecy> {
        self.get(|known| if let Trait::Secret(secrecy) = known { Some(secrecy) } else { None })
    }

    /// What in `text` as its value is secret, if something is; `has_password` where a password goes with it.
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
                // What is no URL may be anything.
                let Some((scheme, rest)) = text.split_once("://") else { return Some("password") };
                let user = rest.rsplit_once('@').map(|(user, _)| user);
                let has_query = Scheme::named(scheme).is_some_and(Scheme::is_websocket);
                match user {
                    Some(user) if user.contains(':') => Some("password"),
                    Some(user) if !has_password && is_token(user) => Some("token"),
                    _ => (has_query && rest.contains('?')).then_some("query"),
                }
            }
        }
    }

    /// Whether it says where the broker is, or how it is reached.
    pub fn leads_there(&self) -> bool {
        self.is(Trait::Place) || self.is(Trait::Way)
    }

    /// What it takes to have an effect.
    pub fn need(&self) -> Option<Need> {
        self.get(|known| if let Trait::Needs(need) = known { Some(need) } else { None })
    }

    /// The settings that it is overruled with.
    pub fn group(&self) -> Option<Group> {
        self.get(|known| if let Trait::Group(group) = known { Some(group) } else { None })
    }

    /// The packet and the name of the MQTT 5 property that it sets.
    pub fn property(&self) -> Option<(&'static str, &'static str)> {
        self.get(|known| {
            if let Trait::Property(packet, name) = known { Some((packet, name)) } else { None }
        })
    }

    /// Whether `text` as its value names a file, and neither standard input nor an open descriptor.
    pub fn names_file(&self, text: &str) -> bool {
        self.is(Trait::Path) && text != "-" && !text.starts_with("fd:")
    }

    /// The flag that takes it back: `--no-` and its name, or for a name with `no-` that without.
    pub fn off(&self) -> String {
        match self.name.strip_prefix("no-") {
            Some(positive) => positive.to_owned(),
            None => format!("no-{}", self.name),
        }
    }

    /// Its variable.
    pub fn variable(&self) -> String {
        format!("MQTT_{}", self.name.to_ascii_uppercase().replace('-', "_"))
    }

    /// The setting of this name.
    pub fn find(name: &str) -> Option<&'static Self> {
        SETTINGS.iter().find(|setting| setting.name == name)
    }

    /// The setting that the flag of this long name takes back.
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

/// HTTP headers that say nothing about who we are.
const HARMLESS_HEADERS: [&str; 3] = ["host", "origin", "user-agent"];

/// Whether a name can hardly be one that a person gave: long, and of digits and letters.
fn is_token(name: &str) -> bool {
    const SHORTEST: usize = 16;
    name.len() >= SHORTEST
        && name.contains(|char: char| char.is_ascii_digit())
        && name.contains(char::is_alphabetic)
}

use Group::{Id, Identity, Password, Talk, Trust};
use Need::{Network, Tls, TurnsTlsOn, WebSocket};
use Trait::{Command, Default, List, Needs, Never, Own, Path, Place, Property, Secret, Under, Way};

/// All of them.
pub static SETTINGS: [Setting; 52] = [
    row("url", &[Place, Secret(Secrecy::Url)]),
    row("host", &[Place]),
    row("port", &[Place, Needs(Network)]),
    row("unix", &[Place, Path]),
    row("bind", &[Needs(Network)]),
    row("proxy", &[Way, Needs(Network), Secret(Secrecy::Url)]),
    row("ws", &[Way, Needs(Network)]),
    row("ws-path", &[Needs(WebSocket), Secret(Secrecy::Query)]),
    row("ws-header", &[List, Needs(WebSocket), Secret(Secrecy::Header), Own]),
    row("tls", &[Way, Needs(TurnsTlsOn)]),
    row("ca", &[Needs(TurnsTlsOn), Path, Trait::Group(Trust)]),
    row("capath", &[Needs(TurnsTlsOn), Path, Trait::Group(Trust)]),
    row("crl", &[Needs(Tls), Path]),
    row("pin", &[Needs(Tls), Own]),
    row("cert", &[Needs(TurnsTlsOn), Path, Trait::Group(Identity), Own]),
    row("key", &[Needs(TurnsTlsOn), Path, Trait::Group(Identity), Under("cert"), Own]),
    row(
        "key-password-file",
        &[Needs(TurnsTlsOn), Path, Command, Trait::Group(Identity), Under("cert"), Own],
    ),
    row("tls-server-name", &[Needs(Tls)]),
    row("tls-alpn", &[List, Needs(Tls)]),
    row("tls-version", &[Needs(Tls)]),
    row("insecure", &[Needs(Tls), Own]),
    row("require-tls", &[]),
    row("tls-keylog", &[Needs(Tls), Path]),
    row("protocol", &[Default("\"auto\"")]),
    row("id", &[Trait::Group(Id), Own]),
    row("id-prefix", &[Trait::Group(Id), Own]),
    row("username", &[Secret(Secrecy::User), Own]),
    row("password", &[Secret(Secrecy::Secret), Trait::Group(Password), Own]),
    row("password-file", &[Path, Command, Trait::Group(Password), Own]),
    row("password-command", &[Command, Trait::Group(Password), Own]),
    row("ask-password", &[Trait::Group(Password), Own]),
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
    row("debug", &[Trait::Group(Talk)]),
    row("events", &[Path]),
    row("quiet", &[Trait::Group(Talk)]),
];
