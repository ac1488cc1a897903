//! Delimiters as they are written on a command line: text with escapes.

/// The supported escapes, for errors.
const ESCAPES: &str = r"the escapes are \n, \r, \t, \0, \\ and \xNN";

/// Decodes `text`, to at least one byte. `\n`, `\r`, `\t`, `\0`, `\\` and `\xNN` (two hexadecimal digits, any byte) are
/// escapes; everything else is UTF-8.
///
/// # Errors
/// When `text` is empty, or contains an invalid escape.
pub fn parse_delimiter(text: &str) -> Result<Vec<u8>, String> {
    if text.is_empty() {
        return Err("it is empty".to_owned());
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((plain, escape)) = rest.split_once('\\') {
        bytes.extend_from_slice(plain.as_bytes());
        let (byte, length) = parse_escape(escape)?;
        bytes.push(byte);
        rest = &escape[length..];
    }
    bytes.extend_from_slice(rest.as_bytes());
    Ok(bytes)
}

/// Decodes an escape in `text`, which follows the backslash, and returns the byte and the number of characters used.
fn parse_escape(text: &str) -> Result<(u8, usize), String> {
    let Some(first) = text.chars().next() else {
        return Err(format!("the backslash at the end is not an escape; {ESCAPES}"));
    };
    let byte = match first {
        'n' => b'\n',
        'r' => b'\r',
        't' => b'\t',
        '0' => b'\0',
        '\\' => b'\\',
        'x' => {
            let digits = text.get(1..3).filter(|digits| digits.bytes().all(is_hex));
            let byte = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
            return match byte {
                Some(byte) => Ok((byte, 3)),
                None => Err(r"\x needs two hexadecimal digits".to_owned()),
            };
        }
        other => return Err(format!("\\{other} is not an escape; {ESCAPES}")),
    };
    Ok((byte, 1))
}

fn is_hex(byte: u8) -> bool {
    byte.is_ascii_hexdigit()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn escapes_are_single_bytes_and_the_rest_is_itself() {
        for (text, bytes) in [
            ("\n", &b"\n"[..]),
            (r"\n", b"\n"),
            (r"\r\n", b"\r\n"),
            (r"\t", b"\t"),
            (r"\0", b"\0"),
            (r"\00", b"\x000"),
            (r"\\", b"\\"),
            (r"\\n", b"\\n"),
            (r"\x00\xfF", b"\0\xff"),
            (r"\x411", b"A1"),
            ("a b", b"a b"),
            ("\u{e4}\\t\u{e4}", "\u{e4}\t\u{e4}".as_bytes()),
            (",", b","),
            ("--", b"--"),
        ] {
            assert_eq!(parse_delimiter(text).as_deref(), Ok(bytes), "{text:?}");
        }
    }

    #[test]
    fn what_is_no_escape_is_named() {
        let known = r"the escapes are \n, \r, \t, \0, \\ and \xNN";
        for (text, error) in [
            ("", "it is empty".to_owned()),
            ("\\", format!("the backslash at the end is not an escape; {known}")),
            (r"a\\\", format!("the backslash at the end is not an escape; {known}")),
            (r"\q", format!("\\q is not an escape; {known}")),
            (r"\N", format!("\\N is not an escape; {known}")),
            (r"\ ", format!("\\  is not an escape; {known}")),
            ("\\\u{e4}", format!("\\\u{e4} is not an escape; {known}")),
            (r"\x", r"\x needs two hexadecimal digits".to_owned()),
            (r"\x4", r"\x needs two hexadecimal digits".to_owned()),
            (r"\x4g", r"\x needs two hexadecimal digits".to_owned()),
            (r"\x+1", r"\x needs two hexadecimal digits".to_owned()),
            ("\\x1\u{e4}", r"\x needs two hexadecimal digits".to_owned()),
            (r"\u0041", format!("\\u is not an escape; {known}")),
        ] {
            assert_eq!(parse_delimiter(text), Err(error), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn every_byte_string_can_be_written(bytes in proptest::collection::vec(any::<u8>(), 1..20)) {
            let text: String = bytes.iter().map(|byte| format!("\\x{byte:02x}")).collect();
            prop_assert_eq!(parse_delimiter(&text), Ok(bytes));
        }

        #[test]
        fn text_without_backslash_is_itself(text in "[^\\\\]{1,20}") {
            prop_assert_eq!(parse_delimiter(&text), Ok(text.into_bytes()));
        }

        #[test]
        fn nothing_breaks_it(text: String) {
            let _ = parse_delimiter(&text);
        }
    }
}
