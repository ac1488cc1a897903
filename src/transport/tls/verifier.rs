//! Whether a broker is who it says.

use super::settings::{Trust, Unusable};
use super::{diagnosis, roots};
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
    let belief = match trust {
        Trust::Anyone => Belief::Anyone,
        Trust::System => Belief::Chain(webpki(roots::of_system()?, provider)?, Vec::new()),
        Trust::Authorities { file, directory } => {
            let own = roots::of_files(file, directory)?;
            let mut anchors = RootCertStore::empty();
            for certificate in &own {
                anchors.add(certificate.clone()).map_err(|_| {
                    let path = file.unwrap_or("".as_ref());
                    Unusable::file("certificate file", path, "a certificate in it is malformed")
                })?;
            }
            Belief::Chain(webpki(anchors, provider)?, own)
        }
    };
    Ok(Arc::new(Verifier { belief, algorithms: provider.signature_verification_algorithms }))
}

fn webpki(
    roots: RootCertStore,
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<WebPkiServerVerifier>, Unusable> {
    WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider))
        .build()
        .map_err(|error| Unusable::new(error.to_string()))
}

/// Whose certificates are good.
#[derive(Debug)]
enum Belief {
    /// Those that an authority has signed, and these, which were named as authorities themselves.
    Chain(Arc<WebPkiServerVerifier>, Vec<CertificateDer<'static>>),
    /// All, as `--insecure` asks for.
    Anyone,
}

/// Whatever is believed: that who shows a certificate has its key is always checked.
#[derive(Debug)]
struct Verifier {
    belief: Belief,
    algorithms: WebPkiSupportedAlgorithms,
}

/// What `openssl req -x509` makes is its own authority, and a broker that shows it is refused by the rules, for
/// an authority must not be a broker (RFC 5280, section 4.2.1.9). Naming just this certificate is trust enough.
/// webpki looks at its dates before it looks at that.
fn is_own(error: &Error, shown: &CertificateDer<'_>, own: &[CertificateDer<'_>]) -> bool {
    let is_authority = match error {
        Error::InvalidCertificate(problem) => diagnosis::is_authority(problem),
        _ => false,
    };
    is_authority && own.contains(shown)
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        shown: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let Belief::Chain(chain, own) = &self.belief else {
            return Ok(ServerCertVerified::assertion());
        };
        match chain.verify_server_cert(shown, intermediates, name, ocsp_response, now) {
            Err(error) if is_own(&error, shown, own) => {
                verify_server_name(&ParsedCertificate::try_from(shown)?, name)?;
                Ok(ServerCertVerified::assertion())
            }
            verified => verified,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signed, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signed, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}
