//! Whom TLS believes, in one table: what this program says of a chain, what OpenSSL says, and why where they differ.

use std::fs;
use std::slice;

use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, ExtendedKeyUsagePurpose, GeneralSubtree,
    IsCa, KeyUsagePurpose, NameConstraints, date_time_ymd,
};

use crate::support::{Certificate, Link, Mqtt, Peer, openssl, openssl_verify, tls_door};

/// Nothing against it.
const GOOD: &str = "";

const UNKNOWN: &str = "certificate issued by an unknown CA";
const NO_AUTHORITY: &str = "certificate was signed by one that is not a CA's (CA:FALSE)";
const PATH: &str = "the CA certificate allows fewer CAs below it (pathlen)";
const KEY_USAGE: &str =
    "the CA certificate must not sign others (its key usage has no keyCertSign)";
const PURPOSE: &str = "the CA certificate is not meant for servers";
const NOT_A_SERVER: &str = "certificate is not meant for a server";
const NAMES: &str = "the CA must not sign certificates for this name";
const OLD: &str = "certificate has expired (2020-01-01)";
const OLD_AUTHORITY: &str = "the CA certificate has expired (2020-01-01)";
const FUTURE_AUTHORITY: &str = "the CA certificate is not valid before 3000-01-01";
const EXTENSION: &str = "certificate has a critical extension that is not understood";
const EXTENSION_OF_AUTHORITY: &str =
    "the CA certificate has a critical extension that is not understood";
const SHA_1: &str = "certificate is signed by an algorithm that is not accepted";
const REVOKED: &str = "certificate has been revoked";
const NO_LIST: &str = "no revocation list in --crl covers the certificate";
const OLD_LIST: &str = "the revocation list of --crl has expired (2020-01-01)";
const FORGED_LIST: &str = "the revocation list of --crl was not signed by the CA";

/// What OpenSSL says, as mosquitto asks it, and as curl does: that takes any certificate it was given for the end of a
/// chain (`-partial_chain`).
#[derive(Clone, Copy, Debug, PartialEq)]
enum OpenSsl {
    Accepts,
    Refuses,
    OnlyForCurl,
}
use OpenSsl::{Accepts, OnlyForCurl, Refuses};

struct Case {
    name: &'static str,
    trusted: String,
    shown: Certificate,
    lists: Option<String>,
    ours: &'static str,
    openssl: OpenSsl,
    /// Why we do not say what mosquitto would.
    why: &'static str,
}

fn case(name: &'static str, trusted: &[&Link], shown: Certificate, ours: &'static str) -> Case {
    let trusted = trusted.iter().map(|link| link.pem.as_str()).collect();
    let openssl = if ours == GOOD { Accepts } else { Refuses };
    Case { name, trusted, shown, lists: None, ours, openssl, why: "" }
}

impl Case {
    fn lists(self, lists: &[String]) -> Self {
        Self { lists: Some(lists.concat()), ..self }
    }

    fn but_openssl(self, openssl: OpenSsl, why: &'static str) -> Self {
        Self { openssl, why, ..self }
    }

    #[track_caller]
    fn judged_by_openssl(&self) -> OpenSsl {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).display().to_string();
        fs::write(path("ca"), &self.trusted).unwrap();
        fs::write(path("shown"), &self.shown.pem).unwrap();
        let mut args = format!(
            "-no-CApath -no-CAstore -CAfile {} -untrusted {shown} -purpose sslserver -auth_level 2 \
             -verify_hostname localhost {shown}",
            path("ca"),
            shown = path("shown"),
        );
        if let Some(lists) = &self.lists {
            fs::write(path("crl"), lists).unwrap();
            args = format!("-crl_check_all -CRLfile {} {args}", path("crl"));
        }
        let strictly = openssl_verify(&args);
        let partially = openssl_verify(&format!("-partial_chain {args}"));
        match (strictly.is_ok(), partially.is_ok()) {
            (true, true) => Accepts,
            (false, false) => Refuses,
            (false, true) => OnlyForCurl,
            (true, false) => panic!("{}: {partially:?}", self.name),
        }
    }

    fn judged_by_us(&self) {
        let peer = if self.ours == GOOD { Peer::accepting() } else { Peer::untouched() };
        let door = tls_door(&self.shown, &[], peer.port());
        let url = format!("mqtts://localhost:{}", door.port());
        let run = Mqtt::new("pub").line("-V 5 -t t -m x -q 1 --ca ca.pem -L").arg(&url);
        let run = run.file("ca.pem", &self.trusted);
        let run = match &self.lists {
            Some(lists) => run.file("crl.pem", lists).line("--crl crl.pem"),
            None => run,
        };
        eprintln!("{}", self.name);
        match self.ours {
            GOOD => run.run(),
            words => {
                let line = format!("mqtt: cannot connect to {url}: {words}");
                run.status(3).stderr_line(&line).run()
            }
        };
    }
}

