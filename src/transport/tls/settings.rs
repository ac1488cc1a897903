//! The settings of a TLS client, and errors in them.

use super::ciphers::Ciphers;
use super::pin::Pins;
use crate::secret::Secret;
use std::fmt;
use std::path::Path;

/// A TLS version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TlsVersion {
    /// RFC 5246.
    Tls12,
    /// RFC 8446.
    Tls13,
}

/// Which certificates are trusted.
#[derive(Clone, Copy, Debug)]
pub enum Trust<'a> {
    /// Those signed by the system's CAs.
    System,
    /// Those signed by these CAs: a PEM file, a directory of PEM files, or both. A certificate in them that is not a
    /// CA's is trusted if the broker presents exactly this one.
    Authorities {
        /// A file, which may contain several certificates.
        file: Option<&'a Path>,
        /// A directory; all files with certificates in it count.
        directory: Option<&'a Path>,
    },
    /// Any. Protects against eavesdropping, not against impersonation.
    Anyone,
}

/// The client certificate.
#[derive(Debug)]
pub struct Identity<'a> {
    /// PEM file with our certificate, followed by those between it and the CA.
    pub certificate: &'a Path,
    /// PEM file with its key: PKCS#8, PKCS#1 or SEC1. By default the same file.
    pub key: Option<&'a Path>,
    /// The password of an encrypted PKCS#8 key.
    pub password: Option<Secret>,
}

/// The server at the other end, for errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Server {
    /// The broker.
    Broker,
    /// A proxy.
    Proxy,
}

impl Server {
    /// What it is.
    pub(super) fn noun(self) -> &'static str {
        match self {
            Self::Broker => "broker",
            Self::Proxy => "proxy",
        }
    }

    /// The flag that names its CA certificates.
    pub(super) fn ca(self) -> &'static str {
        match self {
            Self::Broker => "--ca",
            Self::Proxy => "--proxy-ca",
        }
    }

    /// How it is reached if it does not use TLS.
    pub(super) fn without_tls(self) -> &'static str {
        match self {
            Self::Broker => "for a broker without TLS, use mqtt:// or ws://",
            Self::Proxy => "for a proxy without TLS, use http://",
        }
    }
}

/// The settings of a TLS client.
#[derive(Debug)]
pub struct Settings<'a> {
    /// Whom the settings are for.
    pub server: Server,
    /// The name that the server's certificate must contain: a host name or address.
    pub name: &'a str,
    /// Which certificates are trusted.
    pub trust: Trust<'a>,
    /// PEM file with revocation lists: one for each CA that the broker's certificate depends on.
    pub revoked: Option<&'a Path>,
    /// If set, the broker's key must also be one of these.
    pub pins: Option<Pins>,
    /// The client certificate, for a broker that asks for it.
    pub identity: Option<Identity<'a>>,
    /// Only this version.
    pub version: Option<TlsVersion>,
    /// Only these cipher suites.
    pub ciphers: Option<&'a Ciphers>,
    /// Application protocols to offer, best first (RFC 7301).
    pub alpn: &'a [String],
    /// File to which the secrets of each connection are written, for decrypting captures.
    pub keylog: Option<&'a Path>,
}

/// An unusable setting: a readable error and a hint.
#[derive(Debug, PartialEq, Eq)]
pub struct Unusable {
    /// What is wrong, with the name of the file.
    pub message: String,
    /// What the user can do about it.
    pub hint: Option<String>,
}

impl Unusable {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), hint: None }
    }

    pub(super) fn file(what: &str, path: &Path, problem: impl fmt::Display) -> Self {
        Self::new(format!("cannot use the {what} {}: {problem}", path.display()))
    }

    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}
