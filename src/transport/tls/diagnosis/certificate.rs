//! What is wrong with a broker's certificate, or with its issuers.

use crate::transport::DialError;
use crate::transport::tls::refusal::Refusal;
use crate::transport::tls::settings::Server;
use crate::transport::tls::x509::Fault;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::fmt;
use tokio_rustls::rustls::CertificateError;
use tokio_rustls::rustls::pki_types::UnixTime;

/// Most names of a certificate to list.
const MOST_NAMES: usize = 5;

/// Most bytes of untrusted text in a line.
const LONGEST_EXCERPT: usize = 1000;

/// Whether a certificate is X.509 version 1, which has no names to check.
pub fn is_version_1(problem: &CertificateError) -> bool {
    matches!(other(problem), Some(webpki::Error::UnsupportedCertVersion))
}

/// Our own error inside of rustls's, if it has this type.
fn other<T: std::error::Error + 'static>(problem: &CertificateError) -> Option<&T> {
    match problem {
        CertificateError::Other(other) => other.0.downcast_ref(),
        _ => None,
    }
}

pub fn explain(problem: &CertificateError, server: Server) -> DialError {
    if let Some(refusal) = other(problem) {
        return of_refusal(refusal, server);
    }
    if let Some(error) = other(problem) {
        return of_webpki(error, server);
    }
    match problem {
        CertificateError::UnknownIssuer => {
            DialError::lasting("certificate issued by an unknown CA")
                .hint(format!("give the CA certificate with {} FILE", server.ca()))
        }
        CertificateError::ExpiredContext { not_after, .. } => {
            DialError::lasting(format!("certificate has expired ({})", date(not_after)))
        }
        CertificateError::NotValidYetContext { not_before, .. } => {
            DialError::lasting(format!("certificate is not valid before {}", date(not_before)))
        }
        CertificateError::NotValidForNameContext { expected, presented } => {
            wrong_name(&expected.to_str(), presented, server)
        }
        CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => {
            DialError::lasting("certificate is not meant for a server")
        }
        CertificateError::BadEncoding => DialError::lasting("certificate is malformed"),
        CertificateError::Revoked => DialError::lasting("certificate has been revoked"),
        CertificateError::UnknownRevocationStatus => {
            DialError::lasting("no revocation list in --crl covers the certificate")
                .hint("--crl takes one file with the lists of all CAs that it depends on")
        }
        CertificateError::ExpiredRevocationListContext { next_update, .. } => DialError::lasting(
            format!("the revocation list of --crl has expired ({})", date(next_update)),
        )
        .hint("get the CA's newest list"),
        CertificateError::BadSignature => {
            DialError::lasting("certificate was not signed by the CA it names")
        }
        other => unacceptable(other),
    }
}

fn unacceptable(problem: &dyn fmt::Display) -> DialError {
    let problem = excerpt(&problem.to_string());
    DialError::lasting(format!("certificate cannot be accepted: {problem}"))
}

fn of_refusal(refusal: &Refusal, server: Server) -> DialError {
    let (noun, ca) = (server.noun(), server.ca());
    let fault = match refusal {
        Refusal::Pin => {
            return DialError::lasting("the key of the broker's certificate does not match --pin")
                .hint("get the pin of a new key from whoever runs the broker");
        }
        Refusal::Issuer(name) => {
            let name = excerpt(name);
            return DialError::lasting("certificate issued by an unknown CA").hint(format!(
                "its issuer is \"{name}\", whose certificate is neither in {ca} nor sent by the {noun}"
            ));
        }
        Refusal::Authority(fault) => fault,
    };
    let of_authority = |words: &str| DialError::lasting(format!("the CA certificate {words}"));
    let newer = format!("give its current certificate with {ca} FILE");
    match fault {
        Fault::Expired(time) => of_authority(&format!("has expired ({})", date(time))).hint(newer),
        Fault::NotYetValid(time) => of_authority(&format!("is not valid before {}", date(time)))
            .hint("the clock of this machine may be wrong"),
        Fault::NotAnAuthority => {
            DialError::lasting("certificate was signed by one that is not a CA's (CA:FALSE)")
                .hint(format!("{ca} takes a CA certificate, or the very one that the {noun} sends"))
        }
        Fault::PathTooLong => of_authority("allows fewer CAs below it (pathlen)"),
        Fault::KeyUsage => of_authority("must not sign others (its key usage has no keyCertSign)"),
        Fault::Purpose => of_authority("is not meant for servers"),
        Fault::UnknownExtension => of_authority("has a critical extension that is not understood"),
        Fault::Malformed => of_authority("is malformed"),
    }
}

