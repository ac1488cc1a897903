//! The client certificate and its key.

use super::settings::{Identity, Unusable};
use super::{diagnosis, roots};
use crate::os_error;
use crate::secret::Secret;
use data_encoding::BASE64;
use memchr::memmem;
use pkcs8::{EncryptedPrivateKeyInfoRef, pkcs5};
use std::fs;
use std::path::Path;
use std::sync::Arc;
use tokio_rustls::rustls::client::WantsClientCert;
use tokio_rustls::rustls::pki_types::pem::{self, PemObject};
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::rustls::sign::{CertifiedKey, SingleCertAndKey};
use tokio_rustls::rustls::{ClientConfig, ConfigBuilder, Error, InconsistentKeys};
use zeroize::Zeroizing;

/// The PEM marker of an encrypted PKCS#8 key (RFC 7468, section 11).
const BEGIN: &[u8] = b"-----BEGIN ENCRYPTED PRIVATE KEY-----";
const END: &[u8] = b"-----END ENCRYPTED PRIVATE KEY-----";

/// The marker of a key encrypted as in OpenSSL before PKCS#8 (RFC 1421).
const OLD_WAY: &[u8] = b"Proc-Type: 4,ENCRYPTED";

const NO_PEM: &str = "it is not valid PEM";

/// How to convert a key with an unsupported encryption.
const CONVERT: &str =
    "`openssl pkcs8 -topk8 -in OLD -out NEW` encrypts it in a way that can be read";

/// Adds the client certificate to the configuration.
pub(super) fn add(
    builder: ConfigBuilder<ClientConfig, WantsClientCert>,
    identity: Identity<'_>,
) -> Result<ClientConfig, Unusable> {
    let chain = roots::read(identity.certificate)?;
    let path = identity.key.unwrap_or(identity.certificate);
    let key = read_key(path, identity.password.as_ref())?;
    let key = builder
        .crypto_provider()
        .key_provider
        .load_private_key(key)
        .map_err(|_| unusable(path, "it is malformed, or of a kind that is not supported"))?;
    let own = CertifiedKey::new(chain, key);
    let mismatch = || {
        let certificate = identity.certificate.display();
        Err(unusable(path, format!("it is not the key of {certificate}")))
    };
    match own.keys_match() {
        Err(Error::InconsistentKeys(InconsistentKeys::KeyMismatch)) => mismatch(),
        // `openssl x509 -req` makes these without extensions. The broker judges the certificate; here only the key is
        // compared.
        Err(Error::InvalidCertificate(problem)) if diagnosis::is_version_1(&problem) => {
            match is_in(&own) {
                false => mismatch(),
                true => {
                    Ok(builder.with_client_cert_resolver(Arc::new(SingleCertAndKey::from(own))))
                }
            }
        }
        Err(Error::InvalidCertificate(_)) => {
            let problem = "its first certificate is malformed";
            Err(Unusable::file("certificate file", identity.certificate, problem))
        }
        _ => Ok(builder.with_client_cert_resolver(Arc::new(SingleCertAndKey::from(own)))),
    }
}

/// Whether the certificate contains the public key of this private key, in the form that every certificate uses.
fn is_in(own: &CertifiedKey) -> bool {
    let certificate = own.cert.first().map_or(&[][..], |certificate| certificate.as_ref());
    let public = own.key.public_key();
    public.is_none_or(|public| memmem::find(certificate, public.as_ref()).is_some())
}

fn unusable(path: &Path, problem: impl Into<String>) -> Unusable {
    Unusable::file("private key", path, problem.into())
}

fn read_key(path: &Path, password: Option<&Secret>) -> Result<PrivateKeyDer<'static>, Unusable> {
    let text = fs::read(path).map_err(|error| unusable(path, os_error::plain(&error)))?;
    let text = Zeroizing::new(text);
    if memmem::find(&text, OLD_WAY).is_some() {
        return Err(unusable(path, "it is not encrypted as PKCS#8").hint(CONVERT));
    }
    match (encrypted(&text), password) {
        (Some(key), Some(password)) => decrypt(path, key, password),
        (Some(_), None) => Err(unusable(path, "it is encrypted")
            .hint("name a file that holds its password: --key-password-file")),
        (None, Some(_)) => Err(unusable(path, "it is not encrypted, but has a password")),
        (None, None) => PrivateKeyDer::from_pem_slice(&text).map_err(|error| match error {
            _ if let Some(hint) = roots::conversion(&text, "pkey") => {
                unusable(path, "it is not in PEM form").hint(hint)
            }
            pem::Error::NoItemsFound => unusable(path, "it holds no key in PEM form"),
            _ => unusable(path, NO_PEM),
        }),
    }
}

/// The encrypted key in a PEM file, if there is one.
fn encrypted(text: &[u8]) -> Option<&[u8]> {
    let start = memmem::find(text, BEGIN)? + BEGIN.len();
    let rest = text.get(start..)?;
    rest.get(..memmem::find(rest, END)?)
}

fn decrypt(
    path: &Path,
    text: &[u8],
    password: &Secret,
) -> Result<PrivateKeyDer<'static>, Unusable> {
    let unknown = || unusable(path, "it is encrypted in an unknown way").hint(CONVERT);
    let text: Vec<u8> = text.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let der = BASE64.decode(&text).map_err(|_| unusable(path, NO_PEM))?;
    let key = EncryptedPrivateKeyInfoRef::try_from(der.as_slice()).map_err(|_| unknown())?;
    let key = key.decrypt(password.expose()).map_err(|error| match error {
        pkcs8::Error::EncryptedPrivateKey(
            pkcs5::Error::UnsupportedAlgorithm { .. }
            | pkcs5::Error::AlgorithmParametersInvalid { .. }
            | pkcs5::Error::NoPbes1CryptSupport,
        ) => unknown(),
        // A wrong password turns the key into noise, which fails in one way or another.
        _ => unusable(path, "the password is wrong"),
    })?;
    Ok(PrivatePkcs8KeyDer::from(key.as_bytes().to_vec()).into())
}
