//! Which name servers to ask, and how long to wait for them: the user's, or those of `/etc/resolv.conf`.

use crate::transport::DialError;
use std::net::SocketAddr;
use std::time::Duration;

/// How long to wait for a server, if the system does not say. As in c-ares; other resolvers wait longer, but all of it
/// has to fit in `--connect-timeout`.
const TIMEOUT: Duration = Duration::from_secs(2);

/// How often to ask each server, if the system does not say.
const ATTEMPTS: u32 = 3;

/// Name servers.
#[derive(Debug, PartialEq, Eq)]
pub struct Servers {
    /// In the order in which they are asked.
    pub list: Vec<SocketAddr>,
    /// How long to wait for each.
    pub timeout: Duration,
    /// How often to ask all of them.
    pub attempts: u32,
}

impl Servers {
    /// These servers, or the system's if there are none.
    pub fn new(chosen: &[SocketAddr]) -> Result<Self, DialError> {
        match chosen {
            [] => Self::of_system(),
            chosen => Ok(Self { list: chosen.to_vec(), timeout: TIMEOUT, attempts: ATTEMPTS }),
        }
    }

    #[cfg(unix)]
    fn of_system() -> Result<Self, DialError> {
        // A missing file is like an empty one (resolv.conf(5)).
        let file = std::fs::read("/etc/resolv.conf").unwrap_or_default();
        Ok(Self::parse(&String::from_utf8_lossy(&file)))
    }

    #[cfg(not(unix))]
    fn of_system() -> Result<Self, DialError> {
        Err(DialError::lasting("this system does not tell its name servers")
            .hint("name one with --name-server"))
    }

    /// Reads a file in the form of resolv.conf(5).
    #[cfg(unix)]
    fn parse(file: &str) -> Self {
        use std::net::{IpAddr, Ipv4Addr};
        const PORT: u16 = 53;
        /// How many servers count, and the limits of the options (resolv.conf(5)).
        const MOST: usize = 3;
        const LONGEST_TIMEOUT: u64 = 30;
        const MOST_ATTEMPTS: u32 = 5;
        let mut servers = Self { list: Vec::new(), timeout: TIMEOUT, attempts: ATTEMPTS };
        for line in file.lines() {
            let mut words = line.split_ascii_whitespace();
            match words.next() {
                Some("nameserver") if servers.list.len() < MOST => {
                    servers
                        .list
                        .extend(words.next().and_then(|address| parse_address(address, PORT)));
                }
                Some("options") => {
                    for (name, value) in words.filter_map(|option| option.split_once(':')) {
                        match (name, value.parse::<u32>()) {
                            ("timeout", Ok(seconds)) => {
                                let seconds = u64::from(seconds).clamp(1, LONGEST_TIMEOUT);
                                servers.timeout = Duration::from_secs(seconds);
                            }
                            ("attempts", Ok(count)) => {
                                servers.attempts = count.clamp(1, MOST_ATTEMPTS);
                            }
                            _ => {}
                        }
                    }
                }
                _ => {}
            }
        }
        if servers.list.is_empty() {
            servers.list.push((IpAddr::from(Ipv4Addr::LOCALHOST), PORT).into());
        }
        servers
    }
}

/// An address, which may have a scope, as in `fe80::1%eth0`.
#[cfg(unix)]
fn parse_address(text: &str, port: u16) -> Option<SocketAddr> {
    use std::net::{IpAddr, Ipv6Addr, ToSocketAddrs};
    if let Ok(address) = text.parse::<IpAddr>() {
        return Some((address, port).into());
    }
    // Only the system knows the number of an interface; no name is looked up for an address.
    text.split_once('%')?.0.parse::<Ipv6Addr>().ok()?;
    (text, port).to_socket_addrs().ok()?.next()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn parsed(file: &str) -> (Vec<String>, u64, u32) {
        let servers = Servers::parse(file);
        let list = servers.list.iter().map(ToString::to_string).collect();
        (list, servers.timeout.as_secs(), servers.attempts)
    }

    #[test]
    fn the_systems_file_tells_servers_and_patience() {
        let file = "# nameserver 10.0.0.9\n; a comment\nsearch example.com\n\
            nameserver 10.0.0.1\nnameserver\t2001:db8::53 # first\nnameserver nonsense\n\
            options edns0 timeout:7 attempts:1 rotate\nnameserver 10.0.0.2\nnameserver 10.0.0.3\n";
        let list = ["10.0.0.1:53", "[2001:db8::53]:53", "10.0.0.2:53"].map(str::to_owned).to_vec();
        assert_eq!(parsed(file), (list, 7, 1));
    }

    #[test]
    fn without_a_server_it_is_this_machine() {
        let here = || vec!["127.0.0.1:53".to_owned()];
        assert_eq!(parsed(""), (here(), 2, 3));
        assert_eq!(parsed("options timeout:0 attempts:99\nnameserver\n"), (here(), 1, 5));
        assert_eq!(parsed("options timeout:99999 timeout:x attempts\n"), (here(), 30, 3));
    }

    #[test]
    fn a_link_local_server_has_an_interface() {
        assert_eq!(parsed("nameserver fe80::1%1\n").0, ["[fe80::1%1]:53"]);
        assert_eq!(parse_address("host.example%1", 53), None);
    }

    #[test]
    fn chosen_servers_replace_those_of_the_system() {
        let chosen: SocketAddr = "127.0.0.1:5353".parse().unwrap();
        assert_eq!(Servers::new(&[chosen]).unwrap().list, [chosen]);
    }
}
