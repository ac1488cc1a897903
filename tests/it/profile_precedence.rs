//! Flag over environment over profile, field by field: drawn by lot.

use crate::support::{Level, Mqtt, Peer, Random};

/// A setting that all three can say: its key, its flag, its variable, and what each says.
struct Field {
    key: &'static str,
    flag: &'static str,
    variable: &'static str,
    values: [&'static str; 3],
}

const FIELDS: [Field; 4] = [
    Field {
        key: "host",
        flag: "-h",
        variable: "MQTT_HOST",
        values: ["127.0.0.1", "127.0.0.2", "127.0.0.3"],
    },
    Field { key: "port", flag: "-p", variable: "MQTT_PORT", values: ["1001", "1002", "1003"] },
    Field { key: "protocol", flag: "-V", variable: "MQTT_PROTOCOL", values: ["5", "3.1.1", "3.1"] },
    Field {
        key: "username",
        flag: "-u",
        variable: "MQTT_USERNAME",
        values: ["flag", "env", "profile"],
    },
];

const ORIGINS: [&str; 3] = ["command line", "", "profile lab (*/config.toml:*)"];

impl Field {
    /// A value as TOML.
    fn toml(&self, value: &str) -> String {
        let value = if self.key == "port" { value.to_owned() } else { format!("{value:?}") };
        format!("{} = {value}", self.key)
    }

    /// The line that `mqtt config show` prints of it: the first that speaks decides.
    fn shown(&self, speakers: [bool; 3]) -> Option<String> {
        let first = speakers.into_iter().position(|speaks| speaks)?;
        let origin = if first == 1 { self.variable } else { ORIGINS[first] };
        Some(format!("{}*  # {origin}", self.toml(self.values[first])))
    }
}

/// Who says something about each field.
fn draw(random: &mut Random) -> [[bool; 3]; FIELDS.len()] {
    std::array::from_fn(|_| std::array::from_fn(|_| random.below(2) == 1))
}

/// A run in which these say something.
fn run(command: &str, speakers: &[[bool; 3]; FIELDS.len()]) -> Mqtt {
    let mut run = Mqtt::new(command).line("--profile lab");
    let mut config = "[profiles.lab]\n".to_owned();
    for (field, [flag, variable, profile]) in FIELDS.iter().zip(speakers) {
        if *flag {
            run = run.args([field.flag, field.values[0]]);
        }
        if *variable {
            run = run.env(field.variable, field.values[1]);
        }
        if *profile {
            config += &format!("{}\n", field.toml(field.values[2]));
        }
    }
    run.config(&config)
}

#[test]
fn the_strongest_word_about_each_field_is_shown_with_whose_it_is() {
    let mut random = Random::new();
    for _ in 0..60 {
        let mut speakers = draw(&mut random);
        // A profile that names no host is for this machine, as all of these are.
        speakers[0][2] = true;
        // It keeps its user to itself where another host is asked for, or another port than it names.
        let is_asked_for = |field: usize| speakers[field][0] || speakers[field][1];
        let is_elsewhere = is_asked_for(0) || (speakers[1][2] && is_asked_for(1));
        let mut run = run("config", &speakers).arg("show");
        for (field, mut speakers) in FIELDS.iter().zip(speakers) {
            speakers[2] &= !(is_elsewhere && field.key == "username");
            run = match field.shown(speakers) {
                Some(line) => run.stdout_line(&line),
                None if field.key == "protocol" => run.stdout_line("protocol = \"auto\" *default"),
                None => run,
            };
        }
        run.run();
    }
}

#[test]
fn the_strongest_word_about_each_field_is_what_the_broker_gets() {
    let mut random = Random::new();
    for _ in 0..30 {
        let mut speakers = draw(&mut random);
        // Where the broker is, is said by flags; who says that is another test's business.
        speakers[..2].fill([false; 3]);
        let peer = Peer::accepting();
        let run = run("pub", &speakers).line("-t t -m x");
        run.args(["-h", "127.0.0.1", "-p", &peer.port().to_string()]).run();
        let [connect] = peer.finish().connects.try_into().expect("one connection");
        let first = |field: usize| speakers[field].into_iter().position(|speaks| speaks);
        let level = match first(2) {
            None | Some(0) => Level::V5,
            Some(1) => Level::V311,
            Some(_) => Level::V31,
        };
        let username = first(3).map(|first| FIELDS[3].values[first].as_bytes());
        assert_eq!((connect.level, connect.username.as_deref()), (level, username));
    }
}

/// The password that each says, if it does: the flag's is a file, the variable's itself or a file, the profile's a
/// command.
#[test]
fn the_strongest_word_about_the_password_is_what_the_broker_gets() {
    for number in 0..16 {
        let says = |bit: usize| number >> bit & 1 == 1;
        let peer = Peer::accepting();
        let mut run = peer.mqtt("pub").line("-t t -m x --profile lab -V 5").config(match says(3) {
            true => "[profiles.lab]\npassword-command = \"echo profile\"\n",
            false => "[profiles.lab]\n",
        });
        for (bit, name) in [(0, "flag"), (1, "file")] {
            run = if says(bit) { run.private_file(name, name) } else { run };
        }
        run = if says(0) { run.line("--password-file flag") } else { run };
        run = if says(1) { run.env("MQTT_PASSWORD_FILE", "file") } else { run };
        run = if says(2) { run.env("MQTT_PASSWORD", "variable") } else { run };
        run.run();
        let [connect] = peer.finish().connects.try_into().expect("one connection");
        let expected = ["flag", "file", "variable", "profile"]
            .into_iter()
            .enumerate()
            .find_map(|(bit, word)| says(bit).then_some(word.as_bytes()));
        assert_eq!(connect.password.as_deref(), expected, "{number:04b}");
    }
}
