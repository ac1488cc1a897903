//! Encryption.

use crate::transport::tls::{Pins, Version};
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// What `--tls-version` takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TlsVersionArg {
    /// TLS 1.2
    #[value(name = "1.2", alias = "tlsv1.2")]
    Tls12,
    /// TLS 1.3
    #[value(name = "1.3", alias = "tlsv1.3")]
    Tls13,
}

impl From<TlsVersionArg> for Version {
    fn from(arg: TlsVersionArg) -> Self {
        match arg {
            TlsVersionArg::Tls12 => Self::Tls12,
            TlsVersionArg::Tls13 => Self::Tls13,
        }
    }
}

/// Whom to trust, what to show, and what to demand of TLS.
#[derive(Args, Default)]
#[group(skip)]
#[command(next_help_heading = "TLS")]
pub struct TlsArgs {
    /// Encrypt the connection, as mqtts:// and wss:// do
    #[arg(long, alias = "tls-use-os-certs")]
    pub tls: bool,

    /// Trust the authorities in this PEM file instead of the system's; turns TLS on
    ///
    /// A certificate that is not an authority's is believed if the broker shows this very one, and signs nothing.
    #[arg(long, alias = "cafile", value_name = "FILE")]
    pub ca: Option<PathBuf>,

    /// Trust the authorities in the PEM files of this directory instead of the system's; turns TLS on
    #[arg(long, value_name = "DIR")]
    pub capath: Option<PathBuf>,

    /// Refuse certificates that the revocation lists in this PEM file name
    ///
    /// Every authority that the broker's certificate depends on needs its list there, and one that has not expired.
    #[arg(long, value_name = "FILE")]
    pub crl: Option<PathBuf>,

    /// Expect this public key besides, or one of several: sha256//BASE64[;sha256//...]
    ///
    /// A pin is the SHA-256 of the key, as curl's --pinnedpubkey takes it; mqtt(1) says how to make one. The certificate is
    /// checked as usual; with --insecure the key alone decides.
    #[arg(long, value_name = "PIN")]
    pub pin: Option<Pins>,

    /// Show the broker the certificate in this PEM file; turns TLS on
    #[arg(long, value_name = "FILE")]
    pub cert: Option<PathBuf>,

    /// Take the certificate's key from this PEM file; turns TLS on [default: the file of --cert]
    #[arg(long, value_name = "FILE")]
    pub key: Option<PathBuf>,

    /// Read the password of an encrypted key from this file, `-` for standard input; turns TLS on
    #[arg(long, value_name = "FILE")]
    pub key_password_file: Option<PathBuf>,

    /// Expect a certificate for this name [default: the host]
    #[arg(long, value_name = "NAME")]
    pub tls_server_name: Option<String>,

    /// Offer this application protocol, best first; can be repeated
    #[arg(long, value_name = "PROTOCOL")]
    pub tls_alpn: Vec<String>,

    /// Speak this version of TLS only [default: 1.3, or 1.2 where the broker knows no better]
    #[arg(long, value_name = "VERSION", value_enum)]
    pub tls_version: Option<TlsVersionArg>,

    /// Accept any certificate, so that anybody can pretend to be the broker (but for --pin)
    #[arg(long)]
    pub insecure: bool,

    /// Refuse to connect to another machine without TLS
    #[arg(long)]
    pub require_tls: bool,

    /// Add the secrets of the connection to this file, with which captured packets can be decrypted
    ///
    /// It must be a file of one's own that nobody else can read or write, and no symbolic link; a new one is.
    #[arg(long, value_name = "FILE")]
    pub tls_keylog: Option<PathBuf>,
}

impl TlsArgs {
    /// The flags that turn TLS on, and whether each was given.
    pub fn turn_on(&self) -> [(bool, &'static str); 6] {
        [
            (self.tls, "--tls"),
            (self.ca.is_some(), "--ca"),
            (self.capath.is_some(), "--capath"),
            (self.cert.is_some(), "--cert"),
            (self.key.is_some(), "--key"),
            (self.key_password_file.is_some(), "--key-password-file"),
        ]
    }
}
