//! What is wrong with a broker's certificate, or with what is above it.

use crate::transport::DialError;
use crate::transport::tls::refusal::Refusal;
use crate::transport::tls::x509::Fault;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::fmt;
use tokio_rustls::rustls::CertificateError;
use tokio_rustls::rustls::pki_types::UnixTime;

/// How many names of a certificate are told.
const MOST_NAMES: usize = 5;

/// How much of a stranger's words is told in a line, in bytes.
const LONGEST_EXCERPT: usize = 1000;

/// Whether a certificate is of X.509's first version, which has no names to check.
pub fn is_version_1(problem: &CertificateError) -> bool {
    matches!(other(problem), Some(webpki::Error::UnsupportedCertVersion))
}

/// What rustls has no name for, if it is of this kind.
fn other<T: std::error::Error + 'static>(problem: &CertificateError) -> Option<&T> {
    match problem {
        CertificateError::Other(other) => other.0.downcast_ref(),
        _ => None,
    }
}

pub fn explain(problem: &CertificateError) -> DialError {
    if let Some(refusal) = other(problem) {
        return of_refusal(refusal);
    }
    if let Some(error) = other(problem) {
        return of_webpki(error);
    }
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
        CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => {
            DialError::lasting("certificate is not meant for a server")
        }
        CertificateError::BadEncoding => DialError::lasting("certificate is malformed"),
        CertificateError::Revoked => DialError::lasting("certificate has been revoked"),
        CertificateError::UnknownRevocationStatus => {
            DialError::lasting("no list of --crl says whether the certificate has been revoked")
                .hint("--crl takes one file with the lists of all authorities that it depends on")
        }
        CertificateError::ExpiredRevocationListContext { next_update, .. } => DialError::lasting(
            format!("the revocation list of --crl has expired ({})", date(next_update)),
        )
        .hint("get the authority's newest list"),
        CertificateError::BadSignature => {
            DialError::lasting("certificate was not signed by the authority it names")
        }
        other => unacceptable(other),
    }
}

fn unacceptable(problem: &dyn fmt::Display) -> DialError {
    let problem = excerpt(&problem.to_string());
    DialError::lasting(format!("certificate cannot be accepted: {problem}"))
}

fn of_refusal(refusal: &Refusal) -> DialError {
    let fault = match refusal {
        Refusal::Pin => {
            return DialError::lasting("the key of the broker's certificate is none of --pin")
                .hint("a new key's pin is learned from whoever runs the broker, not from here");
        }
        Refusal::Issuer(name) => {
            let name = excerpt(name);
            return DialError::lasting("certificate issued by an unknown authority").hint(format!(
                "its issuer is \"{name}\", whose certificate neither --ca has nor the broker sends"
            ));
        }
        Refusal::Authority(fault) => fault,
    };
    let of_authority =
        |words: &str| DialError::lasting(format!("the authority's certificate {words}"));
    let newer = "name a file with its current certificate: --ca FILE";
    match fault {
        Fault::Expired(time) => of_authority(&format!("has expired ({})", date(time))).hint(newer),
        Fault::NotYetValid(time) => of_authority(&format!("is not valid before {}", date(time)))
            .hint("the clock of this machine may be wrong"),
        Fault::NotAnAuthority => {
            DialError::lasting("certificate is signed by one that is not an authority's (CA:FALSE)")
                .hint(
                    "--ca takes an authority's certificate, or the very one that the broker shows",
                )
        }
        Fault::PathTooLong => of_authority("allows fewer authorities below it (pathlen)"),
        Fault::KeyUsage => of_authority("must not sign others (its key usage has no keyCertSign)"),
        Fault::Purpose => of_authority("is not meant for servers"),
        Fault::UnknownExtension => of_authority("has a critical extension that is not understood"),
        Fault::Malformed => of_authority("is malformed"),
    }
}

fn of_webpki(error: &webpki::Error) -> DialError {
    use webpki::Error;
    match error {
        Error::CaUsedAsEndEntity => {
            DialError::lasting("certificate is an authority's own, and is not trusted itself")
                .hint("name the file with this very certificate: --ca FILE")
        }
        Error::UnsupportedCertVersion => {
            DialError::lasting("certificate is of X.509 version 1, which cannot name a host")
                .hint("sign it anew with a subjectAltName, as version 3")
        }
        Error::NameConstraintViolation => {
            DialError::lasting("the authority must not sign certificates for this name")
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
            DialError::lasting("the revocation list of --crl was not signed by the authority")
        }
        other => unacceptable(other),
    }
}

/// `presented` is how rustls writes names: `DnsName("a.example")`, `IpAddress(127.0.0.1)`. None of them goes into a hint:
/// an impostor has a good certificate for some name, too.
fn wrong_name(wanted: &str, presented: &[String]) -> DialError {
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
            "certificate names no host, and {wanted} is wanted (it has no subject alternative name)"
        )),
        names => DialError::lasting(format!("certificate is for {names}{more}, not for {wanted}"))
            .hint("if you know that your broker has another name: --tls-server-name NAME"),
    }
}

/// As much of a stranger's words as a line may have.
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
