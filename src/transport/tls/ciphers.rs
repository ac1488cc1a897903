//! Cipher suites by name, for `--tls-ciphers`.

use std::str::FromStr;
use tokio_rustls::rustls::SupportedCipherSuite;
use tokio_rustls::rustls::crypto::ring::cipher_suite as suites;

/// Each suite with its names in the IANA registry and in OpenSSL.
const SUITES: [(SupportedCipherSuite, &str, &str); 9] = [
    (suites::TLS13_AES_256_GCM_SHA384, "TLS_AES_256_GCM_SHA384", "TLS_AES_256_GCM_SHA384"),
    (suites::TLS13_AES_128_GCM_SHA256, "TLS_AES_128_GCM_SHA256", "TLS_AES_128_GCM_SHA256"),
    (
        suites::TLS13_CHACHA20_POLY1305_SHA256,
        "TLS_CHACHA20_POLY1305_SHA256",
        "TLS_CHACHA20_POLY1305_SHA256",
    ),
    (
        suites::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
        "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
        "ECDHE-ECDSA-AES256-GCM-SHA384",
    ),
    (
        suites::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
        "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
        "ECDHE-ECDSA-AES128-GCM-SHA256",
    ),
    (
        suites::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
        "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
        "ECDHE-ECDSA-CHACHA20-POLY1305",
    ),
    (
        suites::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
        "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
        "ECDHE-RSA-AES256-GCM-SHA384",
    ),
    (
        suites::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
        "ECDHE-RSA-AES128-GCM-SHA256",
    ),
    (
        suites::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
        "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
        "ECDHE-RSA-CHACHA20-POLY1305",
    ),
];

/// The suites to offer, best first.
#[derive(Clone, Debug, PartialEq)]
pub struct Ciphers(Vec<SupportedCipherSuite>);

impl Ciphers {
    /// The suites.
    pub(super) fn suites(&self) -> Vec<SupportedCipherSuite> {
        self.0.clone()
    }
}

impl FromStr for Ciphers {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let suite = |name: &str| {
            let name = name.trim();
            let is_it = |known: &str| known.eq_ignore_ascii_case(name);
            let found = SUITES.iter().find(|(_, iana, openssl)| is_it(iana) || is_it(openssl));
            found.map(|(suite, ..)| *suite).ok_or_else(|| {
                let names: Vec<_> = SUITES.iter().map(|(.., openssl)| *openssl).collect();
                format!("unknown cipher '{name}'; the known ones are {}", names.join(", "))
            })
        };
        text.split([':', ',']).map(suite).collect::<Result<_, _>>().map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio_rustls::rustls::crypto::ring::ALL_CIPHER_SUITES;

    #[test]
    fn every_suite_has_its_names() {
        assert_eq!(SUITES.len(), ALL_CIPHER_SUITES.len());
        for (suite, iana, openssl) in SUITES {
            assert!(ALL_CIPHER_SUITES.contains(&suite));
            let name = suite.suite().as_str().unwrap().replace("TLS13_", "TLS_");
            assert_eq!(name, iana);
            let one = Ciphers(vec![suite]);
            assert_eq!(iana.parse(), Ok(one.clone()));
            assert_eq!(openssl.to_lowercase().parse(), Ok(one));
        }
    }

    #[test]
    fn a_list_keeps_its_order_and_an_unknown_name_is_told_with_those_there_are() {
        let two: Ciphers = "ECDHE-RSA-AES128-GCM-SHA256:TLS_AES_128_GCM_SHA256".parse().unwrap();
        assert_eq!(two.0, [SUITES[7].0, SUITES[1].0]);
        for bad in ["", "HIGH", "AES128-SHA", "TLS_AES_128_GCM_SHA256:", "RC4,MD5"] {
            let error = bad.parse::<Ciphers>().unwrap_err();
            assert!(error.contains("ECDHE-RSA-CHACHA20-POLY1305"), "{bad}: {error}");
        }
    }
}
