//! Certificates made for one test: an authority, what it signs, and the keys in every form there is.

use std::ops::Range;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};

use super::openssl::openssl;

/// Signs certificates.
pub struct Authority {
    pem: String,
    issuer: Issuer<'static, KeyPair>,
}

/// A certificate and its key, both as PEM.
pub struct Certificate {
    pub pem: String,
    /// PKCS#8, not encrypted.
    pub key: String,
}

impl Authority {
    pub fn new(name: &str) -> Self {
        let mut params = named(name, &[]);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let key = new_key();
        let pem = params.self_signed(&key).expect("an authority can be made").pem();
        Self { pem, issuer: Issuer::new(params, key) }
    }

    /// Its own certificate.
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// A broker's certificate for these names, host names or addresses, that is good for long.
    pub fn server(&self, names: &[&str]) -> Certificate {
        self.server_during(names, 1975..4096)
    }

    /// The same, from the first of January of one year to that of another.
    pub fn server_during(&self, names: &[&str], years: Range<i32>) -> Certificate {
        let mut params = during(named("broker", names), years);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        self.sign(&params, &new_key())
    }

    /// A client's certificate.
    pub fn client(&self, name: &str) -> Certificate {
        self.sign(&of_client(name), &new_key())
    }

    /// A client's certificate whose key is of RSA.
    pub fn client_with_rsa(&self, name: &str) -> Certificate {
        let key = KeyPair::from_pem(&openssl("genrsa 2048", "")).expect("an RSA key");
        self.sign(&of_client(name), &key)
    }

    /// A client's certificate that has expired.
    pub fn expired_client(&self, name: &str) -> Certificate {
        self.sign(&during(of_client(name), 1999..2001), &new_key())
    }

    fn sign(&self, params: &CertificateParams, key: &KeyPair) -> Certificate {
        let signed = params.signed_by(key, &self.issuer).expect("a certificate can be signed");
        Certificate { pem: signed.pem(), key: key.serialize_pem() }
    }
}

impl Certificate {
    /// What `openssl req -x509` makes for this name: its own authority.
    pub fn of_openssl(name: &str) -> Self {
        let key = openssl("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256", "");
        let args =
            format!("req -x509 -key /dev/stdin -subj /CN={name} -addext subjectAltName=DNS:{name}");
        Self { pem: openssl(&args, &key), key }
    }

    /// The like of [`Certificate::of_openssl`] for certain years, which OpenSSL cannot be asked for.
    pub fn its_own_authority(name: &str, years: Range<i32>) -> Self {
        let mut params = during(named(name, &[name]), years);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = new_key();
        let signed = params.self_signed(&key).expect("a certificate can sign itself");
        Self { pem: signed.pem(), key: key.serialize_pem() }
    }

    /// One of X.509 version 1, its own authority, as `openssl x509 -req` of OpenSSL 3.0 makes them.
    pub fn of_version_1() -> Self {
        Self { pem: VERSION_1.to_owned(), key: KEY_OF_VERSION_1.to_owned() }
    }

    /// The key encrypted with a password, by a method in the words of `openssl pkcs8`.
    pub fn encrypted_key(&self, method: &str, password: &str) -> String {
        openssl(&format!("pkcs8 -topk8 {method} -passout pass:{password}"), &self.key)
    }
}

fn of_client(name: &str) -> CertificateParams {
    let mut params = named(name, &[]);
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    params
}

fn during(mut params: CertificateParams, years: Range<i32>) -> CertificateParams {
    params.not_before = date_time_ymd(years.start, 1, 1);
    params.not_after = date_time_ymd(years.end, 1, 1);
    params
}

fn named(name: &str, alternative_names: &[&str]) -> CertificateParams {
    let names: Vec<String> = alternative_names.iter().map(|name| (*name).to_owned()).collect();
    let mut params = CertificateParams::new(names).expect("names a certificate can have");
    params.distinguished_name.push(DnType::CommonName, name);
    params
}

fn new_key() -> KeyPair {
    KeyPair::generate().expect("a key can be made")
}

const VERSION_1: &str = "\
-----BEGIN CERTIFICATE-----
MIIBBTCBrAIBATAKBggqhkjOPQQDAjAOMQwwCgYDVQQDDANvbGQwIBcNNzUwMTAx
MDAwMDAwWhgPNDA5NjAxMDEwMDAwMDBaMA4xDDAKBgNVBAMMA29sZDBZMBMGByqG
SM49AgEGCCqGSM49AwEHA0IABJOXjVy/Sw+8GNcZOSFIztOlxJs4EED4Ab3b8nIp
82smj95GvVa+vneDke7VdDqA84yXBHQV3PRZBWfJFeRC6GkwCgYIKoZIzj0EAwID
SAAwRQIhAIzg7AqBetO2Y6dmTflltD1PTosG1/X9Fip0zmSyKsmgAiASOYPTu0H9
Ylnu8GQDXie7WIK/itqqZduX8n7Hx71DIg==
-----END CERTIFICATE-----
";

const KEY_OF_VERSION_1: &str = "\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgG5ekrGrr8LHQZozO
7UdpyYBbMBruJJoPHdV9t4jB4xOhRANCAASTl41cv0sPvBjXGTkhSM7TpcSbOBBA
+AG92/JyKfNrJo/eRr1Wvr53g5Hu1XQ6gPOMlwR0Fdz0WQVnyRXkQuhp
-----END PRIVATE KEY-----
";
