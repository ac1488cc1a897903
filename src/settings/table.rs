//! What clap does not know of the settings of the connection: one row each, in the order of the help.
//!
//! A setting is a flag of [`super::flags`], a key of a profile and a variable. What it takes, and what its value must be,
//! is said by the flag; everything else that is asked about a setting is asked here.

use std::fmt;

/// A setting of the connection.
pub struct Setting {
    /// The long name of its flag, and its key in a profile.
    pub name: &'static str,
    /// Whether its value is one.
    pub secret: Secrecy,
    /// Whether it names a file: in a profile, relative to the configuration file, `~` being the home directory.
    pub path: bool,
    /// Whether it decides what is run, or where a secret is read.
    pub command: bool,
    /// Whether it says where the broker is, or how it is reached there: what is said below is not overruled, but
    /// heard too ([`crate::connection`]).
    pub place: bool,
    /// Whether what a source says of it is meant for that source's own broker only.
    pub own: bool,
    /// Whether only MQTT 5 has it.
    pub version_5: bool,
    /// Whether its value can be `never`, which is as if nothing were said.
    pub never: bool,
    /// What it takes to have an effect.
    pub needs: Need,
    /// The settings that it is overruled with.
    pub group: Option<Group>,
    /// The packet and the name of the MQTT 5 property that it sets.
    pub property: Option<(&'static str, &'static str)>,
    /// The setting without which it has no effect.
    pub under: Option<&'static str>,
    /// What holds where nobody says anything, as TOML.
    pub default: Option<&'static str>,
}

/// When a value is a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Secrecy {
    /// Never.
    Open,
    /// It is a URL, and secret where that holds a password; user information and query are not shown.
    Url,
    /// A path that may have a query, which is not shown.
    Query,
    /// Always.
    Secret,
}

/// What a setting takes to have an effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Nothing.
    Nothing,
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

const fn named(name: &'static str) -> Setting {
    Setting {
        name,
        secret: Secrecy::Open,
        path: false,
        command: false,
        place: false,
        own: false,
        version_5: false,
        never: false,
        needs: Need::Nothing,
        group: None,
        property: None,
        under: None,
        default: None,
    }
}

impl Setting {
    const fn secret(self, secret: Secrecy) -> Self {
        Self { secret, ..self }
    }

    const fn path(self) -> Self {
        Self { path: true, ..self }
    }

    const fn command(self) -> Self {
        Self { command: true, ..self }
    }

    const fn place(self) -> Self {
        Self { place: true, ..self }
    }

    const fn own(self) -> Self {
        Self { own: true, ..self }
    }

    const fn never(self) -> Self {
        Self { never: true, ..self }
    }

    const fn needs(self, needs: Need) -> Self {
        Self { needs, ..self }
    }

    const fn group(self, group: Group) -> Self {
        Self { group: Some(group), ..self }
    }

    const fn property(self, packet: &'static str, name: &'static str) -> Self {
        Self { property: Some((packet, name)), version_5: true, ..self }
    }

    const fn under(self, setting: &'static str) -> Self {
        Self { under: Some(setting), ..self }
    }

    const fn default(self, toml: &'static str) -> Self {
        Self { default: Some(toml), ..self }
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

use Group::{Id, Identity, Password, Talk, Trust};
use Need::{Network, Tls, TurnsTlsOn, WebSocket};

/// All of them.
pub static SETTINGS: [Setting; 50] = [
    named("url").place().secret(Secrecy::Url),
    named("host").place(),
    named("port").place().needs(Network),
    named("unix").place().path(),
    named("bind").needs(Network),
    named("proxy").needs(Network).secret(Secrecy::Url),
    named("ws").place().needs(Network),
    named("ws-path").needs(WebSocket).secret(Secrecy::Query),
    named("ws-header").needs(WebSocket).secret(Secrecy::Secret).own(),
    named("tls").place().needs(TurnsTlsOn),
    named("ca").needs(TurnsTlsOn).path().group(Trust),
    named("capath").needs(TurnsTlsOn).path().group(Trust),
    named("cert").needs(TurnsTlsOn).path().group(Identity).own(),
    named("key").needs(TurnsTlsOn).path().group(Identity).under("cert").own(),
    named("key-password-file")
        .needs(TurnsTlsOn)
        .path()
        .command()
        .group(Identity)
        .under("cert")
        .own(),
    named("tls-server-name").needs(Tls),
    named("tls-alpn").needs(Tls),
    named("tls-version").needs(Tls),
    named("insecure").needs(Tls).own(),
    named("require-tls"),
    named("tls-keylog").needs(Tls).path(),
    named("protocol").default("\"auto\""),
    named("id").group(Id),
    named("id-prefix").group(Id),
    named("username").own(),
    named("password").secret(Secrecy::Secret).group(Password).own(),
    named("password-file").path().command().group(Password).own(),
    named("password-command").command().group(Password).own(),
    named("ask-password").group(Password).own(),
    named("no-clean-start"),
    named("session-expiry").property("connect", "session-expiry-interval"),
    named("keepalive").default("60"),
    named("connect-timeout").default("\"10s\""),
    named("ack-timeout").default("\"30s\""),
    named("timeout").never(),
    named("reconnect").default("\"lost\""),
    named("reconnect-timeout").never(),
    named("max-inflight"),
    named("receive-maximum").property("connect", "receive-maximum"),
    named("maximum-packet-size").property("connect", "maximum-packet-size"),
    named("topic-alias-maximum").property("connect", "topic-alias-maximum"),
    named("property"),
    named("will-topic"),
    named("will-payload").under("will-topic"),
    named("will-qos").under("will-topic"),
    named("will-retain").under("will-topic"),
    named("will-delay").under("will-topic").property("will", "will-delay-interval"),
    named("debug").group(Talk),
    named("events").path(),
    named("quiet").group(Talk),
];