fn years(from: i32, to: i32) -> impl Fn(&mut CertificateParams) {
    move |params| {
        params.not_before = date_time_ymd(from, 1, 1);
        params.not_after = date_time_ymd(to, 1, 1);
    }
}

fn usages(usages: &[KeyUsagePurpose]) -> impl Fn(&mut CertificateParams) {
    move |params| params.key_usages = usages.to_vec()
}

fn path_length(most: u8) -> impl Fn(&mut CertificateParams) {
    move |params| params.is_ca = IsCa::Ca(BasicConstraints::Constrained(most))
}

fn names(permitted: &[&str], excluded: &[&str]) -> impl Fn(&mut CertificateParams) {
    let trees = |names: &[&str]| -> Vec<_> {
        names.iter().map(|name| GeneralSubtree::DnsName((*name).into())).collect()
    };
    let names = NameConstraints {
        permitted_subtrees: trees(permitted),
        excluded_subtrees: trees(excluded),
    };
    move |params| params.name_constraints = Some(names.clone())
}

fn no_authority(params: &mut CertificateParams) {
    params.is_ca = IsCa::ExplicitNoCa;
}

fn without_constraints(params: &mut CertificateParams) {
    params.is_ca = IsCa::NoCa;
}

fn for_clients(params: &mut CertificateParams) {
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
}

fn demanding(params: &mut CertificateParams) {
    // An extension that nobody knows, with a NULL in it.
    let mut extension = CustomExtension::from_oid_content(&[1, 2, 3, 4], vec![5, 0]);
    extension.set_criticality(true);
    params.custom_extensions.push(extension);
}

/// By its key, where two have the same name.
fn naming_its_signer(params: &mut CertificateParams) {
    params.use_authority_key_identifier_extension = true;
}

fn as_it_is(_: &mut CertificateParams) {}

/// The certificate of a server that `root` has signed with SHA-1, as old authorities did.
fn signed_with_sha_1(root: &Link) -> Certificate {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    fs::write(path("root"), &root.pem).unwrap();
    fs::write(path("root.key"), &root.key).unwrap();
    fs::write(path("extensions"), "subjectAltName=DNS:localhost\n").unwrap();
    let key = Link::lone_server(as_it_is).key;
    let request = openssl("req -new -key /dev/stdin -subj /CN=server", &key);
    let (root, key_of_root, extensions) = (path("root"), path("root.key"), path("extensions"));
    let args = format!(
        "x509 -req -sha1 -days 9 -CA {root} -CAkey {key_of_root} -set_serial 7 -extfile {extensions}"
    );
    Certificate { pem: openssl(&args, request), key }
}

const NARROWER: &str = "who names an authority below the root trusts less, as with curl";
const EXACT: &str = "who names just the certificate that is shown trusts no other, as with curl";
const CONSTRAINTS: &str = "without basicConstraints nobody signs others (RFC 5280, 4.2.1.9)";

