//! Which check failed: rustls' errors as words for a person.

use crate::transport::DialError;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::io;
use tokio_rustls::rustls::pki_types::UnixTime;
use tokio_rustls::rustls::{AlertDescription, CertificateError, Error};

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
            DialError::new("the other side closed the connection during the TLS handshake")
                .hint(PLAIN)
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
        Error::InvalidCertificate(problem) => of_certificate(problem),
        Error::AlertReceived(alert) => of_alert(*alert),
        Error::InvalidMessage(_) => DialError::new("the other side does not speak TLS").hint(PLAIN),
        Error::NoApplicationProtocol => no_application_protocol(),
        other => DialError::new(format!("TLS failed: {other}")),
    }
}

/// Whether a broker shows the certificate of an authority as its own.
pub(super) fn is_authority(problem: &CertificateError) -> bool {
    matches!(of_webpki(problem), Some(webpki::Error::CaUsedAsEndEntity))
}

/// Whether a certificate is of X.509's first version, which has no names to check.
pub(super) fn is_version_1(problem: &CertificateError) -> bool {
    matches!(of_webpki(problem), Some(webpki::Error::UnsupportedCertVersion))
}

fn of_webpki(problem: &CertificateError) -> Option<&webpki::Error> {
    match problem {
        CertificateError::Other(other) => other.0.downcast_ref(),
        _ => None,
    }
}

fn of_certificate(problem: &CertificateError) -> DialError {
    match problem {
        CertificateError::UnknownIssuer => {
            DialError::lasting("certificate issued by an unknown authority")
                .hint("name the file with the authority's certificate: --ca FILE")
        }
        CertificateError::ExpiredContext { not_after, .. } => {
            DialError::lasting(format!("certificate has expired ({})", date(not_after)))
        }
        CertificateError::NotValidYetContext { not_before, .. } => {
            DialError::lasting(format!("certificate is not valid before {}", date(not_before)))
        }
        CertificateError::NotValidForNameContext { expected, presented } => {
            wrong_name(&expected.to_str(), presented)
        }
        problem if is_authority(problem) => {
            DialError::lasting("certificate is an authority's own, and is not trusted itself")
                .hint("name the file with this very certificate: --ca FILE")
        }
        problem if is_version_1(problem) => {
            DialError::lasting("certificate is of X.509 version 1, which cannot name a host")
                .hint("sign it anew with a subjectAltName, as version 3")
        }
        CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => {
            DialError::lasting("certificate is not meant for a server")
        }
        CertificateError::BadEncoding => DialError::lasting("certificate is malformed"),
        CertificateError::Revoked => DialError::lasting("certificate has been revoked"),
        CertificateError::BadSignature => {
            DialError::lasting("certificate was not signed by the authority it names")
        }
        other => DialError::lasting(format!("certificate cannot be accepted: {other}")),
    }
}

/// `presented` is how rustls writes names: `DnsName("a.example")`, `IpAddress(127.0.0.1)`.
fn wrong_name(wanted: &str, presented: &[String]) -> DialError {
    let names: Vec<&str> = presented
        .iter()
        .map(|name| name.split_once('(').map_or(name.as_str(), |(_, name)| name))
        .map(|name| name.trim_end_matches(')').trim_matches('"'))
        .collect();
    match names.as_slice() {
        [] => DialError::lasting(format!(
            "certificate names no host, and {wanted} is wanted (it has no subject alternative name)"
        )),
        [first, ..] => {
            let hint = format!("--tls-server-name {first} would accept it");
            DialError::lasting(format!("certificate is for {}, not for {wanted}", names.join(", ")))
                .hint(hint)
        }
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
        other => DialError::new(format!("the other side sent the TLS alert {other:?}")),
    }
}

fn no_application_protocol() -> DialError {
    DialError::lasting("the broker speaks none of the protocols of --tls-alpn")
}

fn date(time: &UnixTime) -> String {
    let time =
        i64::try_from(time.as_secs()).ok().and_then(|secs| Timestamp::from_second(secs).ok());
    time.map_or_else(String::new, |time| time.to_zoned_datetime(TimeZone::UTC).date().to_string())
}
