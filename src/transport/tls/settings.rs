//! What a TLS client is made from, and why it cannot be.

use super::pin::Pins;
use crate::secret::Secret;
use std::fmt;
use std::path::Path;

/// A version of TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// RFC 5246.
    Tls12,
    /// RFC 8446.
    Tls13,
}

/// Whose certificates are believed.
#[derive(Clone, Copy, Debug)]
pub enum Trust<'a> {
    /// Those that the system's authorities have signed.
    System,
    /// Those that these authorities have signed: a PEM file, a directory of such files, or both. What is in them and not
    /// an authority's is believed where the broker shows just this.
    Authorities {
        /// One file, which may hold several certificates.
        file: Option<&'a Path>,
        /// Every file in it that holds certificates counts.
        directory: Option<&'a Path>,
    },
    /// Everybody's. Protects against listeners, not against impostors.
    Anyone,
}

/// What shows a broker who we are.
#[derive(Debug)]
pub struct Identity<'a> {
    /// PEM file with our certificate, and then those between it and the authority.
    pub certificate: &'a Path,
    /// PEM file with its key: PKCS#8, PKCS#1 or SEC1. Without one, it is in the same file.
    pub key: Option<&'a Path>,
    /// What an encrypted PKCS#8 key was encrypted with.
    pub password: Option<Secret>,
}

/// What a client is made from.
#[derive(Debug)]
pub struct Settings<'a> {
    /// The name the broker's certificate must be for: a host name or an address literal.
    pub name: &'a str,
    /// Whom to believe.
    pub trust: Trust<'a>,
    /// PEM file with lists of revoked certificates: one for each authority that the broker's certificate depends on.
    pub revoked: Option<&'a Path>,
    /// Besides, the broker's key must be one of these.
    pub pins: Option<Pins>,
    /// Who we are, for a broker that asks.
    pub identity: Option<Identity<'a>>,
    /// This version only.
    pub version: Option<Version>,
    /// Application protocols to offer, best first (RFC 7301).
    pub alpn: &'a [String],
    /// Where the secrets of each connection are written, for a tool that decrypts captures.
    pub keylog: Option<&'a Path>,
}

/// A setting that cannot be: words for a person, and what to do.
#[derive(Debug, PartialEq, Eq)]
pub struct Unusable {
    /// What is wrong, with the name of the file.
    pub message: String,
    /// What a person can do about it.
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
