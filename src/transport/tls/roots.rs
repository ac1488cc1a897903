//! CA certificates: those of the system, or from files.

use super::settings::{Server, Unusable};
use crate::os_error;
use std::fs;
use std::path::Path;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;

/// The system's CA certificates, as OpenSSL finds them (`SSL_CERT_FILE` and `SSL_CERT_DIR` apply).
pub(super) fn of_system(server: Server) -> Result<Vec<CertificateDer<'static>>, Unusable> {
    let mut roots = rustls_native_certs::load_native_certs().certs;
    // A malformed certificate does not invalidate the others.
    roots.retain(|root| webpki::anchor_from_trusted_cert(root).is_ok());
    if roots.is_empty() {
        let (noun, ca) = (server.noun(), server.ca());
        return Err(Unusable::new("this system has no trusted CA certificates")
            .hint(format!("name the {noun}'s with {ca}, or install ca-certificates")));
    }
    Ok(roots)
}

/// The certificates in a file and a directory; at least one.
pub(super) fn of_files(
    file: Option<&Path>,
    directory: Option<&Path>,
) -> Result<Vec<CertificateDer<'static>>, Unusable> {
    let mut found = file.map(of_file).transpose()?.unwrap_or_default();
    if let Some(directory) = directory {
        found.extend(of_directory(directory)?);
    }
    Ok(found)
}

fn of_file(path: &Path) -> Result<Vec<CertificateDer<'static>>, Unusable> {
    let found = read(path)?;
    match found.iter().all(|certificate| webpki::anchor_from_trusted_cert(certificate).is_ok()) {
        true => Ok(found),
        false => Err(Unusable::file("certificate file", path, "a certificate in it is malformed")),
    }
}

/// The certificates in a PEM file; at least one.
pub(super) fn read(path: &Path) -> Result<Vec<CertificateDer<'static>>, Unusable> {
    let bytes = fs::read(path)
        .map_err(|error| Unusable::file("certificate file", path, os_error::plain(&error)))?;
    let unusable = |problem: &str| Unusable::file("certificate file", path, problem);
    match (parse(&bytes), conversion(&bytes, "x509")) {
        (Ok(found), _) if !found.is_empty() => Ok(found),
        (_, Some(hint)) => Err(unusable("it is not in PEM form").hint(hint)),
        (Err(_), None) => Err(unusable("it is not valid PEM")),
        (Ok(_), None) => Err(unusable("it holds no certificate in PEM form")),
    }
}

/// How to convert a DER or PKCS #12 file to PEM with openssl.
pub(super) fn conversion(bytes: &[u8], command: &str) -> Option<String> {
    const SEQUENCE: u8 = 0x30;
    // The start of PKCS #12: version 3 [RFC 7292, 4].
    const VERSION_3: [u8; 3] = [2, 1, 3];
    if bytes.first() != Some(&SEQUENCE) {
        return None;
    }
    let is_pkcs12 = bytes.get(2..8)?.windows(3).any(|window| window == VERSION_3);
    Some(match is_pkcs12 {
        true => "openssl pkcs12 -nodes -in OLD -out NEW makes PEM of it".to_owned(),
        false => format!("openssl {command} -inform DER -in OLD -out NEW makes PEM of it"),
    })
}

/// The certificates in a directory in OpenSSL's layout (`openssl rehash`). Other files there, such as revocation lists,
/// are ignored.
fn of_directory(directory: &Path) -> Result<Vec<CertificateDer<'static>>, Unusable> {
    let unusable =
        |problem: &dyn std::fmt::Display| Unusable::file("directory", directory, problem);
    let entries = fs::read_dir(directory).map_err(|error| unusable(&os_error::plain(&error)))?;
    let mut found = Vec::new();
    for entry in entries.flatten() {
        if let Ok(bytes) = fs::read(entry.path()) {
            found.extend(parse(&bytes).unwrap_or_default());
        }
    }
    // Each certificate is found twice, under its own name and its hash.
    found.sort_by(|one, other| one.as_ref().cmp(other.as_ref()));
    found.dedup();
    found.retain(|certificate| webpki::anchor_from_trusted_cert(certificate).is_ok());
    if found.is_empty() {
        return Err(unusable(&"no file in it holds a certificate in PEM form"));
    }
    Ok(found)
}

fn parse(
    bytes: &[u8],
) -> Result<Vec<CertificateDer<'static>>, tokio_rustls::rustls::pki_types::pem::Error> {
    CertificateDer::pem_slice_iter(bytes).collect()
}
