//! Profiles: which one is taken, from which file, and what of it counts.

use crate::support::{Conn, Mqtt, Peer, Properties, property};

/// A broker that expects this user, and takes one message.
fn expecting(username: &'static str) -> Peer {
    Peer::script(move |conn: &mut Conn| {
        let username = Some(username).filter(|name| !name.is_empty());
        assert_eq!(conn.accept().username.as_deref(), username.map(str::as_bytes));
        conn.expect_publish();
        conn.expect_goodbye();
    })
}

/// Two profiles, of which each names the peer and a user of the same name.
fn two_profiles(peer: &Peer) -> String {
    let profile = |name: &str| {
        format!("[profiles.{name}]\nurl = \"mqtt://{}\"\nusername = \"{name}\"\n", peer.address())
    };
    profile("one") + &profile("two")
}

fn publish() -> Mqtt {
    Mqtt::new("pub").line("-t t -m x")
}

#[test]
fn the_default_profile_is_taken_unless_another_is_named() {
    for (username, prepare) in [
        ("one", (|run| run) as fn(Mqtt) -> Mqtt),
        ("two", |run| run.line("--profile two")),
        ("two", |run| run.env("MQTT_PROFILE", "two")),
        ("one", |run| run.env("MQTT_PROFILE", "two").line("--profile one")),
    ] {
        let peer = expecting(username);
        let config = format!("default = \"one\"\n{}", two_profiles(&peer));
        prepare(publish().config(&config)).run();
    }
}

#[test]
fn no_profile_is_taken_where_none_is_named_or_no_file_is_wanted() {
    let peer = expecting("");
    peer.mqtt("pub").line("-t t -m x").config(&two_profiles(&peer)).run();
    let peer = expecting("");
    let run = peer.mqtt("pub").line("-t t -m x --no-config");
    run.config(&format!("default = \"one\"\n{}", two_profiles(&peer))).run();
    let peer = expecting("");
    peer.mqtt("pub").line("-t t -m x --no-config").config("this is no TOML").run();
}

#[test]
fn the_file_is_where_flag_variable_or_xdg_say() {
    type Prepare = fn(Mqtt, &str) -> Mqtt;
    let ways: [Prepare; 4] = [
        |run, config| run.private_file("other.toml", config).line("--config other.toml"),
        |run, config| run.private_file("other.toml", config).env("MQTT_CONFIG", "other.toml"),
        |run, config| {
            let home = run.path("xdg");
            std::fs::create_dir_all(home.join("mqtt")).unwrap();
            run.private_file("xdg/mqtt/config.toml", config).env("XDG_CONFIG_HOME", home)
        },
        // A relative directory counts as none.
        |run, config| run.config(config).env("XDG_CONFIG_HOME", "xdg"),
    ];
    for way in ways {
        let peer = expecting("two");
        way(publish().line("--profile two"), &two_profiles(&peer)).run();
    }
}

#[test]
fn help_and_version_read_nothing() {
    for line in ["pub --help", "--version", "--help"] {
        let (command, rest) = line.split_once(' ').unwrap_or((line, ""));
        Mqtt::new(command).line(rest).config("no TOML").stdout_anything().run();
    }
}

#[test]
fn the_paths_of_a_profile_are_relative_to_its_file_or_to_home() {
    for path in ["pw", "~/.config/mqtt/pw"] {
        let peer = Peer::script(|conn| {
            assert_eq!(conn.accept().password.as_deref(), Some(&b"x"[..]));
            conn.expect_publish();
            conn.expect_goodbye();
        });
        let config = format!(
            "[profiles.lab]\nurl = \"mqtt://me@{}\"\npassword-file = \"{path}\"\n",
            peer.address()
        );
        publish()
            .config(&config)
            .private_file(".config/mqtt/pw", "x\n")
            .line("--profile lab")
            .run();
    }
}

