//! HTTP CONNECT: asks a proxy for a tunnel (RFC 9110, section 9.3.6).

use super::credentials::Credentials;
use super::error::DialError;
use super::target::authority;
use data_encoding::BASE64;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use zeroize::Zeroizing;

/// Longest plausible answer to CONNECT, in bytes.
const LONGEST_ANSWER: usize = 16 << 10;

/// Most header lines of an answer.
const MOST_HEADERS: usize = 64;

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
    let mut answer = Vec::new();
    loop {
        if stream.read_buf(&mut answer).await? == 0 {
            return Err(DialError::new("closed the connection without an answer to CONNECT"));
        }
        if let Some(end) = understand(&answer)? {
            // The server has no reason to speak first.
            return match answer.len() == end {
                true => Ok(stream),
                false => Err(DialError::new("sent more than an answer to CONNECT")),
            };
        }
        if answer.len() > LONGEST_ANSWER {
            return Err(not_http(&answer));
        }
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

/// The end of the answer, once it is complete and successful.
fn understand(answer: &[u8]) -> Result<Option<usize>, DialError> {
    let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
    let mut response = httparse::Response::new(&mut headers);
    let end = match response.parse(answer) {
        Ok(httparse::Status::Complete(end)) => end,
        Ok(httparse::Status::Partial) => return Ok(None),
        Err(_) => return Err(not_http(answer)),
    };
    let reason = response.reason.unwrap_or_default();
    match response.code.unwrap_or_default() {
        200..=299 => Ok(Some(end)),
        407 => Err(DialError::new(format!("refused the credentials (HTTP 407 {reason})"))),
        code => Err(DialError::new(format!("refused the connection (HTTP {code} {reason})"))),
    }
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
    fn an_answer_may_come_in_pieces_and_say_no() {
        let yes = b"HTTP/1.1 200 OK\r\nVia: x\r\n\r\n";
        assert_eq!(understand(yes), Ok(Some(yes.len())));
        assert_eq!(understand(&yes[..20]), Ok(None));
        let no = understand(b"HTTP/1.1 403 Forbidden\r\n\r\n");
        let words = "refused the connection (HTTP 403 Forbidden)";
        assert_eq!(no.map_err(|error| error.to_string()), Err(words.to_owned()));
        let other = understand(b"SSH-2.0-OpenSSH\r\n").unwrap_err();
        assert_eq!((other.to_string().as_str(), other.hint), ("does not speak HTTP", None));
        assert!(understand(&[21, 3, 3, 0, 2, 2, 10]).unwrap_err().hint.is_some());
    }
}
