//! HTTP CONNECT: asks a proxy for a tunnel (RFC 9110, section 9.3.6).

use super::credentials::{Credentials, IN_URL};
use super::error::DialError;
use super::http_answer::{self, Answer, NoAnswer};
use super::target::authority;
use data_encoding::BASE64;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use zeroize::Zeroizing;

/// Turns a connection to the proxy into one to `host`. Errors are texts that follow the proxy's name.
pub(super) async fn connect<S: AsyncRead + AsyncWrite + Unpin>(
    mut stream: S,
    host: &str,
    port: u16,
    credentials: Option<&Credentials>,
) -> Result<S, DialError> {
    stream.write_all(request(host, port, credentials).as_bytes()).await?;
    // A stream with TLS may keep bytes until it is flushed.
    stream.flush().await?;
    let answer = http_answer::read(&mut stream).await.map_err(|problem| match problem {
        NoAnswer::Io(error) => error.into(),
        NoAnswer::Closed => DialError::new("closed the connection without an answer to CONNECT"),
        NoAnswer::NotHttp(bytes) => not_http(&bytes),
    })?;
    match answer.code {
        // The server has no reason to speak first.
        200..=299 if !answer.rest.is_empty() => {
            Err(DialError::new("sent more than an answer to CONNECT"))
        }
        200..=299 => Ok(stream),
        _ => Err(refusal(&answer, credentials)),
    }
}

fn not_http(answer: &[u8]) -> DialError {
    /// The first byte of a TLS alert (RFC 8446, section 5.1).
    const ALERT: u8 = 21;
    let error = DialError::new("does not speak HTTP");
    match answer.first() {
        Some(&ALERT) => error.hint("for a proxy with TLS, use https://"),
        _ => error,
    }
}

fn request(host: &str, port: u16, credentials: Option<&Credentials>) -> Zeroizing<String> {
    let authority = authority(host, port);
    let mut request = format!("CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n");
    if let Some(Credentials { username, password }) = credentials {
        let both = Zeroizing::new([username.as_bytes(), b":", password.expose()].concat());
        request.push_str("Proxy-Authorization: Basic ");
        BASE64.encode_append(&both, &mut request);
        request.push_str("\r\n");
    }
    request.push_str("\r\n");
    Zeroizing::new(request)
}

/// The error for an answer that refuses a client with these credentials.
fn refusal(answer: &Answer, credentials: Option<&Credentials>) -> DialError {
    const AUTHENTICATION_REQUIRED: u16 = 407;
    let told = |what: &str| DialError::new(format!("{what} ({})", answer.status()));
    match (answer.code, credentials) {
        (AUTHENTICATION_REQUIRED, None) => told("requires credentials").hint(IN_URL),
        (AUTHENTICATION_REQUIRED, Some(_)) if !accepts_basic(answer) => {
            told("does not accept Basic authentication")
        }
        (AUTHENTICATION_REQUIRED, Some(_)) => told("refused the credentials"),
        _ => told("refused the connection"),
    }
}

/// Whether a proxy accepts credentials of the kind that we send. One that does not say may do.
fn accepts_basic(answer: &Answer) -> bool {
    let is_basic = |challenge: &[u8]| {
        challenge.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"basic"))
    };
    let mut challenges = answer.members("Proxy-Authenticate").peekable();
    challenges.peek().is_none() || challenges.any(is_basic)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;

    #[test]
    fn a_request_names_the_broker_and_who_asks() {
        assert_eq!(
            *request("::1", 1883, None),
            "CONNECT [::1]:1883 HTTP/1.1\r\nHost: [::1]:1883\r\n\r\n"
        );
        let credentials =
            Credentials { username: "u".to_owned(), password: Secret::new(b"p".to_vec()) };
        assert!(
            request("h", 1, Some(&credentials)).contains("Proxy-Authorization: Basic dTpw\r\n\r\n")
        );
    }

    #[test]
    fn a_proxy_that_answers_with_an_alert_speaks_tls() {
        assert_eq!(not_http(b"SSH-2.0-OpenSSH\r\n").hint, None);
        assert!(not_http(&[21, 3, 3, 0, 2, 2, 10]).hint.is_some());
    }
}
