//! HTTP CONNECT: asks a proxy for a tunnel (RFC 9110, section 9.3.6).

use super::credentials::Credentials;
use super::target::authority;
use crate::os_error;
use data_encoding::BASE64;
use std::io;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use zeroize::Zeroizing;

/// Longest plausible answer to CONNECT, in bytes.
const LONGEST_ANSWER: usize = 16 << 10;

/// Most header lines of an answer.
const MOST_HEADERS: usize = 64;

/// Turns a connection to the proxy into one to `host`. Errors are texts for the user.
pub(super) async fn connect(
    mut stream: TcpStream,
    host: &str,
    port: u16,
    credentials: Option<&Credentials>,
) -> Result<TcpStream, String> {
    let plain = |error: io::Error| os_error::plain(&error);
    stream.write_all(request(host, port, credentials).as_bytes()).await.map_err(plain)?;
    let mut answer = Vec::new();
    loop {
        if stream.read_buf(&mut answer).await.map_err(plain)? == 0 {
            return Err("closed the connection without an answer to CONNECT".to_owned());
        }
        if let Some(end) = understand(&answer)? {
            // The server has no reason to speak first.
            return match answer.len() == end {
                true => Ok(stream),
                false => Err("sent more than an answer to CONNECT".to_owned()),
            };
        }
        if answer.len() > LONGEST_ANSWER {
            return Err("does not speak HTTP".to_owned());
        }
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
fn understand(answer: &[u8]) -> Result<Option<usize>, String> {
    let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
    let mut response = httparse::Response::new(&mut headers);
    let end = match response.parse(answer) {
        Ok(httparse::Status::Complete(end)) => end,
        Ok(httparse::Status::Partial) => return Ok(None),
        Err(_) => return Err("does not speak HTTP".to_owned()),
    };
    let reason = response.reason.unwrap_or_default();
    match response.code.unwrap_or_default() {
        200..=299 => Ok(Some(end)),
        407 => Err(format!("refused the credentials (HTTP 407 {reason})")),
        code => Err(format!("refused the connection (HTTP {code} {reason})")),
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
        assert_eq!(no, Err("refused the connection (HTTP 403 Forbidden)".to_owned()));
        assert!(understand(b"SSH-2.0-OpenSSH\r\n").is_err());
    }
}
