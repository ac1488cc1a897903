//! Decodes hexadecimal and base64, and reports the position of mistakes.
//!
//! ASCII whitespace is ignored everywhere, so that the output of `xxd -p` and `base64` can be read.

use super::record::quoted;
use bytes::Bytes;
use data_encoding::{BASE64_NOPAD, DecodePartial, Encoding as Alphabet, HEXLOWER_PERMISSIVE};
use std::borrow::Cow;

/// The encoding of payloads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    /// None.
    #[default]
    Plain,
    /// Two hexadecimal digits per byte, upper or lower case.
    Hex,
    /// The standard alphabet ([RFC 4648, 4]). The padding may be omitted as a whole, which is unambiguous. Incomplete
    /// padding, padding in the middle and unused bits that are set are mistakes.
    Base64,
}

impl Encoding {
    /// Most bytes of text for `bytes` bytes, with a sensible amount of whitespace.
    pub(super) fn text_limit(self, bytes: usize) -> usize {
        match self {
            Self::Plain => bytes,
            // `aa bb cc`
            Self::Hex => bytes.saturating_mul(3),
            Self::Base64 => bytes.saturating_mul(2),
        }
    }

    /// Decodes `text`.
    ///
    /// # Errors
    /// Which character, counted from 1 including whitespace, is invalid, and why.
    pub(super) fn decode(self, text: Bytes) -> Result<Bytes, String> {
        match self {
            Self::Plain => Ok(text),
            Self::Hex => decode_hex(&text).map(Bytes::from),
            Self::Base64 => decode_base64(&text).map(Bytes::from),
        }
    }
}

fn decode_hex(text: &[u8]) -> Result<Vec<u8>, String> {
    decode(&HEXLOWER_PERMISSIVE, &without_space(text)).ok_or_else(|| {
        let odd = "the number of hexadecimal digits is odd";
        stranger(text, u8::is_ascii_hexdigit, "not a hexadecimal digit")
            .unwrap_or_else(|| odd.to_owned())
    })
}

/// Decodes base64 `text`.
///
/// # Errors
/// As for [`Encoding::decode`].
pub(super) fn decode_base64(text: &[u8]) -> Result<Vec<u8>, String> {
    let dense = without_space(text);
    let symbols = match &*dense {
        [start @ .., b'=', b'='] | [start @ .., b'='] if dense.len().is_multiple_of(4) => start,
        all => all,
    };
    decode(&BASE64_NOPAD, symbols).ok_or_else(|| base64_mistake(text, &dense))
}

fn base64_mistake(text: &[u8], dense: &[u8]) -> String {
    let is_symbol = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
    if let Some(mistake) = stranger(text, is_symbol, "not in the base64 alphabet") {
        return mistake;
    }
    let symbols = dense.iter().position(|byte| *byte == b'=').unwrap_or(dense.len());
    let padding = &dense[symbols..];
    let completes = dense.len().is_multiple_of(4) && matches!(padding, b"=" | b"==");
    if !padding.is_empty() && !completes {
        let number = text.iter().position(|byte| *byte == b'=').unwrap_or_default() + 1;
        return format!("the padding at character {number} does not end the base64 text");
    }
    match symbols % 4 {
        1 => "the base64 text is cut short: one character is left over".to_owned(),
        _ => "the last character of the base64 text has unused bits set".to_owned(),
    }
}

fn decode(alphabet: &Alphabet, text: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = vec![0; alphabet.decode_len(text.len()).ok()?];
    let length = alphabet.decode_mut(text, &mut bytes).map_err(|_: DecodePartial| ()).ok()?;
    bytes.truncate(length);
    Some(bytes)
}

/// `text` without ASCII whitespace; does not copy if there is none.
fn without_space(text: &[u8]) -> Cow<'_, [u8]> {
    match text.iter().any(u8::is_ascii_whitespace) {
        false => Cow::Borrowed(text),
        true => text.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect(),
    }
}

