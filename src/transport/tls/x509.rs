//! What a certificate says of itself that webpki does not ask: of an authority it takes name and key alone, and of any
//! certificate it leaves the key usage aside. Read from the certificate's DER (RFC 5280).

use pkcs8::der::asn1::{AnyRef, BitStringRef, GeneralizedTime, OctetStringRef, UtcTime};
use pkcs8::der::{self, Reader, SliceReader, Tag, TagMode, TagNumber};
use std::time::Duration;
use tokio_rustls::rustls::pki_types::UnixTime;

/// Identifiers of extensions are these two bytes and one more (`id-ce`, 2.5.29).
const ID_CE: [u8; 2] = [0x55, 0x1d];
const KEY_USAGE: u8 = 15;
const BASIC_CONSTRAINTS: u8 = 19;
const EXTENDED_KEY_USAGE: u8 = 37;

/// Those that may be critical in an authority's certificate: the three above and what webpki or OpenSSL heeds. Names
/// (17), name constraints (30), where lists are (31), policies (32, 33, 36, 54).
const HEEDED: [u8; 10] =
    [KEY_USAGE, BASIC_CONSTRAINTS, EXTENDED_KEY_USAGE, 17, 30, 31, 32, 33, 36, 54];

/// `id-kp-serverAuth`, 1.3.6.1.5.5.7.3.1.
const SERVER_AUTH: [u8; 8] = [0x2b, 6, 1, 5, 5, 7, 3, 1];

/// Bits of the first byte of a key usage.
const KEY_CERT_SIGN: u8 = 0x04;
/// Signing, enciphering and agreeing: one of them is what a server needs its key for.
const KEY_OF_SERVER: u8 = 0x80 | 0x20 | 0x08;

/// Why a certificate does not do for what it is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// Good until then.
    Expired(UnixTime),
    /// Good from then on.
    NotYetValid(UnixTime),
    /// It signed another one, and is not an authority's.
    NotAnAuthority,
    /// There are more authorities below it than it allows.
    PathTooLong,
    /// Its key is for other uses.
    KeyUsage,
    /// It is for other purposes than servers.
    Purpose,
    /// Nobody can say what else it demands.
    UnknownExtension,
    /// It cannot be read.
    Malformed,
}

/// A certificate, as far as it is asked here.
#[derive(Debug)]
pub(super) struct Certificate {
    pub(super) is_self_issued: bool,
    not_before: UnixTime,
    not_after: UnixTime,
    is_authority: bool,
    path_length: Option<u32>,
    key_usage: Option<u8>,
    is_for_servers: bool,
    is_understood: bool,
}

impl Certificate {
    /// Reads what is asked here, and nothing else.
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
            // Of X.509's first version is what had no extensions yet: an authority, if it vouches for itself.
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

    /// Whether it does at this time for an authority that has signed another certificate, with so many authorities
    /// between it and the server's own that have not signed themselves.
    pub(super) fn check_as_authority(&self, below: u32, now: UnixTime) -> Result<(), Fault> {
        self.check_dates(now)?;
        match self {
            Self { is_authority: false, .. } => Err(Fault::NotAnAuthority),
            Self { path_length: Some(most), .. } if below > *most => Err(Fault::PathTooLong),
            Self { is_understood: false, .. } => Err(Fault::UnknownExtension),
            _ => self.check_use(KEY_CERT_SIGN),
        }
    }

    /// Whether it does at this time for the server that shows it, but for its name and for who has signed it.
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

/// Who has issued a certificate and whom it is about, in DER.
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

/// The common name of the authority at which the chain that begins with `shown` breaks off, among the other certificates
/// that came with it.
pub(super) fn missing_issuer(shown: &[u8], others: &[&[u8]]) -> Option<String> {
    let mut issuer = names(shown).ok()?.0;
    // One step for each at most, however they refer to each other.
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

/// A time in either form that there is.
fn time(reader: &mut SliceReader<'_>) -> der::Result<UnixTime> {
    let since_1970: Duration = match Tag::peek(reader)? {
        Tag::UtcTime => reader.decode::<UtcTime>()?.to_unix_duration(),
        _ => reader.decode::<GeneralizedTime>()?.to_unix_duration(),
    };
    Ok(UnixTime::since_unix_epoch(since_1970))
}
