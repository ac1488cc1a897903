//! Verifies the broker's certificate.

use super::pin::Pins;
use super::refusal::{self, Refusal};
use super::settings::{Server, Trust, Unusable};
use super::x509::{Certificate, Fault, missing_issuer};
use super::{revocation, roots};
use std::cell::Cell;
use std::path::Path;
use std::sync::Arc;
use tokio_rustls::rustls::client::danger::{
    HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier,
};
use tokio_rustls::rustls::client::verify_server_name;
use tokio_rustls::rustls::crypto::{
    CryptoProvider, WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature,
};
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, TrustAnchor, UnixTime};
use tokio_rustls::rustls::server::ParsedCertificate;
use tokio_rustls::rustls::{CertificateError, DigitallySignedStruct, Error, SignatureScheme};
use webpki::{CertRevocationList, EndEntityCert, KeyUsage, VerifiedPath};

/// The verifier for `trust`, a file of revocation lists, and pinned keys.
pub(super) fn new(
    server: Server,
    trust: Trust<'_>,
    revoked: Option<&Path>,
    pins: Option<Pins>,
    provider: &CryptoProvider,
) -> Result<Arc<dyn ServerCertVerifier>, Unusable> {
    let algorithms = provider.signature_verification_algorithms;
    let trusted = match trust {
        Trust::Anyone => None,
        Trust::System => Some(roots::of_system(server)?),
        Trust::Authorities { file, directory } => Some(roots::of_files(file, directory)?),
    };
    let revoked = revoked.map(revocation::read).transpose()?.unwrap_or_default();
    let is_of_files = matches!(trust, Trust::Authorities { .. });
    let belief = trusted.map(|trusted| Belief { is_of_files, ..Belief::new(trusted, revoked) });
    Ok(Arc::new(Verifier { belief, pins, algorithms }))
}

/// Which certificates are trusted.
#[derive(Debug)]
struct Belief {
    /// CA certificates, and others that were named as trusted.
    trusted: Vec<CertificateDer<'static>>,
    /// Name and key of each, in the same order.
    anchors: Vec<TrustAnchor<'static>>,
    revoked: Vec<CertRevocationList<'static>>,
    /// Whether they come from files that the user named.
    is_of_files: bool,
}

impl Belief {
    /// A certificate that webpki cannot read as a CA's does not invalidate the others.
    fn new(
        mut trusted: Vec<CertificateDer<'static>>,
        revoked: Vec<CertRevocationList<'static>>,
    ) -> Self {
        let mut anchors = Vec::with_capacity(trusted.len());
        trusted.retain(|certificate| {
            let anchor = webpki::anchor_from_trusted_cert(certificate);
            anchors.extend(anchor.as_ref().ok().map(TrustAnchor::to_owned));
            anchor.is_ok()
        });
        Self { trusted, anchors, revoked, is_of_files: false }
    }

    /// Whether the certificate `shown` is trusted: signed by a CA, directly or through `others`, or named itself.
    /// Certificates made by `openssl req -x509` are their own CA, and by the rules a CA must not be a server (RFC 5280,
    /// section 4.2.1.9): naming exactly this certificate is trust enough. Revocation lists are checked first.
    fn check(
        &self,
        shown: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        now: UnixTime,
        algorithms: &WebPkiSupportedAlgorithms,
    ) -> Result<(), Error> {
        let verified = self.check_chain(shown, others, now, algorithms);
        match &verified {
            Err(_) if !self.trusted.contains(shown) => verified,
            Err(_) if self.revoked.is_empty() => Ok(()),
            // There is no chain, so no list can be consulted.
            Err(Error::InvalidCertificate(
                CertificateError::UnknownIssuer | CertificateError::Other(_),
            )) => Err(CertificateError::UnknownRevocationStatus.into()),
            _ => verified,
        }
    }

    fn check_chain(
        &self,
        shown: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        now: UnixTime,
        algorithms: &WebPkiSupportedAlgorithms,
    ) -> Result<(), Error> {
        let revoked: Vec<_> = self.revoked.iter().collect();
        // A fault in a CA certificate that would have completed the chain. webpki only reports an unknown issuer.
        let fault = Cell::new(None);
        let check_path = |path: &VerifiedPath<'_>| {
            self.check_path(path, now).map_err(|found| {
                fault.set(Some(found));
                webpki::Error::UnknownIssuer
            })
        };
        let verified = EndEntityCert::try_from(shown).and_then(|certificate| {
            let verified = certificate.verify_for_usage(
                algorithms.all,
                &self.anchors,
                others,
                now,
                KeyUsage::server_auth(),
                revocation::options(&revoked),
                Some(&check_path),
            );
            verified.map(drop)
        });
        match (verified, fault.take()) {
            (Err(webpki::Error::UnknownIssuer), Some(fault)) => {
                Err(Refusal::Authority(fault).into())
            }
            (Err(webpki::Error::UnknownIssuer), None) if self.is_of_files => {
                let others: Vec<&[u8]> = others.iter().map(AsRef::as_ref).collect();
                Err(match missing_issuer(shown, &others) {
                    Some(name) => Refusal::Issuer(name).into(),
                    None => CertificateError::UnknownIssuer.into(),
                })
            }
            (verified, _) => verified.map_err(refusal::of_chain),
        }
    }

    /// Checks what webpki does not: it regards everything in [`Self::anchors`] as a CA without expiry.
    fn check_path(&self, path: &VerifiedPath<'_>, now: UnixTime) -> Result<(), Fault> {
        let is_anchor = |anchor: &TrustAnchor<'_>| std::ptr::eq(anchor, path.anchor());
        let named = self.anchors.iter().position(is_anchor);
        let anchor = named.and_then(|index| self.trusted.get(index)).cloned();
        let between = path.intermediate_certificates().map(webpki::Cert::der);
        let mut below = 0;
        for authority in between.chain(anchor) {
            let authority = Certificate::parse(&authority).map_err(|_| Fault::Malformed)?;
            authority.check_as_authority(below, now)?;
            below += u32::from(!authority.is_self_issued);
        }
        Ok(())
    }
}

/// Proof of possession of the key is checked in every mode.
#[derive(Debug)]
struct Verifier {
    /// `None` trusts everybody, as `--insecure` asks for.
    belief: Option<Belief>,
    pins: Option<Pins>,
    algorithms: WebPkiSupportedAlgorithms,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        shown: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if let Some(belief) = &self.belief {
            let certificate =
                Certificate::parse(shown).map_err(|_| CertificateError::BadEncoding)?;
            certificate.check_as_server(now).map_err(|fault| refusal::of_server(fault, now))?;
            belief.check(shown, intermediates, now, &self.algorithms)?;
            verify_server_name(&ParsedCertificate::try_from(shown)?, name)?;
        }
        if let Some(pins) = &self.pins {
            let key = ParsedCertificate::try_from(shown)?.subject_public_key_info();
            if !pins.contain(&key) {
                return Err(Refusal::Pin.into());
            }
        }
        Ok(ServerCertVerified::assertion())
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
