//! A table of what happens, and what follows from it.
//!
//! A row is a policy, a script, and the last thing that Patience says. Both are words with their values: a script is
//! read from left to right, and time passes only with `+SECONDS`.

use super::*;

/// Reads `policy`, beginning with what holds where nothing else is said.
fn policy(words: &str, start: Instant) -> Policy {
    let mut policy = Policy {
        connect: Duration::from_secs(10),
        ack: Duration::from_secs(30),
        run_until: None,
        reconnect: Reconnect::Lost,
        reconnect_timeout: None,
        id_origin: IdOrigin::Generated,
    };
    for word in words.split_whitespace() {
        let (name, value) = word.split_once('=').unwrap_or((word, ""));
        let seconds = || Duration::from_secs_f64(value.parse().unwrap());
        match name {
            "connect" => policy.connect = seconds(),
            "ack" => policy.ack = seconds(),
            "run" => policy.run_until = Some(start + seconds()),
            "never" => policy.reconnect = Reconnect::Never,
            "always" => policy.reconnect = Reconnect::Always,
            "tries" => policy.reconnect_timeout = Some(seconds()),
            "chosen" => policy.id_origin = IdOrigin::Chosen,
            other => panic!("{other}"),
        }
    }
    policy
}

/// A setback of which nothing is known.
const UNEVENTFUL: Setback = Setback {
    is_final: false,
    is_violation: false,
    is_hang_up: false,
    is_finite: false,
    testimony: Testimony { suspect: None, has_delivered: false, has_acknowledged: false },
};

/// Something that a script is played with.
struct Play {
    patience: Patience,
    now: Instant,
    progress: u64,
    steps: u64,
    owes: bool,
}

impl Play {
    /// What Patience says to one word of a script.
    fn word(&mut self, word: &str) -> String {
        if let Some(seconds) = word.strip_prefix('+') {
            self.now += Duration::from_secs_f64(seconds.parse().unwrap());
            return self.look();
        }
        let (name, value) = word.split_once('=').unwrap_or((word, ""));
        match name {
            "dial" => drop(self.patience.begin(self.now)),
            "up" => {
                self.patience.begin(self.now);
                self.patience.connected(self.now);
            }
            "owe" => self.owes = true,
            "paid" => self.owes = false,
            "ack" => self.progress += 1,
            "step" => (self.progress, self.steps) = (self.progress + 1, self.steps + 1),
            "wrote" => self.patience.note_progress(),
            "unstuck" => self.patience.unstuck(),
            "lost" => return self.lost(value),
            other => panic!("{other}"),
        }
        self.look()
    }

    fn look(&mut self) -> String {
        match self.patience.check(self.now, self.progress, self.steps, self.owes) {
            None => "-".to_owned(),
            Some(limit) => format!("{limit:?}").to_lowercase(),
        }
    }

    /// The connection is lost: by a hang-up unless another way is named, with what is suspected behind a slash.
    fn lost(&mut self, how: &str) -> String {
        let (how, suspect) = how.split_once('/').unwrap_or((how, ""));
        let mut setback = Setback { is_hang_up: true, ..UNEVENTFUL };
        for kind in how.split(',').filter(|kind| !kind.is_empty()) {
            match kind {
                "silent" => setback.is_hang_up = false,
                "final" => setback.is_final = true,
                "bad" => (setback.is_violation, setback.is_hang_up) = (true, false),
                "delivered" => setback.testimony.has_delivered = true,
                "printed" => setback.testimony.has_acknowledged = true,
                "finite" => setback.is_finite = true,
                other => panic!("{other}"),
            }
        }
        setback.testimony.suspect = match suspect.parse() {
            Ok(position) => Some(Suspect::Publish(position)),
            Err(_) if suspect.is_empty() => None,
            Err(_) => Some(Suspect::Subscribe(vec![suspect.to_owned()])),
        };
        match self.patience.lost(self.now, &setback, u64::MAX) {
            Decision::End(LastStraw::Loss) => "end".to_owned(),
            Decision::End(LastStraw::HungUpOn(filters)) => format!("end:{}", filters.join(",")),
            Decision::End(LastStraw::Contested) => "end:contested".to_owned(),
            Decision::Retry(retry) => {
                let delay = retry.delay.as_secs_f64();
                let mut said = format!("try{} {delay}", retry.attempt);
                if retry.hints_at_other_client {
                    said.push_str(" hint");
                }
                if let Some(position) = retry.isolate {
                    said.push_str(&format!(" alone:{position}"));
                }
                if let Some(position) = retry.give_up {
                    said.push_str(&format!(" without:{position}"));
                }
                said
            }
        }
    }
}

