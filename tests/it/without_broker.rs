//! A build without the feature `broker`, which `ci/check` tries by itself: however the broker is asked for, it says how to
//! get one, and nothing else offers it.

use crate::support::Mqtt;

#[test]
fn a_build_without_its_broker_says_how_to_get_it() {
    for line in [
        "broker",
        "broker -p 1",
        "broker --help",
        "broker -- true",
        "broker --nonsense",
        "help broker",
    ] {
        let mut words = line.split(' ');
        Mqtt::new(words.next().unwrap())
            .args(words)
            .status(2)
            .stderr(
                "mqtt: this mqtt was built without its broker\n\
                 hint: in its source directory: cargo install --locked --path . --features broker\n",
            )
            .run();
    }
}

#[test]
fn a_build_without_its_broker_does_not_offer_it() {
    let help = Mqtt::new("--help").stdout_anything().run();
    assert!(!help.stdout_text().contains("broker -- "), "{help}");
    let listed = |line: &str| line.trim_start().starts_with("broker ");
    assert!(!help.stdout_text().lines().any(listed), "{help}");
    let script = Mqtt::new("completions").arg("bash").stdout_anything().run();
    assert!(!script.stdout_text().contains("mqtt,broker"), "{script}");
    Mqtt::new("brokr").status(2).stderr_lacks("mean mqtt broker").run();
}