fn issuers() -> Vec<Case> {
    let root = Link::root(as_it_is);
    let between = root.authority("between", as_it_is);
    let (server, below) = (root.server(as_it_is), between.server(as_it_is));
    let lone = Link::lone_server(as_it_is);
    let own_authority =
        Link::lone_server(|params| params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained));
    let denied = Link::root(no_authority);
    let bare = Link::root(|params| {
        without_constraints(params);
        params.key_usages.clear();
    });
    let tolerated = Link::root(without_constraints);
    let version_1 = Link::of(&Certificate::of_version_1(), "old");
    let between_denied = root.authority("between", no_authority);
    let impostor = Link::root(as_it_is);
    vec![
        case("a root", &[&root], server.shown_with(&[]), GOOD),
        case("a root above another", &[&root], below.shown_with(&[&between]), GOOD),
        case("the one between is not shown", &[&root], below.shown_with(&[]), UNKNOWN),
        case("the one between as --ca", &[&between], below.shown_with(&[&between]), GOOD)
            .but_openssl(OnlyForCurl, NARROWER),
        case("the one between as --ca, not shown", &[&between], below.shown_with(&[]), GOOD)
            .but_openssl(OnlyForCurl, NARROWER),
        case("the certificate shown as --ca", &[&server], server.shown_with(&[]), GOOD)
            .but_openssl(OnlyForCurl, EXACT),
        case("self-signed, as --ca", &[&lone], lone.shown_with(&[]), GOOD),
        case(
            "self-signed, CA:TRUE, as --ca",
            &[&own_authority],
            own_authority.shown_with(&[]),
            GOOD,
        ),
        case("self-signed, another as --ca", &[&root], lone.shown_with(&[]), UNKNOWN),
        case(
            "a server's as --ca has signed another's",
            &[&lone],
            lone.server(as_it_is).shown_with(&[]),
            NO_AUTHORITY,
        ),
        case(
            "a server's has signed another's, and is shown",
            &[&root],
            server.server(as_it_is).shown_with(&[&server]),
            NO_AUTHORITY,
        ),
        case("CA:FALSE as --ca", &[&denied], denied.server(as_it_is).shown_with(&[]), NO_AUTHORITY),
        case(
            "CA:FALSE between",
            &[&root],
            between_denied.server(as_it_is).shown_with(&[&between_denied]),
            NO_AUTHORITY,
        ),
        case("no basicConstraints", &[&bare], bare.server(as_it_is).shown_with(&[]), NO_AUTHORITY),
        case(
            "no basicConstraints, but keyCertSign",
            &[&tolerated],
            tolerated.server(as_it_is).shown_with(&[]),
            NO_AUTHORITY,
        )
        .but_openssl(Accepts, CONSTRAINTS),
        case("X.509 version 1", &[&version_1], version_1.server(as_it_is).shown_with(&[]), GOOD),
        case(
            "the name of the root, another key",
            &[&root],
            impostor.server(as_it_is).shown_with(&[]),
            "certificate was not signed by the CA it names",
        ),
        case("SHA-1", &[&root], signed_with_sha_1(&root), SHA_1),
    ]
}

fn constraints() -> Vec<Case> {
    use KeyUsagePurpose::{CrlSign, DigitalSignature, KeyCertSign};

    /// A root, an authority and a server that were changed like this.
    fn chain(
        name: &'static str,
        root: impl Fn(&mut CertificateParams),
        between: impl Fn(&mut CertificateParams),
        server: impl Fn(&mut CertificateParams),
        ours: &'static str,
    ) -> Case {
        let root = Link::root(root);
        let between = root.authority("between", between);
        let server = between.server(server);
        case(name, &[&root], server.shown_with(&[&between]), ours)
    }

    let root = Link::root(path_length(0));
    let rolled = root.authority("root", naming_its_signer);
    let plain = Link::root(as_it_is);
    let narrow = plain.authority("narrow", path_length(0));
    let low = narrow.authority("low", as_it_is);
    let (only, good) = (usages(&[CrlSign]), usages(&[KeyCertSign, DigitalSignature]));
    vec![
        chain("pathlen 1 of the root", path_length(1), as_it_is, as_it_is, GOOD),
        chain("pathlen 0 of the root", path_length(0), as_it_is, as_it_is, PATH),
        case(
            "pathlen 0 of the root, its new key",
            &[&root],
            rolled.server(naming_its_signer).shown_with(&[&rolled]),
            GOOD,
        ),
        case(
            "pathlen 0 between",
            &[&plain],
            low.server(as_it_is).shown_with(&[&low, &narrow]),
            PATH,
        ),
        case("pathlen 0 as --ca", &[&narrow], low.server(as_it_is).shown_with(&[&low]), PATH),
        chain("a client's", as_it_is, as_it_is, for_clients, NOT_A_SERVER),
        chain("for clients, between", as_it_is, for_clients, as_it_is, PURPOSE),
        chain("a root for clients", for_clients, as_it_is, as_it_is, PURPOSE),
        chain("keyCertSign and more", &good, &good, usages(&[DigitalSignature]), GOOD),
        chain("a root without keyCertSign", &only, as_it_is, as_it_is, KEY_USAGE),
        chain("without keyCertSign between", as_it_is, &only, as_it_is, KEY_USAGE),
        chain("a server whose key signs lists", as_it_is, as_it_is, &only, NOT_A_SERVER),
        chain("names of a root", names(&["localhost"], &[]), as_it_is, as_it_is, GOOD),
        chain("other names of a root", names(&["example"], &[]), as_it_is, as_it_is, NAMES),
        chain("other names between", as_it_is, names(&["example"], &[]), as_it_is, NAMES),
        chain("names that are excluded", as_it_is, names(&[], &["localhost"]), as_it_is, NAMES),
        chain("a root that demands more", demanding, as_it_is, as_it_is, EXTENSION_OF_AUTHORITY),
        chain("one between that demands more", as_it_is, demanding, as_it_is, EXTENSION),
        chain("a server that demands more", as_it_is, as_it_is, demanding, EXTENSION),
    ]
}

