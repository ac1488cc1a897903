//! Flags for encryption.

use crate::settings::value::parse_alpn;
use crate::transport::tls::{Ciphers, Pins, TlsVersion};
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// The values of `--tls-version`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TlsVersionArg {
    /// TLS 1.2
    #[value(name = "1.2", alias = "tlsv1.2")]
    Tls12,
    /// TLS 1.3
    #[value(name = "1.3", alias = "tlsv1.3")]
    Tls13,
}

impl From<TlsVersionArg> for TlsVersion {
    fn from(arg: TlsVersionArg) -> Self {
        match arg {
            TlsVersionArg::Tls12 => Self::Tls12,
            TlsVersionArg::Tls13 => Self::Tls13,
        }
    }
}

/// TLS: trusted certificates, client certificate, and requirements.
#[derive(Args, Default)]
#[group(skip)]
#[command(next_help_heading = "TLS")]
pub struct TlsArgs {
    /// Use TLS, as mqtts:// and wss:// do
    #[arg(long, alias = "tls-use-os-certs")]
    pub tls: bool,

    /// Trusted CA certificates (PEM), instead of the system's; turns TLS on
    ///
    /// A certificate that is not a CA certificate is trusted only if the broker presents that very certificate; it
    /// cannot vouch for others.
    #[arg(long, alias = "cafile", value_name = "FILE")]
    pub ca: Option<PathBuf>,

    /// Directory of trusted CA certificates (PEM), instead of the system's; turns TLS on
    #[arg(long, value_name = "DIR")]
    pub capath: Option<PathBuf>,

    /// Refuse certificates revoked by the revocation lists (CRLs) in this PEM file
    ///
    /// Every CA that the broker's certificate depends on needs an unexpired list in the file.
    #[arg(long, value_name = "FILE")]
    pub crl: Option<PathBuf>,

    /// Also require this public key, or one of several: sha256//BASE64[;sha256//...]
    ///
    /// A pin is the SHA-256 of the public key, as for curl's --pinnedpubkey; mqtt(1) shows how to compute one. The
    /// certificate is still checked as usual; with --insecure only the key is checked.
    #[arg(long, value_name = "PIN")]
    pub pin: Option<Pins>,

    /// Client certificate (PEM); turns TLS on
    #[arg(long, value_name = "FILE")]
    pub cert: Option<PathBuf>,

    /// Private key of the client certificate (PEM); turns TLS on [default: the file of --cert]
    #[arg(long, value_name = "FILE")]
    pub key: Option<PathBuf>,

    /// Read the password of an encrypted private key from this file, `-` for standard input; turns TLS on
    #[arg(long, value_name = "FILE")]
    pub key_password_file: Option<PathBuf>,

    /// Expect this name in the broker's certificate [default: the host]
    #[arg(long, value_name = "NAME")]
    pub tls_server_name: Option<String>,

    /// Offer this ALPN protocol, preferred ones first; can be repeated
    #[arg(long, value_name = "PROTOCOL", value_parser = parse_alpn)]
    pub tls_alpn: Vec<String>,

    /// Use only this TLS version [default: 1.3, or 1.2 if the broker does not support it]
    #[arg(long, value_name = "VERSION", value_enum)]
    pub tls_version: Option<TlsVersionArg>,

    /// Offer only these cipher suites, best first, separated by colons
    ///
    /// Names are those of IANA or OpenSSL, such as TLS_AES_128_GCM_SHA256 (TLS 1.3) or ECDHE-RSA-AES128-GCM-SHA256
    /// (TLS 1.2). An unknown name is refused with a list of the known ones.
    #[arg(long, alias = "ciphers", value_name = "LIST")]
    pub tls_ciphers: Option<Ciphers>,

    /// Accept any certificate, so that anyone can impersonate the broker (unless --pin is given)
    #[arg(long)]
    pub insecure: bool,

    /// Refuse to connect to another machine without TLS
    #[arg(long)]
    pub require_tls: bool,

    /// Append the TLS secrets to this file, for decrypting captured packets
    ///
    /// The file must belong to you, must not be readable or writable by others, and must not be a symbolic link. A new
    /// file is created that way.
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