fn of_webpki(error: &webpki::Error, server: Server) -> DialError {
    use webpki::Error;
    match error {
        Error::CaUsedAsEndEntity => {
            DialError::lasting("certificate is a CA's, and is not trusted itself")
                .hint(format!("give this very certificate with {} FILE", server.ca()))
        }
        Error::UnsupportedCertVersion => {
            DialError::lasting("certificate is of X.509 version 1, which cannot name a host")
                .hint("sign it anew with a subjectAltName, as version 3")
        }
        Error::NameConstraintViolation => {
            DialError::lasting("the CA must not sign certificates for this name")
        }
        Error::UnsupportedCriticalExtension => {
            DialError::lasting("certificate has a critical extension that is not understood")
        }
        Error::UnsupportedSignatureAlgorithmContext(_)
        | Error::UnsupportedSignatureAlgorithmForPublicKeyContext(_) => {
            DialError::lasting("certificate is signed by an algorithm that is not accepted")
                .hint("SHA-1 and MD5 are not: sign it anew, with SHA-256")
        }
        Error::InvalidCrlSignatureForPublicKey | Error::IssuerNotCrlSigner => {
            DialError::lasting("the revocation list of --crl was not signed by the CA")
        }
        other => unacceptable(other),
    }
}

/// `presented` contains names as rustls writes them: `DnsName("a.example")`, `IpAddress(127.0.0.1)`. None is suggested
/// in the hint: an impostor has a good certificate for some name, too.
fn wrong_name(wanted: &str, presented: &[String], server: Server) -> DialError {
    let names: Vec<String> = presented
        .iter()
        .take(MOST_NAMES)
        .map(|name| name.split_once('(').map_or(name.as_str(), |(_, name)| name))
        .map(|name| name.trim_end_matches(')').trim_matches('"'))
        .map(|name| beginning(name, LONGEST_EXCERPT / MOST_NAMES))
        .collect();
    let more = match presented.len() - names.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    match names.join(", ") {
        names if names.is_empty() => DialError::lasting(format!(
            "certificate names no host, but {wanted} is expected (it has no subject alternative name)"
        )),
        names => {
            let words = format!("certificate is for {names}{more}, not for {wanted}");
            match server {
                Server::Broker => DialError::lasting(words)
                    .hint("if your broker really has another name: --tls-server-name NAME"),
                Server::Proxy => DialError::lasting(words),
            }
        }
    }
}

/// Shortens untrusted text for a line.
pub fn excerpt(words: &str) -> String {
    beginning(words, LONGEST_EXCERPT)
}

fn beginning(words: &str, longest: usize) -> String {
    const ELLIPSIS: char = '\u{2026}';
    if words.len() <= longest {
        return words.to_owned();
    }
    let ends = (0..=longest - ELLIPSIS.len_utf8()).rev();
    let beginning = ends.filter_map(|end| words.get(..end)).next().unwrap_or_default();
    format!("{beginning}{ELLIPSIS}")
}

fn date(time: &UnixTime) -> String {
    let time =
        i64::try_from(time.as_secs()).ok().and_then(|secs| Timestamp::from_second(secs).ok());
    time.map_or_else(String::new, |time| time.to_zoned(TimeZone::UTC).date().to_string())
}
