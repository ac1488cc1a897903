//! Chains of certificates with anything in them: each link is good unless a test changes it, and can sign.

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, PublicKeyData, RevokedCertParams, date_time_ymd,
};
use rcgen::{CertificateRevocationListParams, KeyIdMethod, SerialNumber};

use super::certificates::Certificate;

/// A certificate, and what it signs with.
pub struct Link {
    pub pem: String,
    /// PKCS#8.
    pub key: String,
    /// What is hashed for a pin.
    pub public_key: Vec<u8>,
    serial: SerialNumber,
    issuer: Issuer<'static, KeyPair>,
}

impl Link {
    /// An authority that has signed itself.
    pub fn root(change: impl FnOnce(&mut CertificateParams)) -> Self {
        Self::new(None, authority("root"), change)
    }

    /// An authority below this one.
    pub fn authority(&self, name: &str, change: impl FnOnce(&mut CertificateParams)) -> Self {
        Self::new(Some(self), authority(name), change)
    }

    /// A certificate of the server `localhost`.
    pub fn server(&self, change: impl FnOnce(&mut CertificateParams)) -> Self {
        Self::new(Some(self), server(), change)
    }

    /// The same, which has signed itself.
    pub fn lone_server(change: impl FnOnce(&mut CertificateParams)) -> Self {
        Self::new(None, server(), change)
    }

    /// A link that was made elsewhere.
    pub fn of(certificate: &Certificate, name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name = named(name);
        let key = KeyPair::from_pem(&certificate.key).expect("a key");
        Self {
            pem: certificate.pem.clone(),
            key: certificate.key.clone(),
            public_key: key.subject_public_key_info(),
            serial: 1.into(),
            issuer: Issuer::new(params, key),
        }
    }

    fn new(
        signer: Option<&Self>,
        mut params: CertificateParams,
        change: impl FnOnce(&mut CertificateParams),
    ) -> Self {
        let key = KeyPair::generate().expect("a key can be made");
        // An even byte in front keeps it a positive number.
        let serial = SerialNumber::from([&[1], &key.public_key_raw()[1..9]].concat());
        params.serial_number = Some(serial.clone());
        change(&mut params);
        let signed = match signer {
            None => params.self_signed(&key),
            Some(signer) => params.signed_by(&key, &signer.issuer),
        };
        Self {
            pem: signed.expect("it can be signed").pem(),
            key: key.serialize_pem(),
            public_key: key.subject_public_key_info(),
            serial,
            issuer: Issuer::new(params, key),
        }
    }

    /// What a server shows that sends the certificates of `others` too.
    pub fn shown_with(&self, others: &[&Self]) -> Certificate {
        let others = others.iter().map(|other| other.pem.as_str());
        let pem = [self.pem.as_str()].into_iter().chain(others).collect();
        Certificate { pem, key: self.key.clone() }
    }

    /// Its list of revoked certificates, in force until the beginning of that year.
    pub fn revokes(&self, revoked: &[&Self], until: i32) -> String {
        let revoked = revoked.iter().map(|link| RevokedCertParams {
            serial_number: link.serial.clone(),
            revocation_time: date_time_ymd(2001, 1, 1),
            reason_code: None,
            invalidity_date: None,
        });
        let list = CertificateRevocationListParams {
            this_update: date_time_ymd(2000, 1, 1),
            next_update: date_time_ymd(until, 1, 1),
            crl_number: 1.into(),
            issuing_distribution_point: None,
            revoked_certs: revoked.collect(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        let list = list.signed_by(&self.issuer).expect("a list can be signed");
        list.pem().expect("a list in PEM form")
    }
}

fn authority(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = named(name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

fn server() -> CertificateParams {
    let names = vec!["localhost".to_owned()];
    let mut params = CertificateParams::new(names).expect("a name a certificate can have");
    params.distinguished_name = named("server");
    params.is_ca = IsCa::ExplicitNoCa;
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params
}

fn named(name: &str) -> rcgen::DistinguishedName {
    let mut names = rcgen::DistinguishedName::new();
    names.push(DnType::CommonName, name);
    names
}
