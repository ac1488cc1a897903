//! Why a broker's certificate is refused, as an error of rustls: with its own variants, which determine the alert to
//! the broker, or with ours if it has none.

use super::x509::Fault;
use std::fmt;
use std::sync::Arc;
use tokio_rustls::rustls::pki_types::UnixTime;
use tokio_rustls::rustls::{CertificateError, Error, OtherError};

/// Reasons without a variant in rustls.
#[derive(Debug)]
pub(super) enum Refusal {
    /// A CA certificate in the chain is unsuitable.
    Authority(Fault),
    /// The certificate of this CA is neither trusted nor sent by the broker.
    Issuer(String),
    /// The key is not one of the pinned keys.
    Pin,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

impl std::error::Error for Refusal {}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        CertificateError::Other(OtherError(Arc::new(refusal))).into()
    }
}

/// A certificate that does not allow use by a server.
pub(super) fn of_server(fault: Fault, now: UnixTime) -> Error {
    let problem = match fault {
        Fault::Expired(not_after) => CertificateError::ExpiredContext { time: now, not_after },
        Fault::NotYetValid(not_before) => {
            CertificateError::NotValidYetContext { time: now, not_before }
        }
        _ => CertificateError::InvalidPurpose,
    };
    problem.into()
}

/// A chain that does not lead to a trusted CA, although the server's own certificate is fine.
pub(super) fn of_chain(error: webpki::Error) -> Error {
    let problem = match error {
        webpki::Error::CertExpired { not_after, .. } => {
            return Refusal::Authority(Fault::Expired(not_after)).into();
        }
        webpki::Error::CertNotValidYet { not_before, .. } => {
            return Refusal::Authority(Fault::NotYetValid(not_before)).into();
        }
        webpki::Error::EndEntityUsedAsCa => {
            return Refusal::Authority(Fault::NotAnAuthority).into();
        }
        webpki::Error::PathLenConstraintViolated => {
            return Refusal::Authority(Fault::PathTooLong).into();
        }
        webpki::Error::RequiredEkuNotFoundContext(_) => {
            return Refusal::Authority(Fault::Purpose).into();
        }
        webpki::Error::UnknownIssuer => CertificateError::UnknownIssuer,
        webpki::Error::InvalidSignatureForPublicKey => CertificateError::BadSignature,
        webpki::Error::CertRevoked => CertificateError::Revoked,
        webpki::Error::UnknownRevocationStatus => CertificateError::UnknownRevocationStatus,
        webpki::Error::CrlExpired { time, next_update } => {
            CertificateError::ExpiredRevocationListContext { time, next_update }
        }
        other => CertificateError::Other(OtherError(Arc::new(other))),
    };
    problem.into()
}
