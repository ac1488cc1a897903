//! Secret bytes: passwords.
//!
//! They cannot be printed, copied or serialised, and are wiped from memory when dropped. Once a process has one, it
//! leaves no core dump.

use std::borrow::Cow;
use std::fmt;
use zeroize::Zeroizing;

/// The bytes of a password.
pub struct Secret(Zeroizing<Vec<u8>>);

impl Secret {
    /// Takes ownership of the bytes.
    pub fn new(bytes: Vec<u8>) -> Self {
        keep_out_of_dumps();
        Self(Zeroizing::new(bytes))
    }

    /// The bytes, for the packet that contains them.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// Marks this process as holding secrets: it leaves no core dump, and other processes of the same user cannot inspect
/// its memory (Linux).
pub fn keep_out_of_dumps() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        static ONCE: std::sync::Once = std::sync::Once::new();
        ONCE.call_once(|| {
            let maximum = getrlimit(Resource::Core).maximum;
            // If the system refuses, nothing is worse than before.
            let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum });
            #[cfg(any(target_os = "linux", target_os = "android"))]
            {
                use rustix::process::{DumpableBehavior, set_dumpable_behavior};
                let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
            }
        });
    }
}

/// Removes user information and queries from the URLs in a sentence: an error may quote a URL that was given in the
/// wrong place, and both may be secret.
///
/// A URL ends at a space or at the quote that precedes it.
pub fn without_secrets(sentence: &str) -> Cow<'_, str> {
    let mut shown = String::new();
    let mut rest = sentence;
    while let Some(at) = rest.find("://") {
        let (before, behind) = rest.split_at(at + "://".len());
        let scheme = before[..at].rfind(|char: char| !char.is_ascii_alphanumeric());
        let quote = scheme.and_then(|quote| before[quote..].chars().next());
        let end = match quote {
            Some(quote @ ('\'' | '"')) => behind.find(quote),
            _ => behind.find(char::is_whitespace),
        };
        let (url, behind) = behind.split_at(end.unwrap_or(behind.len()));
        let (address, hidden) = url.rsplit_once('@').map_or((url, ""), |(_, host)| (host, "…@"));
        shown.extend([before, hidden]);
        match address.split_once('?') {
            Some((address, _)) => shown.extend([address, "?…"]),
            None => shown.push_str(address),
        }
        rest = behind;
    }
    if shown.is_empty() { Cow::Borrowed(sentence) } else { Cow::Owned(shown + rest) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_shows_nothing_secret_of_a_url() {
        for (sentence, shown) in [
            ("nothing", "nothing"),
            ("no mqtt://h:1/t: ask me@h", "no mqtt://h:1/t: ask me@h"),
            ("cannot read mqtt://u:p@h: no", "cannot read mqtt://…@h: no"),
            ("value 'mqtt://u:p w@x@h/?' for '-p'", "value 'mqtt://…@h/?…' for '-p'"),
            ("a wss://h/p?token=x and ws://t@h", "a wss://h/p?… and ws://…@h"),
            ("mqtt://u:p/@h", "mqtt://…@h"),
        ] {
            assert_eq!(without_secrets(sentence), shown);
        }
    }
}
