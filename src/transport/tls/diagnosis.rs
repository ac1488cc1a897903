//! Turns errors of rustls into readable ones.

mod certificate;

pub(super) use certificate::is_version_1;

use super::settings::Server;
use crate::transport::DialError;
use certificate::excerpt;
use std::io;
use tokio_rustls::rustls::pki_types::UnixTime;
use tokio_rustls::rustls::{AlertDescription, CertificateError, Error};

/// The two sides of a connection.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sides {
    pub(super) server: Server,
    /// Whether we have a certificate.
    pub(super) has_identity: bool,
}

/// Why the handshake of a client with these TLS versions failed.
pub(super) fn of_handshake(error: &io::Error, sides: Sides, versions: &str) -> DialError {
    let server = sides.server;
    let noun = server.noun();
    match inside(error) {
        Some(
            Error::PeerIncompatible(_) | Error::AlertReceived(AlertDescription::ProtocolVersion),
        ) => DialError::lasting(format!(
            "the {noun} supports none of our TLS versions and ciphers ({versions})"
        )),
        Some(error) => explain(error, sides),
        None if error.kind() == io::ErrorKind::UnexpectedEof
            || error.kind() == io::ErrorKind::ConnectionReset =>
        {
            DialError::new("the server closed the connection during the TLS handshake")
                .hint(server.without_tls())
        }
        None => DialError::new(crate::os_error::plain(error)),
    }
}

/// The same for later errors, which remain I/O errors: with TLS 1.3 a broker checks our certificate only after our
/// handshake is complete.
pub(super) fn of_connection(error: io::Error, sides: Sides) -> io::Error {
    match inside(&error) {
        Some(cause) => io::Error::new(error.kind(), explain(cause, sides)),
        None => error,
    }
}

/// When the broker's certificate ended, if that is why the handshake failed.
pub(super) fn end_of_expired(error: &io::Error) -> Option<UnixTime> {
    match inside(error)? {
        Error::InvalidCertificate(CertificateError::ExpiredContext { not_after, .. }) => {
            Some(*not_after)
        }
        _ => None,
    }
}

fn inside(error: &io::Error) -> Option<&Error> {
    error.get_ref()?.downcast_ref()
}

fn explain(error: &Error, sides: Sides) -> DialError {
    let server = sides.server;
    match error {
        Error::InvalidCertificate(problem) => certificate::explain(problem, server),
        Error::AlertReceived(alert) => of_alert(*alert, sides),
        Error::InvalidMessage(_) => {
            DialError::new("the server does not speak TLS").hint(server.without_tls())
        }
        Error::NoApplicationProtocol => no_application_protocol(server),
        other => DialError::new(format!("TLS failed: {}", excerpt(&other.to_string()))),
    }
}

fn of_alert(alert: AlertDescription, sides: Sides) -> DialError {
    use AlertDescription as Alert;
    let Sides { server, has_identity } = sides;
    let says = |words: &str| DialError::lasting(format!("the {} {words}", server.noun()));
    match alert {
        Alert::CertificateRequired | Alert::NoCertificate => wants_certificate(server),
        // Before TLS 1.3 there was no alert for a missing one.
        Alert::BadCertificate
        | Alert::UnsupportedCertificate
        | Alert::CertificateUnknown
        | Alert::UnknownCA
            if !has_identity =>
        {
            wants_certificate(server)
        }
        Alert::UnknownCA => says("does not know the CA of our certificate"),
        Alert::CertificateExpired => says("says that our certificate has expired"),
        Alert::CertificateRevoked => says("says that our certificate has been revoked"),
        Alert::BadCertificate | Alert::UnsupportedCertificate | Alert::CertificateUnknown => {
            says("does not accept our certificate")
        }
        // The alert for all of these in TLS 1.2.
        Alert::HandshakeFailure => says("aborted the TLS handshake").hint(match server {
            Server::Broker => {
                "it may want a client certificate (--cert and --key), or support none of our ciphers"
            }
            Server::Proxy => "it may want a client certificate, or support none of our ciphers",
        }),
        Alert::NoApplicationProtocol => no_application_protocol(server),
        Alert::UnrecognisedName => says("has no certificate for this name"),
        other => DialError::new(format!("the server sent the TLS alert {other:?}")),
    }
}

fn wants_certificate(server: Server) -> DialError {
    let wants = DialError::lasting(format!("the {} wants a client certificate", server.noun()));
    match server {
        Server::Broker => wants.hint("give one with --cert and --key"),
        Server::Proxy => wants.hint("--cert and --key are for the broker only"),
    }
}

fn no_application_protocol(server: Server) -> DialError {
    DialError::lasting(match server {
        Server::Broker => "the broker supports none of the protocols of --tls-alpn",
        Server::Proxy => "the proxy requires an application protocol (ALPN)",
    })
}
