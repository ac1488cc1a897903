//! The head of an HTTP answer (RFC 9112, section 4), as proxies and WebSocket servers send it.

use std::io;
use tokio::io::{AsyncRead, AsyncReadExt};

/// Longest plausible head, in bytes.
const LONGEST: usize = 16 << 10;

/// Most header lines of an answer.
const MOST_HEADERS: usize = 64;

/// The head of an answer. Its texts are untrusted.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) code: u16,
    reason: String,
    headers: Vec<(String, Vec<u8>)>,
    /// What has arrived after it.
    pub(super) rest: Vec<u8>,
}

impl Answer {
    /// The values of a header, in order.
    pub(super) fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        let named = self.headers.iter().filter(move |(own, _)| own.eq_ignore_ascii_case(name));
        named.map(|(_, value)| value.as_slice())
    }

    /// The members of a header that is a list (RFC 9110, section 5.6.1).
    pub(super) fn members<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        let members = self.values(name).flat_map(|value| value.split(|byte| *byte == b','));
        members.map(<[u8]>::trim_ascii).filter(|member| !member.is_empty())
    }

    /// Code and reason, such as `HTTP 404 Not Found`.
    pub(super) fn status(&self) -> String {
        format!("HTTP {} {}", self.code, self.reason).trim_end().to_owned()
    }
}

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum NoAnswer {
    /// Reading failed.
    Io(io::Error),
    /// The server closed the connection.
    Closed,
    /// The server speaks another protocol; this is what it sent.
    NotHttp(Vec<u8>),
}

/// Reads the head of the final answer. Those before it only ask for patience (RFC 9110, section 15.2).
pub(super) async fn read(stream: &mut (impl AsyncRead + Unpin)) -> Result<Answer, NoAnswer> {
    let mut bytes = Vec::new();
    loop {
        match stream.read_buf(&mut bytes).await {
            Ok(0) => return Err(NoAnswer::Closed),
            Ok(_) => {}
            Err(error) => return Err(NoAnswer::Io(error)),
        }
        match parse(&bytes) {
            Ok(Some(answer)) => return Ok(answer),
            Ok(None) if bytes.len() <= LONGEST => {}
            Ok(None) | Err(_) => return Err(NoAnswer::NotHttp(bytes)),
        }
    }
}

/// The head of the final answer, once it is complete.
fn parse(bytes: &[u8]) -> Result<Option<Answer>, httparse::Error> {
    /// The answer that opens a WebSocket is final.
    const SWITCHING_PROTOCOLS: u16 = 101;
    let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
    let mut response = httparse::Response::new(&mut headers);
    let httparse::Status::Complete(end) = response.parse(bytes)? else { return Ok(None) };
    let (code, rest) = (response.code.unwrap_or_default(), bytes.get(end..).unwrap_or_default());
    if (100..200).contains(&code) && code != SWITCHING_PROTOCOLS {
        return if rest.is_empty() { Ok(None) } else { parse(rest) };
    }
    Ok(Some(Answer {
        code,
        reason: response.reason.unwrap_or_default().to_owned(),
        headers: response
            .headers
            .iter()
            .map(|it| (it.name.to_owned(), it.value.to_vec()))
            .collect(),
        rest: rest.to_vec(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_may_come_in_pieces_and_after_others() {
        let whole = b"HTTP/1.1 200 OK\r\nVia: a, b\r\nvia: c\r\n\r\nmore";
        let answer = parse(whole).unwrap().unwrap();
        assert_eq!((answer.status().as_str(), &*answer.rest), ("HTTP 200 OK", &b"more"[..]));
        assert_eq!(answer.members("VIA").collect::<Vec<_>>(), [b"a", b"b", b"c"]);
        assert_eq!(answer.values("Via").next(), Some(&b"a, b"[..]));
        assert_eq!(parse(&whole[..20]), Ok(None));
        let wait = b"HTTP/1.1 100 Continue\r\n\r\n";
        assert_eq!(parse(wait), Ok(None));
        assert_eq!(parse(&[&wait[..], wait, whole].concat()), Ok(Some(answer)));
        assert_eq!(parse(b"HTTP/1.1 101\r\n\r\n").unwrap().unwrap().status(), "HTTP 101");
        assert!(parse(b"SSH-2.0-OpenSSH\r\n").is_err());
    }
}
