//! TLS for the peer: an authority of its own, and what it signed for 127.0.0.1.

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use rustls::ServerConfig;
use rustls::crypto::CryptoProvider;
use rustls::crypto::ring::{cipher_suite, default_provider};
use rustls::pki_types::PrivateKeyDer;

use anyhow::{Context, Error, Result};

/// Good until the end of the run.
pub struct Identity {
    /// For the peer.
    pub config: Arc<ServerConfig>,
    /// The certificate of the authority, for the clients.
    pub authority: String,
}

impl Identity {
    pub fn new() -> Result<Self> {
        let key = KeyPair::generate().context("cannot make a key")?;
        let mut params = named("authority", Vec::new())?;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let authority = params.self_signed(&key).context("cannot make an authority")?.pem();
        let issuer = Issuer::new(params, key);
        let key = KeyPair::generate().context("cannot make a key")?;
        let params = named("peer", vec!["127.0.0.1".to_owned()])?;
        let certificate = params.signed_by(&key, &issuer).context("cannot sign a certificate")?;
        let key =
            PrivateKeyDer::try_from(key.serialize_der()).map_err(Error::msg).context("the key")?;
        let config = ServerConfig::builder_with_provider(Arc::new(provider()))
            .with_protocol_versions(&[&rustls::version::TLS13])
            .context("cannot speak TLS 1.3")?
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .context("cannot use the certificate")?;
        Ok(Self { config: Arc::new(config), authority })
    }
}

/// OpenSSL finds out by the names who signed what.
fn named(name: &str, hosts: Vec<String>) -> Result<CertificateParams> {
    let mut params = CertificateParams::new(hosts).context("cannot name a certificate")?;
    params.distinguished_name.push(DnType::CommonName, name);
    Ok(params)
}

/// One cipher, so that all programs have the same work. Each of them prefers it.
fn provider() -> CryptoProvider {
    let cipher_suites = vec![cipher_suite::TLS13_AES_256_GCM_SHA384];
    CryptoProvider { cipher_suites, ..default_provider() }
}
