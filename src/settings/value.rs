//! Strict parsers for the values of flags: durations, expiries, protocol versions and others.

use crate::mqtt::Version;
use crate::os_error;
use crate::run::options::Protocol;
use data_encoding::{BASE64, HEXLOWER_PERMISSIVE};
use std::fs::File;
use std::io::Read;
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::time::Duration;

/// Longer durations (136 years) are a mistake, and would overflow the clock.
const LONGEST: Duration = Duration::from_secs(u32::MAX as u64);
const TOO_LONG: &str = "at most 4294967295 seconds (136 years)";

/// Largest binary data in MQTT, in bytes ([MQTT 5, 1.5.6]).
const LONGEST_BINARY: u64 = 65_535;

/// Longest string in MQTT, in bytes.
pub const LONGEST_TEXT: usize = 65_535;

/// A parser for whole numbers in a range, in digits only.
pub fn number<T: TryFrom<u64>>(
    range: RangeInclusive<u64>,
) -> impl Fn(&str) -> Result<T, String> + Clone + Send + Sync + 'static {
    move |text| {
        // Rust's parser would accept a sign.
        let digits = Some(text).filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
        let number = digits.and_then(|digits| digits.parse().ok());
        let in_range = number.filter(|number| range.contains(number));
        let converted = in_range.and_then(|number: u64| number.try_into().ok());
        converted.ok_or_else(|| match (*range.start(), *range.end()) {
            (0, u64::MAX) => "expected a whole number".to_owned(),
            (start, u64::MAX) => format!("expected a whole number, {start} or more"),
            (start, end) => format!("expected a number from {start} to {end}"),
        })
    }
}

/// Parses a duration such as `500ms`, `10s`, `1m30s`, or a number of seconds, with fractions.
///
/// # Errors
/// What a duration looks like, or how long it may be.
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    let bare = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let parsed = match text.parse() {
        // Too large for a `Duration` is too long in any case.
        Ok(seconds) if bare => Some(Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)),
        _ => match humantime::parse_duration(text) {
            Err(humantime::DurationError::NumberOverflow) => Some(Duration::MAX),
            parsed => parsed.ok(),
        },
    };
    match parsed {
        Some(duration) if duration <= LONGEST => Ok(duration),
        Some(_) => Err(TOO_LONG.to_owned()),
        None => Err("a duration is like 500ms, 10s, 1m30s, or a number of seconds".to_owned()),
    }
}

/// Parses a duration above zero.
pub fn parse_positive_duration(text: &str) -> Result<Duration, String> {
    match parse_duration(text)? {
        Duration::ZERO => Err("it must be longer than zero".to_owned()),
        duration => Ok(duration),
    }
}

/// Whether looking up the name makes sense. A proxy gets it as part of a line, so it must not contain line breaks.
pub fn is_host(text: &str) -> bool {
    let is_odd = |char: char| char.is_control() || char.is_whitespace() || "/?#@".contains(char);
    !text.is_empty() && !text.contains(is_odd)
}

/// Parses a host name or address.
pub(crate) fn parse_host(text: &str) -> Result<String, String> {
    match is_host(text) {
        true => Ok(text.to_owned()),
        false => Err("expected an address or a name".to_owned()),
    }
}

/// Parses the address of a name server, with or without a port.
pub(crate) fn parse_name_server(text: &str) -> Result<SocketAddr, String> {
    const PORT: u16 = 53;
    let bare = text.strip_prefix('[').and_then(|it| it.strip_suffix(']')).unwrap_or(text);
    let alone = bare.parse().map(|address| SocketAddr::new(address, PORT));
    let found = alone.or_else(|_| text.parse()).ok().filter(|it| it.port() != 0);
    found.ok_or_else(|| "expected an IP address, or ADDRESS:PORT".to_owned())
}

/// Parses the name of an ALPN protocol.
pub(crate) fn parse_alpn(text: &str) -> Result<String, String> {
    // [RFC 7301, 3.1]
    match text.len() {
        1..=255 => Ok(text.to_owned()),
        _ => Err("expected a name of 1 to 255 bytes".to_owned()),
    }
}

/// Parses a session expiry: a duration in whole seconds, or `never`.
pub(crate) fn parse_expiry(text: &str) -> Result<u32, String> {
    // The other two are mosquitto's.
    if matches!(text, "never" | "-1" | "∞") {
        return Ok(u32::MAX);
    }
    parse_seconds(text).and_then(|seconds| match seconds {
        u32::MAX => Err("at most 4294967294 seconds, or `never`".to_owned()),
        seconds => Ok(seconds),
    })
}

