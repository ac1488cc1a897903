//! A door that speaks TLS, for what mosquitto cannot be told to do.

use std::sync::Arc;

use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::sign::{CertifiedKey, SingleCertAndKey};
use tokio_rustls::rustls::{ALL_VERSIONS, ServerConfig};

use super::certificates::Certificate;
use super::door::{Door, relay};

/// Shows `certificate` and speaks these application protocols, with a peer behind it. Notes the version of TLS and
/// the application protocol of each connection, or why there is none.
pub fn tls_door(certificate: &Certificate, protocols: &[&str], behind: u16) -> Door {
    let chain = CertificateDer::pem_slice_iter(certificate.pem.as_bytes())
        .collect::<Result<_, _>>()
        .expect("a certificate in PEM form");
    let key = PrivateKeyDer::from_pem_slice(certificate.key.as_bytes()).expect("a key in PEM form");
    let provider = ring::default_provider();
    let key = provider.key_provider.load_private_key(key).expect("a key that can sign");
    let mut config = ServerConfig::builder_with_provider(Arc::new(provider))
        .with_protocol_versions(ALL_VERSIONS)
        .expect("versions that the provider knows")
        .with_no_client_auth()
        // Whatever there is to say against it, the client shall.
        .with_cert_resolver(Arc::new(SingleCertAndKey::from(CertifiedKey::new(chain, key))));
    config.alpn_protocols = protocols.iter().map(|protocol| protocol.as_bytes().into()).collect();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    Door::new(async move |stream, notes| match acceptor.accept(stream).await {
        Ok(stream) => {
            let session = stream.get_ref().1;
            let protocol = session.alpn_protocol().map(String::from_utf8_lossy);
            let version = session.protocol_version().expect("a version after the handshake");
            notes.add(format!("{version:?} {}", protocol.unwrap_or_default()));
            relay(stream, behind).await;
        }
        Err(error) => notes.add(error.to_string()),
    })
}
