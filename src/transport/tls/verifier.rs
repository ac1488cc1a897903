//! Whether a broker is who it says.

use super::{Trust, Unusable, diagnosis, roots};
use std::sync::Arc;
use tokio_rustls::rustls::client::WebPkiServerVerifier;
use tokio_rustls::rustls::client::danger::{
    HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier,
};
use tokio_rustls::rustls::client::verify_server_name;
use tokio_rustls::rustls::crypto::{
    CryptoProvider, WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature,
};
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_rustls::rustls::server::ParsedCertificate;
use tokio_rustls::rustls::{DigitallySignedStruct, Error, RootCertStore, SignatureScheme};

/// What decides for `trust`.
pub(super) fn new(
    trust: Trust<'_>,
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<dyn ServerCertVerifier>, Unusable> {
    let (file, directory) = match trust {
        Trust::Anyone => {
            return Ok(Arc::new(Anyone(provider.signature_verification_algorithms)));
        }
        Trust::System => {
            return Ok(Arc::new(Chain {
                inner: webpki(roots::of_system()?, provider)?,
                own: Vec::new(),
            }));
        }
        Trust::Authorities { file, directory } => (file, directory),
    };
    let own = roots::of_files(file, directory)?;
    let mut anchors = RootCertStore::empty();
    for certificate in &own {
        anchors.add(certificate.clone()).map_err(|_| {
            let path = file.unwrap_or("".as_ref());
            Unusable::file("certificate file", path, "a certificate in it is malformed")
        })?;
    }
    Ok(Arc::new(Chain { inner: webpki(anchors, provider)?, own }))
}

fn webpki(
    roots: RootCertStore,
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<WebPkiServerVerifier>, Unusable> {
    WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider))
        .build()
        .map_err(|error| Unusable::new(error.to_string()))
}

/// Believes what an authority has signed, and a certificate that was itself named as one.
#[derive(Debug)]
struct Chain {
    inner: Arc<WebPkiServerVerifier>,
    own: Vec<CertificateDer<'static>>,
}

impl Chain {
    /// What `openssl req -x509` makes is its own authority, and a broker that shows it is refused by the rules, for
    /// an authority must not be a broker (RFC 5280, section 4.2.1.9). Naming just this certificate is trust enough.
    /// webpki looks at its dates before it looks at that.
    fn is_own(&self, error: &Error, shown: &CertificateDer<'_>) -> bool {
        let is_authority = match error {
            Error::InvalidCertificate(problem) => diagnosis::is_authority(problem),
            _ => false,
        };
        is_authority && self.own.contains(shown)
    }
}

impl ServerCertVerifier for Chain {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let verified = self.inner.verify_server_cert(
            end_entity,
            intermediates,
            server_name,
            ocsp_response,
            now,
        );
        match verified {
            Err(error) if self.is_own(&error, end_entity) => {
                verify_server_name(&ParsedCertificate::try_from(end_entity)?, server_name)?;
                Ok(ServerCertVerified::assertion())
            }
            other => other,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.inner.verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.inner.verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.inner.supported_verify_schemes()
    }
}

/// Believes everybody, as `--insecure` asks for: only that who shows a certificate has its key is still checked.
#[derive(Debug)]
struct Anyone(WebPkiSupportedAlgorithms);

impl ServerCertVerifier for Anyone {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signed, &self.0)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signed, &self.0)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_schemes()
    }
}
