//! Certificate revocation lists (RFC 5280, section 5).

use super::settings::Unusable;
use crate::os_error;
use std::fs;
use std::path::Path;
use tokio_rustls::rustls::pki_types::CertificateRevocationListDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use webpki::{
    CertRevocationList, ExpirationPolicy, OwnedCertRevocationList, RevocationOptions,
    RevocationOptionsBuilder, UnknownStatusPolicy,
};

/// All lists in a PEM file; at least one.
pub(super) fn read(path: &Path) -> Result<Vec<CertRevocationList<'static>>, Unusable> {
    let unusable = |problem: &str| Unusable::file("revocation list", path, problem);
    let bytes = fs::read(path).map_err(|error| unusable(&os_error::plain(&error)))?;
    let lists: Result<Vec<_>, _> = CertificateRevocationListDer::pem_slice_iter(&bytes).collect();
    let lists = lists.map_err(|_| unusable("it is not valid PEM"))?;
    if lists.is_empty() {
        return Err(unusable("it holds no revocation list in PEM form")
            .hint("`openssl crl -inform der -in OLD -out NEW` makes one of a list in DER form"));
    }
    lists
        .iter()
        .map(|list| OwnedCertRevocationList::from_der(list).map(Into::into))
        .collect::<Result<_, _>>()
        .map_err(|_| unusable("it is malformed, or of a kind that is not supported"))
}

/// The rules if there are `lists`: every certificate up to the trusted CA must be covered by an unexpired list.
pub(super) fn options<'a>(
    lists: &'a [&'a CertRevocationList<'a>],
) -> Option<RevocationOptions<'a>> {
    let builder = RevocationOptionsBuilder::new(lists).ok()?;
    let builder = builder.with_status_policy(UnknownStatusPolicy::Deny);
    Some(builder.with_expiration_policy(ExpirationPolicy::Enforce).build())
}