fn dates() -> Vec<Case> {
    let (old, future) = (years(2010, 2020), years(3000, 3010));
    let root = Link::root(as_it_is);
    let between = root.authority("between", &old);
    let (old_root, future_root) = (Link::root(&old), Link::root(&future));
    let below_old = old_root.authority("between", as_it_is);
    let (lone, own) = (
        Link::lone_server(&old),
        Link::lone_server(|params| {
            params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
            old(params);
        }),
    );
    let server = root.server(&old);
    vec![
        case("a server of old", &[&root], server.shown_with(&[]), OLD),
        case("a server of old as --ca", &[&server], server.shown_with(&[]), OLD),
        case("self-signed of old", &[&lone], lone.shown_with(&[]), OLD),
        case("self-signed of old, CA:TRUE", &[&own], own.shown_with(&[]), OLD),
        case(
            "a server of the future",
            &[&root],
            root.server(&future).shown_with(&[]),
            "certificate is not valid before 3000-01-01",
        ),
        case(
            "one between of old",
            &[&root],
            between.server(as_it_is).shown_with(&[&between]),
            OLD_AUTHORITY,
        ),
        case(
            "a root of old",
            &[&old_root],
            old_root.server(as_it_is).shown_with(&[]),
            OLD_AUTHORITY,
        ),
        case(
            "a root of the future",
            &[&future_root],
            future_root.server(as_it_is).shown_with(&[]),
            FUTURE_AUTHORITY,
        ),
        case(
            "a root of old above one that is good",
            &[&old_root],
            below_old.server(as_it_is).shown_with(&[&below_old]),
            OLD_AUTHORITY,
        ),
        case(
            "a root of old and one below it as --ca",
            &[&old_root, &below_old],
            below_old.server(as_it_is).shown_with(&[]),
            GOOD,
        )
        .but_openssl(OnlyForCurl, NARROWER),
        case(
            "a root of old beside one that is good",
            &[&old_root, &root],
            root.server(as_it_is).shown_with(&[]),
            GOOD,
        ),
    ]
}

fn lists() -> Vec<Case> {
    let root = Link::root(as_it_is);
    let between = root.authority("between", as_it_is);
    let server = between.server(as_it_is);
    let (of_root, of_between) = (root.revokes(&[], 4000), between.revokes(&[], 4000));
    let chain = |name, ours| case(name, &[&root], server.shown_with(&[&between]), ours);
    let impostor = Link::root(as_it_is);
    let lone = Link::lone_server(as_it_is);
    vec![
        chain("nothing is revoked", GOOD).lists(&[of_root.clone(), of_between.clone()]),
        chain("the server's is revoked", REVOKED)
            .lists(&[of_root.clone(), between.revokes(&[&server], 4000)]),
        chain("the one between is revoked", REVOKED)
            .lists(&[root.revokes(&[&between], 4000), of_between.clone()]),
        chain("no list of the root", NO_LIST).lists(slice::from_ref(&of_between)),
        chain("no list of the one between", NO_LIST).lists(slice::from_ref(&of_root)),
        chain("a list of old", OLD_LIST).lists(&[of_root.clone(), between.revokes(&[], 2020)]),
        chain("a list of old of the root", OLD_LIST)
            .lists(&[root.revokes(&[], 2020), of_between.clone()]),
        chain("a list in the name of the root", FORGED_LIST)
            .lists(&[impostor.revokes(&[], 4000), of_between.clone()]),
        case("self-signed, nobody's list", &[&lone], lone.shown_with(&[]), NO_LIST)
            .lists(slice::from_ref(&of_root)),
        case(
            "the certificate shown as --ca, revoked",
            &[&server, &root],
            server.shown_with(&[&between]),
            REVOKED,
        )
        .lists(&[of_root, between.revokes(&[&server], 4000)]),
    ]
}

fn check(cases: Vec<Case>) {
    for case in cases {
        assert_eq!(case.judged_by_openssl(), case.openssl, "{}", case.name);
        let agrees = (case.openssl == Accepts) == (case.ours == GOOD);
        assert_eq!(agrees, case.why.is_empty(), "{}", case.name);
        case.judged_by_us();
    }
}

#[test]
fn authorities_sign_and_what_is_not_one_is_only_itself() {
    check(issuers());
}

#[test]
fn what_a_certificate_says_of_itself_holds_for_authorities_too() {
    check(constraints());
}

#[test]
fn whoever_is_trusted_is_trusted_within_their_dates() {
    check(dates());
}

#[test]
fn revocation_lists_decide_about_every_certificate() {
    check(lists());
}
