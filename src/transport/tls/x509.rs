//! Checks of certificates that webpki does not make: of a trusted CA it uses only name and key, and it ignores the key
//! usage of all certificates. Parsed from DER (RFC 5280).

use pkcs8::der::asn1::{AnyRef, BitStringRef, GeneralizedTime, OctetStringRef, UtcTime};
use pkcs8::der::{self, Reader, SliceReader, Tag, TagMode, TagNumber};
use std::time::Duration;
use tokio_rustls::rustls::pki_types::UnixTime;

/// Identifiers of extensions are these two bytes and one more (`id-ce`, 2.5.29).
const ID_CE: [u8; 2] = [0x55, 0x1d];
const KEY_USAGE: u8 = 15;
const BASIC_CONSTRAINTS: u8 = 19;
const EXTENDED_KEY_USAGE: u8 = 37;

/// Extensions that may be critical in a CA certificate: the three above, and those that webpki or OpenSSL process.
/// Names (17), name constraints (30), distribution points (31), policies (32, 33, 36, 54).
const HEEDED: [u8; 10] =
    [KEY_USAGE, BASIC_CONSTRAINTS, EXTENDED_KEY_USAGE, 17, 30, 31, 32, 33, 36, 54];

/// `id-kp-serverAuth`, 1.3.6.1.5.5.7.3.1.
const SERVER_AUTH: [u8; 8] = [0x2b, 6, 1, 5, 5, 7, 3, 1];

/// Bits of the first byte of a key usage.
const KEY_CERT_SIGN: u8 = 0x04;
/// Signing, enciphering and key agreement: a server needs its key for one of them.
const KEY_OF_SERVER: u8 = 0x80 | 0x20 | 0x08;

/// Why a certificate is unsuitable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// It expired at this time.
    Expired(UnixTime),
    /// It is not valid before this time.
    NotYetValid(UnixTime),
    /// It signed another certificate, but is not a CA's.
    NotAnAuthority,
    /// There are more CAs below it than it allows.
    PathTooLong,
    /// Its key is for other uses.
    KeyUsage,
    /// It is for other purposes than servers.
    Purpose,
    /// It has a critical extension that is not understood.
    UnknownExtension,
    /// It is malformed.
    Malformed,
}

/// The checked parts of a certificate.
#[derive(Debug)]
pub(super) struct Certificate {
    pub(super) is_self_issued: bool,
    not_before: UnixTime,
    pub(super) not_after: UnixTime,
    is_authority: bool,
    path_length: Option<u32>,
    key_usage: Option<u8>,
    is_for_servers: bool,
    is_understood: bool,
}

impl Certificate {
    /// Parses the parts that are checked here.
    pub(super) fn parse(der: &[u8]) -> der::Result<Self> {
        SliceReader::new(der)?.sequence(|whole| {
            let signed = whole.sequence(Self::of_signed_part)?;
            let (_algorithm, _signature) = (whole.tlv_bytes()?, whole.tlv_bytes()?);
            Ok(signed)
        })
    }

    fn of_signed_part(part: &mut SliceReader<'_>) -> der::Result<Self> {
        let version: Option<u8> = part.context_specific(TagNumber(0), TagMode::Explicit)?;
        let (_serial, _algorithm) = (part.tlv_bytes()?, part.tlv_bytes()?);
        let issuer = part.tlv_bytes()?;
        let (not_before, not_after) =
            part.sequence(|validity| Ok::<_, der::Error>((time(validity)?, time(validity)?)))?;
        let subject = part.tlv_bytes()?;
        let _key = part.tlv_bytes()?;
        let is_self_issued = issuer == subject;
        let mut certificate = Self {
            is_self_issued,
            not_before,
            not_after,
            // X.509 version 1 had no extensions: a certificate is a CA's if it is self-issued.
            is_authority: version.is_none() && is_self_issued,
            path_length: None,
            key_usage: None,
            is_for_servers: true,
            is_understood: true,
        };
        while !part.is_finished() {
            let field: AnyRef<'_> = part.decode()?;
            let extensions = Tag::ContextSpecific { constructed: true, number: TagNumber(3) };
            if der::Tagged::tag(&field) == extensions {
                SliceReader::new(field.value())?.sequence(|list| {
                    while !list.is_finished() {
                        list.sequence(|extension| certificate.add(extension))?;
                    }
                    Ok::<_, der::Error>(())
                })?;
            }
        }
        Ok(certificate)
    }

