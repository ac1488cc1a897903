//! Turns errors of rustls into readable ones.

mod certificate;

pub(super) use certificate::is_version_1;

use crate::transport::DialError;
use certificate::excerpt;
use std::io;
use tokio_rustls::rustls::{AlertDescription, Error};

const PLAIN: &str = "a broker without TLS is reached by mqtt:// or ws://";

/// Why the handshake of a client with these TLS versions failed.
pub(super) fn of_handshake(error: &io::Error, versions: &str) -> DialError {
    match inside(error) {
        Some(
            Error::PeerIncompatible(_) | Error::AlertReceived(AlertDescription::ProtocolVersion),
        ) => DialError::lasting(format!(
            "the broker supports none of our TLS versions and ciphers ({versions})"
        )),
        Some(error) => explain(error),
        None if error.kind() == io::ErrorKind::UnexpectedEof
            || error.kind() == io::ErrorKind::ConnectionReset =>
        {
            DialError::new("the server closed the connection during the TLS handshake").hint(PLAIN)
        }
        None => DialError::new(crate::os_error::plain(error)),
    }
}

/// The same for later errors, which remain I/O errors: with TLS 1.3 a broker checks our certificate only after our
/// handshake is complete.
pub(super) fn of_connection(error: io::Error) -> io::Error {
    match inside(&error) {
        Some(cause) => io::Error::new(error.kind(), explain(cause)),
        None => error,
    }
}

fn inside(error: &io::Error) -> Option<&Error> {
    error.get_ref()?.downcast_ref()
}

fn explain(error: &Error) -> DialError {
    match error {
        Error::InvalidCertificate(problem) => certificate::explain(problem),
        Error::AlertReceived(alert) => of_alert(*alert),
        Error::InvalidMessage(_) => DialError::new("the server does not speak TLS").hint(PLAIN),
        Error::NoApplicationProtocol => no_application_protocol(),
        other => DialError::new(format!("TLS failed: {}", excerpt(&other.to_string()))),
    }
}

fn of_alert(alert: AlertDescription) -> DialError {
    use AlertDescription as Alert;
    match alert {
        Alert::CertificateRequired => DialError::lasting("the broker wants a client certificate")
            .hint("give one with --cert and --key"),
        Alert::UnknownCA => {
            DialError::lasting("the broker does not know the CA of our certificate")
        }
        Alert::CertificateExpired => {
            DialError::lasting("the broker says that our certificate has expired")
        }
        Alert::CertificateRevoked => {
            DialError::lasting("the broker says that our certificate has been revoked")
        }
        Alert::BadCertificate | Alert::UnsupportedCertificate | Alert::CertificateUnknown => {
            DialError::lasting("the broker does not accept our certificate")
        }
        // The alert for all of these in TLS 1.2.
        Alert::HandshakeFailure => DialError::lasting("the broker aborted the TLS handshake").hint(
            "it may want a client certificate (--cert and --key), or support none of our ciphers",
        ),
        Alert::NoApplicationProtocol => no_application_protocol(),
        Alert::UnrecognisedName => {
            DialError::lasting("the broker has no certificate for this name")
        }
        other => DialError::new(format!("the server sent the TLS alert {other:?}")),
    }
}

fn no_application_protocol() -> DialError {
    DialError::lasting("the broker supports none of the protocols of --tls-alpn")
}
