//! TLS with rustls: trusted and own certificates, resolved before connecting.
//!
//! TLS 1.2 and 1.3 only. A broker's certificate is verified with the system's CA certificates or those of `--ca`
//! instead, and against the host name; only [`Trust::Anyone`] turns that off. webpki builds the chain; `x509` checks
//! what webpki does not.

mod ciphers;
mod diagnosis;
mod identity;
mod keylog;
mod pin;
mod refusal;
mod revocation;
mod roots;
mod settings;
mod verifier;
mod x509;

pub use ciphers::Ciphers;
pub use pin::Pins;
pub use settings::{Identity, Server, Settings, TlsVersion, Trust, Unusable};

use super::error::DialError;
use super::stages::{Finding, Stages};
use super::stream::Stream;
use diagnosis::Sides;
use std::fmt;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::version::{TLS12, TLS13};
use tokio_rustls::rustls::{
    ClientConfig, ClientConnection, ProtocolVersion, SupportedProtocolVersion,
};

/// Everything that a TLS handshake needs besides the connection.
pub struct Client {
    connector: TlsConnector,
    sides: Sides,
    name: ServerName<'static>,
    /// The offered versions, for errors.
    versions: &'static str,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Client {
    /// Reads the files that `settings` names.
    ///
    /// # Errors
    /// When a file is unusable, a name is invalid, or the system has no CA certificates.
    pub fn new(settings: Settings<'_>) -> Result<Self, Unusable> {
        crate::secret::keep_out_of_dumps();
        let name = ServerName::try_from(settings.name.to_owned()).map_err(|_| {
            Unusable::new(format!("'{}' is not a valid name for a certificate", settings.name))
        })?;
        let mut provider = ring::default_provider();
        if let Some(ciphers) = settings.ciphers {
            provider.cipher_suites = ciphers.suites();
        }
        let provider = Arc::new(provider);
        let (versions, words): (&[&SupportedProtocolVersion], _) = match settings.version {
            Some(TlsVersion::Tls12) => (&[&TLS12], "1.2"),
            Some(TlsVersion::Tls13) => (&[&TLS13], "1.3"),
            None => (&[&TLS13, &TLS12], "1.2 and 1.3"),
        };
        let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_protocol_versions(versions)
            .map_err(|_| Unusable::new(format!("none of --tls-ciphers is one of TLS {words}")))?
            .dangerous()
            .with_custom_certificate_verifier(verifier::new(
                settings.server,
                settings.trust,
                settings.revoked,
                settings.pins,
                &provider,
            )?);
        let sides = Sides { server: settings.server, has_identity: settings.identity.is_some() };
        let mut config = match settings.identity {
            None => builder.with_no_client_auth(),
            Some(identity) => identity::add(builder, identity)?,
        };
        config.alpn_protocols =
            settings.alpn.iter().map(|name| name.clone().into_bytes()).collect();
        if let Some(path) = settings.keylog {
            config.key_log = keylog::open(path)?;
        }
        let connector = TlsConnector::from(Arc::new(config));
        Ok(Self { connector, sides, name, versions: words })
    }

    /// Whether there is a client certificate.
    pub fn has_identity(&self) -> bool {
        self.sides.has_identity
    }

    /// Performs the handshake over `stream`, and notes the version of TLS and the end of the certificate, whether the
    /// certificate is checked or not.
    pub(super) async fn connect<S>(
        &self,
        stream: S,
        stages: &Stages,
    ) -> Result<Encrypted<S>, DialError>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        match self.connector.connect(self.name.clone(), stream).await {
            Ok(stream) => {
                note_session(stream.get_ref().1, stages);
                Ok(Encrypted { stream, sides: self.sides })
            }
            Err(error) => {
                let end = diagnosis::end_of_expired(&error);
                end.into_iter().for_each(|end| stages.note(Finding::CertificateEnd(end.as_secs())));
                Err(diagnosis::of_handshake(&error, self.sides, self.versions))
            }
        }
    }
}

/// Notes what a completed handshake tells. The end of a certificate that `--insecure` accepts may be unreadable.
fn note_session(session: &ClientConnection, stages: &Stages) {
    match session.protocol_version() {
        Some(ProtocolVersion::TLSv1_2) => stages.note(Finding::TlsVersion("1.2")),
        Some(ProtocolVersion::TLSv1_3) => stages.note(Finding::TlsVersion("1.3")),
        _ => {}
    }
    let shown = session.peer_certificates().and_then(<[_]>::first);
    if let Some(Ok(certificate)) = shown.map(|shown| x509::Certificate::parse(shown)) {
        stages.note(Finding::CertificateEnd(certificate.not_after.as_secs()));
    }
}

/// A TLS connection with readable errors.
pub(super) struct Encrypted<S> {
    stream: TlsStream<S>,
    sides: Sides,
}

impl<S: Stream> Stream for Encrypted<S> {
    fn expect_more(&mut self, expects_more: bool) {
        self.stream.get_mut().0.expect_more(expects_more);
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Encrypted<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf).map(|result| match result {
            // MQTT packets contain their length, so truncation is noticed anyway, and many brokers close without
            // notice.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(()),
            other => other.map_err(|error| diagnosis::of_connection(error, self.sides)),
        })
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Encrypted<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream)
            .poll_write(cx, buf)
            .map_err(|error| diagnosis::of_connection(error, self.sides))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream)
            .poll_flush(cx)
            .map_err(|error| diagnosis::of_connection(error, self.sides))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