fn play(words: &str, script: &str) -> String {
    let start = Instant::now();
    let patience = Patience::new(policy(words, start), start);
    let mut play = Play { patience, now: start, progress: 0, steps: 0, owes: false };
    let mut said = String::new();
    for word in script.split_whitespace() {
        said = play.word(word);
    }
    said
}

/// Three times the same, but for the word of the last.
fn thrice(word: &str) -> String {
    [word; 3].join(" ")
}

#[test]
fn what_happens_is_answered_as_the_table_says() {
    let rows: &[(&str, &str, &str)] = &[
        // The deadline for a connection.
        ("", "dial +9.9", "-"),
        ("", "dial +10", "connect"),
        ("connect=2", "dial +2", "connect"),
        ("", "up +99", "-"),
        ("", "dial owe +9.9", "-"),
        ("ack=1", "dial owe +9", "-"),
        // That for the whole run.
        ("run=5", "dial +5", "run"),
        ("run=5", "up +4.9", "-"),
        ("run=5", "up +5", "run"),
        ("run=5", "up lost +5", "run"),
        ("run=5 ack=1", "up owe +5", "run"),
        ("run=5", "dial +10", "run"),
        // That for an acknowledgement: of the connection, not of the run.
        ("", "up owe +29.9", "-"),
        ("", "up owe +30", "ack"),
        ("", "up owe +29 ack +29.9", "-"),
        ("", "up owe +29 ack +30", "ack"),
        ("", "up owe +29 paid +2 owe +29.9", "-"),
        ("", "up owe +29 wrote owe +29.9", "-"),
        ("", "up owe +29 unstuck owe +29.9", "-"),
        ("ack=0.5", "up owe +0.5", "ack"),
        ("", "up owe +29 step +29.9", "-"),
        ("", "up owe +30 lost=silent", "try1 0.5"),
        ("never", "up owe +30 lost=silent", "end"),
        ("always tries=600", "up owe +30 lost=silent +0.5 up owe +29.9", "-"),
        ("ack=5", "up owe +5 lost=silent up owe +5 lost=silent", "try1 1"),
        ("", "up owe +30 lost=silent up owe +30 lost=silent", "try1 0.5"),
        ("", "up owe +30 lost=silent up owe +30 lost=silent up owe +30 lost=silent", "end"),
        (
            "",
            "up owe +30 lost=silent up owe ack +30 lost=silent up owe +30 lost=silent",
            "try1 0.5",
        ),
        ("", "up owe lost=silent up owe lost=silent up owe lost=silent", "try1 2"),
        ("ack=5", "up owe +2 lost=silent +2 up owe +2 lost=silent up owe +2 lost=silent", "end"),
        ("", "up owe +30 lost=silent up owe +10 lost=silent up owe unstuck +20", "-"),
        // A step counts on its connection only.
        ("ack=5", "up owe step +3 lost up owe step +3 lost up owe step lost", "end"),
        ("ack=5", "up owe step +3 lost up owe step ack +3 lost up owe step lost", "try1 2"),
        // Time without a connection, with something to do.
        ("", "up owe lost +29.9 dial", "-"),
        ("", "up owe lost dial +9 lost=silent +20.9 dial", "-"),
        ("", "up owe lost dial +9 lost=silent +21", "offline"),
        ("", "up owe lost +30", "offline"),
        ("ack=1", "up owe lost dial +1", "offline"),
        ("tries=300", "up owe lost dial +9 lost=silent +40 dial", "-"),
        ("tries=300", "up owe lost dial +9 lost=silent +40 up owe +29", "-"),
        ("", "up lost +0.4 dial +9", "-"),
        ("", "up lost +9999 dial", "-"),
        ("always", "dial lost=silent owe +9999 dial", "-"),
        ("ack=5", "up owe +3 lost +1 up owe lost dial +1 lost +90 up owe lost", "try1 4"),
        ("ack=5", "up owe +4 lost +1 up owe lost dial +1 lost +90 up owe lost", "end"),
        // How long to go on trying.
        ("tries=5", "up lost +4.9 dial lost=silent", "try2 0.1"),
        ("tries=5", "up lost +5 dial lost=silent", "end"),
        ("tries=5", "up lost +4 up lost +4 dial lost=silent", "try2 1"),
        ("always tries=5", "dial +5 lost=silent dial +5 lost=silent", "end"),
        ("tries=0.2", "up lost +0.2", "retry"),
        // What is tried again.
        ("", "dial lost=silent", "end"),
        ("always", "dial lost=silent", "try1 0.5"),
        ("never", "up lost", "end"),
        ("", "up lost", "try1 0.5"),
        ("", "up lost=final", "end"),
        ("always", "dial lost=final", "end"),
        ("", "up lost +0.4", "-"),
        ("", "up lost +0.5", "retry"),
        // Backoff.
        ("", "up lost up lost", "try1 1"),
        ("", "up lost up lost up lost", "try1 2"),
        ("", "up lost dial lost=silent dial lost=silent", "try3 2"),
        ("", "up lost up +30 lost", "try1 0.5"),
        ("", "up lost up lost=delivered", "try1 0.5"),
        ("", "up lost up lost=printed", "try1 1"),
        // Violations.
        ("", "up lost=bad up lost=bad", "try1 1"),
        ("", "up lost=bad up lost=bad up lost=bad", "end"),
        ("", "up lost=bad up lost=bad,delivered up lost=bad", "try1 1"),
        ("", "up lost=bad up lost=bad,printed up lost=bad", "end"),
        // Short sessions, under an id of the user's and another.
        ("chosen", "up lost up lost", "try1 1"),
        ("chosen", "up lost up lost up lost", "try1 2 hint"),
        ("", "up lost up lost up lost", "try1 2"),
        ("chosen", "up lost up lost up lost dial lost=silent", "try2 4"),
        ("chosen", "up lost up lost up lost up lost", "try1 4"),
        ("chosen", "up lost up lost up +30 lost", "try1 0.5"),
        ("chosen", "up lost up lost=printed up lost", "try1 2"),
        // Hung up on after the same packet.
        ("", "up lost=/a up lost=/a", "try1 1"),
        ("", "up lost=/a up lost=/a up lost=/a", "end:a"),
        ("always", "up lost=/a dial lost=silent up lost=/a up lost=/a", "end:a"),
        ("", "up lost=/a up lost=/a up lost=/b", "try1 2"),
        ("", "up lost=/a up lost up lost=/a up lost=/a", "try1 4"),
        ("", "up lost=silent/a up lost=silent/a up lost=silent/a", "try1 2"),
        ("", "up lost=/7", "try1 0.5"),
        ("", "up lost=/7 up lost=/7", "try1 1 alone:7"),
        ("", "up lost=/7 up lost=/7 up lost=/7", "try1 0.5 without:7"),
        ("", "up lost=/7 up lost=/7 up lost=/8", "try1 2"),
        ("", "up lost=/7 up lost=/7 up lost=/7 up lost=/8", "try1 1 alone:8"),
        ("", "up lost=/7 up lost=/7 up lost=/7 up lost=/8 up lost=/8", "try1 0.5 without:8"),
        ("", "up lost=silent/7 up lost=silent/7 up lost=silent/7", "try1 2"),
    ];
    assert!(rows.len() >= 60, "{}", rows.len());
    let wrong: Vec<String> = rows
        .iter()
        .map(|(words, script, expected)| (play(words, script), words, script, expected))
        .filter(|(said, _, _, expected)| said != *expected)
        .map(|(said, words, script, expected)| {
            format!("[{words}] {script}: {said}, not {expected}")
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn ten_short_sessions_under_a_chosen_id_are_a_fight() {
    let fight = ["up lost"; 10].join(" ");
    assert_eq!(play("chosen", &fight), "end:contested");
    assert_eq!(play("chosen", &fight[8..]), "try1 30");
    assert_eq!(play("", &fight), "try1 30", "nobody else has a random id");
    let short = ["up lost=finite"; 10].join(" ");
    assert_eq!(play("", &short), "end", "somebody waits for the end");
    assert_eq!(play("", &short[15..]), "try1 30");
    let with_one_that_lasted =
        format!("{} up +30 lost {}", thrice(&thrice("up lost")), thrice("up lost"));
    assert_eq!(play("chosen", &with_one_that_lasted), "try1 4 hint");
}

#[test]
fn the_deadline_is_when_the_next_limit_is_reached() {
    let start = Instant::now();
    let at = |seconds: f64| Some(start + Duration::from_secs_f64(seconds));
    let mut patience = Patience::new(policy("run=100", start), start);
    assert_eq!(patience.begin(start), start + Duration::from_secs(10));
    assert_eq!(patience.deadline(), at(10.0));
    patience.connected(start);
    assert_eq!(patience.deadline(), at(100.0));
    patience.check(start, 0, 0, true);
    assert_eq!(patience.deadline(), at(30.0));
    patience.lost(start, &UNEVENTFUL, u64::MAX / 2);
    assert_eq!(patience.deadline(), at(0.25), "by lot, up to half a second");
    assert!(patience.is_offline() && patience.is_established());
}