/// Parses a duration in whole seconds.
pub fn parse_seconds(text: &str) -> Result<u32, String> {
    let duration = parse_duration(text)?;
    if duration.subsec_nanos() != 0 {
        return Err("MQTT counts it in whole seconds".to_owned());
    }
    u32::try_from(duration.as_secs()).map_err(|_| TOO_LONG.to_owned())
}

/// Parses a size in bytes: digits, and optionally a unit, a power of 1024.
///
/// # Errors
/// Says what a size looks like.
pub fn parse_size(text: &str) -> Result<u64, String> {
    let digits = text.trim_end_matches(|char: char| !char.is_ascii_digit());
    let shift = match &text[digits.len()..] {
        "" => 0,
        "K" | "k" => 10,
        "M" | "m" => 20,
        "G" | "g" => 30,
        "T" | "t" => 40,
        _ => 64,
    };
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let number = Some(digits).filter(|_| is_number).and_then(|it| it.parse::<u64>().ok());
    let size = number.zip(1_u64.checked_shl(shift)).and_then(|(it, unit)| it.checked_mul(unit));
    let size = size.filter(|size| *size > 0);
    size.ok_or_else(|| "a size is a number of bytes, like 4096, 64K, 500M or 1G".to_owned())
}

/// Parses binary data: `hex:` and hexadecimal digits, `base64:` and base64, `@` and the name of a file, or text.
///
/// # Errors
/// When it cannot be decoded or read, or is longer than 65,535 bytes.
pub fn parse_binary(text: &str) -> Result<Vec<u8>, String> {
    let bytes = if let Some(digits) = text.strip_prefix("hex:") {
        HEXLOWER_PERMISSIVE
            .decode(digits.as_bytes())
            .map_err(|_| format!("'{digits}' is not hexadecimal"))?
    } else if let Some(encoded) = text.strip_prefix("base64:") {
        BASE64.decode(encoded.as_bytes()).map_err(|_| format!("'{encoded}' is not base64"))?
    } else if let Some(path) = text.strip_prefix('@') {
        let mut bytes = Vec::new();
        File::open(path)
            .and_then(|file| file.take(LONGEST_BINARY + 1).read_to_end(&mut bytes))
            .map_err(|error| format!("cannot read {path}: {}", os_error::plain(&error)))?;
        bytes
    } else {
        text.as_bytes().to_vec()
    };
    if bytes.len() as u64 > LONGEST_BINARY {
        return Err(format!("it is longer than {LONGEST_BINARY} bytes"));
    }
    Ok(bytes)
}

/// Parses `auto`, `5`, `3.1.1`, `3.1`, or mosquitto's spelling of one of them.
pub fn parse_protocol(text: &str) -> Result<Protocol, String> {
    Ok(match text {
        "auto" => Protocol::Auto,
        "5" | "5.0" | "mqttv5" => Protocol::Exactly(Version::V5),
        "3.1.1" | "311" | "4" | "mqttv311" => Protocol::Exactly(Version::V311),
        "3.1" | "31" | "3" | "mqttv31" => Protocol::Exactly(Version::V31),
        _ => return Err("expected auto, 5, 3.1.1 or 3.1".to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_human_or_seconds() {
        assert_eq!(parse_duration("1m30s"), Ok(Duration::from_secs(90)));
        assert_eq!(parse_duration("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(parse_duration("1.5"), Ok(Duration::from_millis(1500)));
        assert_eq!(parse_duration("0"), Ok(Duration::ZERO));
        for bad in ["", ".", "-1", "1.2.3", "abc", "10 parsecs", "1e3", "99999999999999999999"] {
            assert!(parse_duration(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn sizes_are_bytes_or_have_a_unit() {
        assert_eq!(parse_size("1"), Ok(1));
        assert_eq!(parse_size("64K"), Ok(65_536));
        assert_eq!(parse_size("1g"), Ok(1 << 30));
        for bad in ["", "0", "0M", "G", "-1", "+1", "1.5M", "1MB", "1 M", "é", "99999999999T"] {
            assert!(parse_size(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn expiries_are_whole_seconds_or_never() {
        assert_eq!(parse_expiry("never"), Ok(u32::MAX));
        assert_eq!(parse_expiry("-1"), Ok(u32::MAX));
        assert_eq!(parse_expiry("1h"), Ok(3600));
        assert!(parse_expiry("1.5").is_err());
        assert!(parse_expiry("4294967295").is_err());
    }
}
