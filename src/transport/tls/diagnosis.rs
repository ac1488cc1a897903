//! Which check failed: rustls' errors as words for a person.

mod certificate;

pub(super) use certificate::is_version_1;

use crate::transport::DialError;
use certificate::excerpt;
use std::io;
use tokio_rustls::rustls::{AlertDescription, Error};

const PLAIN: &str = "a broker without TLS is reached by mqtt:// or ws://";

/// Why the handshake failed of a client that speaks these versions.
pub(super) fn of_handshake(error: &io::Error, versions: &str) -> DialError {
    match inside(error) {
        Some(
            Error::PeerIncompatible(_) | Error::AlertReceived(AlertDescription::ProtocolVersion),
        ) => DialError::lasting(format!(
            "the broker speaks no version or cipher of TLS that we do ({versions})"
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

/// The same for what comes later, and stays an error of reading or writing: with TLS 1.3 a broker looks at our
/// certificate only when the handshake is over for us.
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
            DialError::lasting("the broker does not know the authority of our certificate")
        }
        Alert::CertificateExpired => {
            DialError::lasting("our certificate has expired, says the broker")
        }
        Alert::CertificateRevoked => {
            DialError::lasting("our certificate has been revoked, says the broker")
        }
        Alert::BadCertificate | Alert::UnsupportedCertificate | Alert::CertificateUnknown => {
            DialError::lasting("the broker does not accept our certificate")
        }
        // How TLS 1.2 says all of these.
        Alert::HandshakeFailure => DialError::lasting("the broker broke off the TLS handshake")
            .hint(
                "it may want a client certificate (--cert and --key), or know none of our ciphers",
            ),
        Alert::NoApplicationProtocol => no_application_protocol(),
        Alert::UnrecognisedName => {
            DialError::lasting("the broker has no certificate for this name")
        }
        other => DialError::new(format!("the server sent the TLS alert {other:?}")),
    }
}

fn no_application_protocol() -> DialError {
    DialError::lasting("the broker speaks none of the protocols of --tls-alpn")
}