    fn add(&mut self, extension: &mut SliceReader<'_>) -> der::Result<()> {
        let name: AnyRef<'_> = extension.decode()?;
        let is_critical = extension.decode::<Option<bool>>()? == Some(true);
        let value: &OctetStringRef = extension.decode()?;
        let mut value = SliceReader::new(value.as_bytes())?;
        let known = match name.value() {
            [first, second, number] if [*first, *second] == ID_CE => Some(*number),
            _ => None,
        };
        match known {
            Some(BASIC_CONSTRAINTS) => value.sequence(|constraints| {
                self.is_authority = constraints.decode::<Option<bool>>()? == Some(true);
                self.path_length = constraints.decode()?;
                Ok::<_, der::Error>(())
            })?,
            Some(KEY_USAGE) => {
                let bits: BitStringRef<'_> = value.decode()?;
                self.key_usage = Some(bits.raw_bytes().first().copied().unwrap_or(0));
            }
            Some(EXTENDED_KEY_USAGE) => value.sequence(|purposes| {
                self.is_for_servers = false;
                while !purposes.is_finished() {
                    let purpose: AnyRef<'_> = purposes.decode()?;
                    self.is_for_servers |= purpose.value() == SERVER_AUTH;
                }
                Ok::<_, der::Error>(())
            })?,
            other => {
                let is_heeded = other.is_some_and(|number| HEEDED.contains(&number));
                self.is_understood &= is_heeded || !is_critical;
            }
        }
        Ok(())
    }

    /// Checks it as the certificate of a CA that signed another one, with this many other CAs between it and the
    /// server's own certificate, not counting self-issued ones.
    pub(super) fn check_as_authority(&self, below: u32, now: UnixTime) -> Result<(), Fault> {
        self.check_dates(now)?;
        match self {
            Self { is_authority: false, .. } => Err(Fault::NotAnAuthority),
            Self { path_length: Some(most), .. } if below > *most => Err(Fault::PathTooLong),
            Self { is_understood: false, .. } => Err(Fault::UnknownExtension),
            _ => self.check_use(KEY_CERT_SIGN),
        }
    }

    /// Checks it as a server's certificate, except for name and issuer.
    pub(super) fn check_as_server(&self, now: UnixTime) -> Result<(), Fault> {
        self.check_dates(now)?;
        self.check_use(KEY_OF_SERVER)
    }

    fn check_dates(&self, now: UnixTime) -> Result<(), Fault> {
        if now < self.not_before {
            return Err(Fault::NotYetValid(self.not_before));
        }
        if now > self.not_after { Err(Fault::Expired(self.not_after)) } else { Ok(()) }
    }

    fn check_use(&self, bits: u8) -> Result<(), Fault> {
        if self.key_usage.is_some_and(|usage| usage & bits == 0) {
            return Err(Fault::KeyUsage);
        }
        if self.is_for_servers { Ok(()) } else { Err(Fault::Purpose) }
    }
}

/// The issuer and the subject of a certificate, in DER.
fn names(certificate: &[u8]) -> der::Result<(&[u8], &[u8])> {
    SliceReader::new(certificate)?.sequence(|whole| {
        let part = whole.tlv_bytes()?;
        whole.tlv_bytes()?;
        whole.tlv_bytes()?;
        SliceReader::new(part)?.sequence(|part| {
            let _version: Option<u8> = part.context_specific(TagNumber(0), TagMode::Explicit)?;
            let (_serial, _algorithm) = (part.tlv_bytes()?, part.tlv_bytes()?);
            let (issuer, _validity, subject) =
                (part.tlv_bytes()?, part.tlv_bytes()?, part.tlv_bytes()?);
            while !part.is_finished() {
                part.tlv_bytes()?;
            }
            Ok((issuer, subject))
        })
    })
}

/// The common name of the CA at which the chain that starts with `shown` breaks off, given the other certificates sent.
pub(super) fn missing_issuer(shown: &[u8], others: &[&[u8]]) -> Option<String> {
    let mut issuer = names(shown).ok()?.0;
    // At most one step for each, however they refer to each other.
    for _ in others {
        let next = others.iter().find_map(|it| names(it).ok().filter(|(_, it)| *it == issuer));
        match next {
            Some((next, _)) if next != issuer => issuer = next,
            _ => break,
        }
    }
    common_name(issuer)
}

/// The last common name (2.5.4.3) of a distinguished name.
fn common_name(name: &[u8]) -> Option<String> {
    const COMMON_NAME: [u8; 5] = [6, 3, 0x55, 4, 3];
    let at = memchr::memmem::rfind(name, &COMMON_NAME)? + COMMON_NAME.len();
    let value: AnyRef<'_> = SliceReader::new(name.get(at..)?).ok()?.decode().ok()?;
    Some(String::from_utf8_lossy(value.value()).into_owned())
}

/// A time in either of the two formats.
fn time(reader: &mut SliceReader<'_>) -> der::Result<UnixTime> {
    let since_1970: Duration = match Tag::peek(reader)? {
        Tag::UtcTime => reader.decode::<UtcTime>()?.to_unix_duration(),
        _ => reader.decode::<GeneralizedTime>()?.to_unix_duration(),
    };
    Ok(UnixTime::since_unix_epoch(since_1970))
}