#[test]
fn every_kind_of_value_counts() {
    let peer = Peer::script(|conn| {
        let connect = conn.accept();
        let will = connect.will.expect("a will");
        assert_eq!((will.topic.as_str(), will.qos, will.retain), ("w", 1, true));
        assert_eq!((connect.keep_alive, connect.client_id.as_str()), (7, "me"));
        let users = Properties::new().user("a", "b c").user("d", "e");
        assert_eq!(connect.properties.only(property::USER_PROPERTY), users);
        assert!(!connect.clean_start);
        conn.expect_publish();
        conn.expect_goodbye();
    });
    let config = format!(
        "[profiles.lab]\nurl = \"mqtt://{}\"\nid = \"me\"\nno-clean-start = true\n\
         keepalive = 7\nwill-topic = \"w\"\nwill-qos = 1\nwill-retain = true\nprotocol = \"5\"\n\
         property = [\"connect user-property a b c\", [\"connect\", \"user-property\", \"d\", \"e\"]]\n\
         connect-timeout = \"20s\"\nack-timeout = 1.5\nreconnect = \"never\"\n",
        peer.address()
    );
    publish().config(&config).line("--profile lab").run();
}

#[test]
fn a_switch_of_a_profile_is_taken_back_by_its_no_form() {
    let peer = Peer::script(|conn| {
        let connect = conn.accept();
        assert!(connect.clean_start && !connect.will.expect("a will").retain);
        conn.expect_publish();
        conn.expect_goodbye();
    });
    let config = format!(
        "[profiles.lab]\nurl = \"mqtts://{}\"\nid = \"me\"\nno-clean-start = true\n\
         will-topic = \"w\"\nwill-retain = true\ndebug = true\n",
        peer.address()
    );
    publish()
        .config(&config)
        .line("--profile lab --clean-start --no-will-retain --no-debug --no-tls")
        .run();
}

/// A profile of another broker, with everything that says who we are.
const OTHER: &str = "\
[profiles.prod]
url = \"mqtt://prod.example\"
username = \"prod\"
password = \"canary\"
ws-header = [\"Authorization: canary\"]
insecure = true
id = \"me\"
";

#[test]
fn the_secrets_of_a_profile_go_to_its_own_broker_only() {
    let peer = Peer::script(|conn| {
        let connect = conn.accept();
        assert_eq!((connect.username, connect.password), (None, None));
        assert_ne!(connect.client_id, "me");
        conn.expect_publish();
        conn.expect_goodbye();
    });
    let run = peer.mqtt("pub").line("-t t -m x --profile prod").config(OTHER);
    let file = run.path(".config/mqtt/config.toml").display().to_string();
    run.stderr(format!(
        "mqtt: warning: profile prod ({file}:2) is for another broker: \
         its credentials are not sent to mqtt://{}\n",
        peer.address()
    ))
    .run();
}

#[test]
fn a_password_of_ones_own_goes_with_a_profile_for_another_broker() {
    let peer = Peer::script(|conn| {
        let connect = conn.accept();
        assert_eq!(connect.username.as_deref(), Some(&b"me"[..]));
        assert_eq!(connect.password.as_deref(), Some(&b"mine"[..]));
        conn.expect_publish();
        conn.expect_goodbye();
    });
    let run = peer.mqtt("pub").line("-t t -m x --profile prod -u me").config(OTHER);
    run.env("MQTT_PASSWORD", "mine").stderr_line("mqtt: warning: profile prod (*) is *").run();
}

#[test]
fn a_profile_without_a_place_is_for_this_machine() {
    let config = "[profiles.me]\nusername = \"me\"\npassword = \"x\"\n";
    let peer = expecting("me");
    peer.mqtt("pub").line("-t t -m x --profile me").config(config).run();
    Mqtt::new("config")
        .line("show --profile me -h broker.example")
        .config(config)
        .stdout_line("# profile me (*/config.toml:*) is for another broker: *")
        .run();
}

#[test]
fn an_environment_that_leads_elsewhere_than_the_profile_asked_for_is_told() {
    let peer = Peer::accepting();
    let url = format!("mqtt://127.0.0.1:{}", peer.port());
    let run = Mqtt::new("pub").line("-t t -m x --profile plant").env("MQTT_URL", &url);
    let file = run.path(".config/mqtt/config.toml").display().to_string();
    run.config("[profiles.plant]\nkeepalive = 7\nurl = \"mqtt://plant.example\"\n")
        .stderr(format!(
            "mqtt: warning: MQTT_URL or MQTT_HOST leads to {url}, not to profile plant ({file}:3)\n"
        ))
        .run();
}