/// Describes the first character that neither `belongs` nor is whitespace.
fn stranger(text: &[u8], belongs: impl Fn(&u8) -> bool, why: &str) -> Option<String> {
    let at = text.iter().position(|byte| !belongs(byte) && !byte.is_ascii_whitespace())?;
    // The text before it is ASCII, so bytes are characters.
    let number = at + 1;
    let shown = match text[at..].utf8_chunks().next().and_then(|chunk| chunk.valid().chars().next())
    {
        Some(char) => quoted(char.encode_utf8(&mut [0; 4])),
        None => format!("the byte 0x{:02x}", text[at]),
    };
    Some(format!("character {number}, {shown}, is {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn decoded(encoding: Encoding, text: &[u8]) -> Result<Vec<u8>, String> {
        encoding.decode(Bytes::copy_from_slice(text)).map(|bytes| bytes.to_vec())
    }

    #[test]
    fn hexadecimal_is_read_in_either_case_and_with_white_space() {
        for (text, bytes) in [
            (&b""[..], &b""[..]),
            (b" \r\n\t", b""),
            (b"00ff", b"\0\xff"),
            (b"DeadBEEF", b"\xde\xad\xbe\xef"),
            (b" de ad\r\nb e\tef\n", b"\xde\xad\xbe\xef"),
        ] {
            assert_eq!(decoded(Encoding::Hex, text).as_deref(), Ok(bytes));
        }
    }

    #[test]
    fn base64_is_read_with_its_padding_or_without_any() {
        for (text, bytes) in [
            (&b""[..], &b""[..]),
            (b"\n", b""),
            (b"/wA=", b"\xff\0"),
            (b"/wA", b"\xff\0"),
            (b"YQ==", b"a"),
            (b"YQ", b"a"),
            (b" Y\nQ = \r\n=\n", b"a"),
            (b"YWJj", b"abc"),
            (b"++//", b"\xfb\xef\xff"),
        ] {
            assert_eq!(decoded(Encoding::Base64, text).as_deref(), Ok(bytes));
        }
    }

    #[test]
    fn mistakes_are_pointed_at() {
        let (hex, base64) = (Encoding::Hex, Encoding::Base64);
        for (encoding, text, mistake) in [
            (hex, &b"0"[..], "the number of hexadecimal digits is odd"),
            (hex, b"ab c", "the number of hexadecimal digits is odd"),
            (hex, b"0x12", r#"character 2, "x", is not a hexadecimal digit"#),
            (hex, b" a\nb:c", r#"character 5, ":", is not a hexadecimal digit"#),
            (hex, b"00\0", r#"character 3, "\0", is not a hexadecimal digit"#),
            (hex, b"0\xff", "character 2, the byte 0xff, is not a hexadecimal digit"),
            (
                hex,
                "00\u{fc}\u{fc}".as_bytes(),
                "character 3, \"\u{fc}\", is not a hexadecimal digit",
            ),
            (hex, b"0\x0b0", r#"character 2, "\u{b}", is not a hexadecimal digit"#),
            (base64, b"YWJ-", r#"character 4, "-", is not in the base64 alphabet"#),
            (base64, b"Y_Jj", r#"character 2, "_", is not in the base64 alphabet"#),
            (base64, b"Y\xe9", "character 2, the byte 0xe9, is not in the base64 alphabet"),
            (base64, b"Y", "the base64 text is cut short: one character is left over"),
            (base64, b"YWJjY", "the base64 text is cut short: one character is left over"),
            (base64, b"YQ=", "the padding at character 3 does not end the base64 text"),
            (base64, b"YQ===", "the padding at character 3 does not end the base64 text"),
            (base64, b"Y===", "the padding at character 2 does not end the base64 text"),
            (base64, b"=", "the padding at character 1 does not end the base64 text"),
            (base64, b"====", "the padding at character 1 does not end the base64 text"),
            (base64, b"YWJj====", "the padding at character 5 does not end the base64 text"),
            (base64, b"YQ ==YQ==", "the padding at character 4 does not end the base64 text"),
            (base64, b"YQ=a", "the padding at character 3 does not end the base64 text"),
            (base64, b"YR==", "the last character of the base64 text has unused bits set"),
            (base64, b"YR", "the last character of the base64 text has unused bits set"),
        ] {
            assert_eq!(decoded(encoding, text), Err(mistake.to_owned()));
        }
    }

    /// `text` with whitespace inserted.
    fn strewn(text: &str, gaps: &[(proptest::sample::Index, char)]) -> String {
        let mut strewn = text.to_owned();
        for (at, space) in gaps {
            strewn.insert(at.index(strewn.len() + 1), *space);
        }
        strewn
    }

    fn gaps() -> impl Strategy<Value = Vec<(proptest::sample::Index, char)>> {
        let space = prop_oneof![Just(' '), Just('\n'), Just('\r'), Just('\t'), Just('\x0c')];
        proptest::collection::vec((any::<proptest::sample::Index>(), space), 0..10)
    }

    proptest! {
        #[test]
        fn what_was_encoded_is_decoded(bytes: Vec<u8>, gaps in gaps(), upper: bool, padded: bool) {
            let hex = match upper {
                true => data_encoding::HEXUPPER.encode(&bytes),
                false => data_encoding::HEXLOWER.encode(&bytes),
            };
            let base64 = match padded {
                true => data_encoding::BASE64.encode(&bytes),
                false => BASE64_NOPAD.encode(&bytes),
            };
            let hex = strewn(&hex, &gaps);
            let base64 = strewn(&base64, &gaps);
            prop_assert_eq!(decoded(Encoding::Hex, hex.as_bytes()), Ok(bytes.clone()));
            prop_assert_eq!(decoded(Encoding::Base64, base64.as_bytes()), Ok(bytes));
        }

        #[test]
        fn whatever_base64_is_taken_has_one_way_to_be_written(text in "[A-Ca-c0-3+/= ]{0,9}") {
            if let Ok(bytes) = decoded(Encoding::Base64, text.as_bytes()) {
                let dense = text.replace(' ', "");
                let (padded, bare) = (data_encoding::BASE64.encode(&bytes), BASE64_NOPAD.encode(&bytes));
                prop_assert!(dense == padded || dense == bare);
            }
        }

        #[test]
        fn nothing_breaks_it(text: Vec<u8>) {
            let _ = decoded(Encoding::Hex, &text);
            let _ = decoded(Encoding::Base64, &text);
        }
    }
}
