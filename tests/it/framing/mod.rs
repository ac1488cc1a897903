//! What a broker says comes to the same however TCP cuts it: packet by packet, a byte at a time, and all in one segment;
//! over MQTT 3.1.1 and over 5 wherever both can say it.

mod handshake;
mod malformed;
mod publishing;
mod subscribing;

use std::time::Duration;

use crate::support::{Conn, Delivery, Peer};

/// The versions that can say something.
const BOTH: &[&str] = &["3.1.1", "5"];
const OLD: &[&str] = &["3.1.1"];
const NEW: &[&str] = &["5"];

/// None of the conversations here waits for anything.
const AT_ONCE: Duration = Duration::from_secs(5);

/// How a run must end, which is at once.
#[derive(Clone, Copy)]
struct End<'a> {
    status: i32,
    stdout: &'a str,
    /// Parts of what it says; it says nothing where there are none.
    stderr: &'a [&'a str],
}

impl End<'static> {
    const WELL: Self = Self { status: 0, stdout: "", stderr: &[] };
}

/// Runs `mqtt LINE` against `script` in each version and each way of cutting what the script says.
#[track_caller]
fn however_it_is_cut(
    versions: &[&str],
    line: &str,
    end: End<'_>,
    script: impl Fn(&mut Conn) + Clone + Send + 'static,
) {
    let (command, args) = line.split_once(' ').expect("a command and its arguments");
    for version in versions {
        for delivery in Delivery::ALL {
            let peer = Peer::script(script.clone()).delivering(delivery);
            let mut run = peer.mqtt(command).line(args).args(["-V", version]).deadline(AT_ONCE);
            run = run.status(end.status).stdout(end.stdout);
            for part in end.stderr {
                run = run.stderr_contains(*part);
            }
            run.run();
            assert_eq!(peer.finish().connections, 1);
        }
    }
}
