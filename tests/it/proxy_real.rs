//! SOCKS5 with a real proxy: microsocks.

use std::process::{Child, Command, Stdio};

use crate::support::{Mosquitto, Mqtt, find_or_install, free_port, wait_until_it_listens};

/// A running microsocks; killed when dropped.
struct Microsocks {
    child: Child,
    port: u16,
}

impl Microsocks {
    fn start(args: &[&str]) -> Self {
        let binary = find_or_install("microsocks", "microsocks");
        let port = free_port();
        let child = Command::new(binary)
            .args(["-i", "127.0.0.1", "-p", &port.to_string()])
            .args(args)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("microsocks can be started");
        let microsocks = Self { child, port };
        wait_until_it_listens(port);
        microsocks
    }

    /// `mqtt pub` of one message to `broker`, through here.
    fn publish(&self, broker: &Mosquitto, host: &str, scheme: &str, user: &str) -> Mqtt {
        Mqtt::new("pub")
            .args(["-t", "t", "-m", "x", "-q", "1", "-h", host, "-p", &broker.port().to_string()])
            .env("MQTT_PROXY", format!("{scheme}://{user}127.0.0.1:{}", self.port))
    }
}

impl Drop for Microsocks {
    fn drop(&mut self) {
        // Both fail only for a child that has been waited for.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_message_goes_through_with_the_name_looked_up_there_or_here() {
    let broker = Mosquitto::options().at_localhost().start();
    let proxy = Microsocks::start(&[]);
    for (scheme, host) in
        [("socks5h", "127.0.0.1"), ("socks5h", "localhost"), ("socks5", "localhost")]
    {
        proxy.publish(&broker, host, scheme, "").run();
    }
}

#[test]
fn a_user_gets_through_and_a_stranger_does_not() {
    let broker = Mosquitto::start();
    let proxy = Microsocks::start(&["-u", "me", "-P", "secret"]);
    proxy.publish(&broker, "127.0.0.1", "socks5h", "me:secret@").run();
    let answers = [("me:wrong@", "refused the credentials"), ("", "requires credentials")];
    for (user, answer) in answers {
        let proxied = proxy.publish(&broker, "127.0.0.1", "socks5h", user);
        proxied
            .status(3)
            .stderr_line(&format!(
                "mqtt: cannot connect to mqtt://127.0.0.1:{}: proxy 127.0.0.1:{}: {answer}",
                broker.port(),
                proxy.port
            ))
            .run();
    }
}

#[test]
fn a_broker_that_is_not_there_is_told_by_the_proxy() {
    let mut broker = Mosquitto::start();
    let proxy = Microsocks::start(&[]);
    broker.kill();
    proxy
        .publish(&broker, "127.0.0.1", "socks5h", "")
        .status(3)
        .stderr(format!(
            "mqtt: cannot connect to mqtt://127.0.0.1:{}: \
             proxy 127.0.0.1:{}: nothing listens there (connection refused)\n",
            broker.port(),
            proxy.port
        ))
        .run();
}
