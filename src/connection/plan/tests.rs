//! Which of flag, URL, environment and default decides.

use super::*;
use crate::settings::{Environment, Typed};
use std::ffi::OsString;

fn resolve(flags: &[&str], environment: &[(&'static str, &str)]) -> Result<Connection, Failure> {
    let typed = Typed::parse(flags.iter().map(OsString::from), Environment::of(environment))
        .unwrap_or_else(|error| panic!("{error}"));
    let needs = Needs { version_5: &[], response_information: false, reads_stdin: false };
    Connection::resolve(Settled::new(typed, &[])?, &needs)
}

fn target(flags: &[&str], environment: &[(&'static str, &str)]) -> String {
    resolve(flags, environment).ok().map(|plan| plan.options.target.to_string()).unwrap_or_default()
}

fn refused(flags: &[&str], environment: &[(&'static str, &str)]) -> String {
    resolve(flags, environment).err().map(|failure| failure.message).unwrap_or_default()
}

#[test]
fn a_flag_wins_over_the_url_and_both_over_the_environment_field_by_field() {
    let environment =
        [("MQTT_HOST", "env"), ("MQTT_PORT", "1111"), ("MQTT_URL", "mqtt://envurl:2222")];
    assert_eq!(target(&[], &[]), "mqtt://localhost:1883");
    assert_eq!(target(&[], &environment), "mqtt://env:1111");
    assert_eq!(target(&["-h", "flag"], &environment), "mqtt://flag:1111");
    assert_eq!(target(&["-L", "mqtt://url:3"], &environment), "mqtt://url:3");
    assert_eq!(target(&["-L", "mqtt://url"], &environment), "mqtt://url:1883");
    assert_eq!(target(&["-p", "4", "-L", "mqtt://url:3"], &environment), "mqtt://url:4");
    assert_eq!(target(&["-L", "mqtt://url:3", "-p", "4"], &environment), "mqtt://url:4");
    assert_eq!(target(&[], &[("MQTT_URL", "mqtt://envurl:2222")]), "mqtt://envurl:2222");
    assert_eq!(target(&["-h", "::1"], &[]), "mqtt://[::1]:1883");
}

#[test]
fn what_only_mqtt_5_can_do_decides_the_version() {
    let plan = resolve(&["-x", "1h"], &[]).ok().unwrap();
    assert_eq!(plan.options.protocol, Protocol::Exactly(Version::V5));
    assert_eq!(
        refused(&["-x", "1h", "-V", "3.1.1"], &[]),
        "--session-expiry needs MQTT 5, but MQTT 3.1.1 was requested"
    );
    assert!(refused(&["-V", "mqttv31"], &[("MQTT_PASSWORD", "x")]).contains("user name"));
}

#[test]
fn generated_ids_are_random_and_persistent_sessions_need_a_name() {
    let id = |flags: &[&str]| resolve(flags, &[]).ok().unwrap().session.client_id;
    assert_eq!(id(&[]).len(), "mqtt-0123456789abcdef".len());
    assert_ne!(id(&[]), id(&[]));
    assert!(id(&["-I", "pre"]).starts_with("pre"));
    assert!(refused(&["-c"], &[]).contains("client id"));
    assert!(refused(&["-c", "-i", ""], &[]).contains("client id"));
    assert!(refused(&["-c", "-I", "pre"], &[]).contains("client id"));
}

#[test]
fn credentials_come_from_flag_url_and_environment() {
    let plan = resolve(&["-L", "mqtt://u:p@h"], &[("MQTT_USERNAME", "env")]).ok().unwrap();
    assert_eq!(plan.session.username.as_deref(), Some("u"));
    assert_eq!(plan.session.password.as_ref().map(|secret| secret.expose()), Some(&b"p"[..]));
    let plan = resolve(&[], &[("MQTT_USERNAME", "env"), ("MQTT_PASSWORD", "pw")]).ok().unwrap();
    assert_eq!(plan.session.username.as_deref(), Some("env"));
    assert!(!format!("{:?}", plan.options).contains("pw"));
}

#[test]
fn an_error_in_a_url_does_not_show_its_password() {
    let message = refused(&["-L", "http://user:hunter2@host"], &[]);
    assert!(message.contains("--url") && !message.contains("hunter2"), "{message}");
}

#[test]
fn what_a_url_in_the_environment_says_stays_with_its_host() {
    let environment = [("MQTT_URL", "mqtt://prod:secret@prod.example/topic")];
    let plan = resolve(&["-h", "other"], &environment).ok().unwrap();
    assert!(plan.session.username.is_none() && plan.session.password.is_none());
    assert_eq!(plan.url_topics.default, None);
    let plan = resolve(&["-h", "PROD.example"], &environment).ok().unwrap();
    assert_eq!(plan.session.username.as_deref(), Some("prod"));
    // Another port is another broker: it may be anybody's.
    let plan = resolve(&["-p", "1884"], &environment).ok().unwrap();
    assert!(plan.session.username.is_none() && plan.session.password.is_none());
    assert_eq!(plan.url_topics.default.as_deref(), Some("topic"));
}

#[test]
fn a_password_that_was_typed_beats_one_in_the_environment() {
    let plan = resolve(&["-L", "mqtt://u:typed@h"], &[("MQTT_PASSWORD", "env")]).ok().unwrap();
    assert_eq!(plan.session.password.as_ref().map(|secret| secret.expose()), Some(&b"typed"[..]));
}

#[test]
fn the_port_of_a_url_in_the_environment_stays_with_its_host() {
    let environment = [("MQTT_URL", "mqtt://other:1999")];
    assert_eq!(target(&["-h", "127.0.0.1"], &environment), "mqtt://127.0.0.1:1883");
    assert_eq!(target(&["-h", "127.0.0.1", "-p", "7"], &environment), "mqtt://127.0.0.1:7");
    assert_eq!(target(&["-L", "mqtt://url"], &environment), "mqtt://url:1883");
    assert_eq!(target(&["-h", "other"], &environment), "mqtt://other:1999");
    assert_eq!(target(&[], &environment), "mqtt://other:1999");
    let port = [environment[0], ("MQTT_PORT", "7")];
    assert_eq!(target(&["-h", "127.0.0.1"], &port), "mqtt://127.0.0.1:7");
}
