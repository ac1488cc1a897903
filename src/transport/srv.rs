//! Finds brokers by the SRV records of a domain (RFC 2782).

use super::dns::{self, Service};
use super::error::DialError;
use crate::random::random;
use std::net::SocketAddr;
use std::time::Duration;

/// How long a broker may take to accept a connection before the next one is tried too: much longer than between the
/// addresses of one host, because the next broker may be a spare one.
pub(super) const STAGGER: Duration = Duration::from_secs(2);

/// The name whose SRV records tell the brokers of `domain`, as registered with IANA.
pub fn service(domain: &str, encrypted: bool) -> String {
    let service = if encrypted { "_secure-mqtt" } else { "_mqtt" };
    format!("{service}._tcp.{domain}")
}

/// Whether a domain can have SRV records: with their prefix, its name is not too long.
pub fn is_domain(domain: &str, encrypted: bool) -> bool {
    dns::is_name(&service(domain, encrypted))
}

/// The hosts and ports of the brokers, in the order in which they should be tried. Asks `servers`, or the system's if
/// there are none.
pub(super) async fn find(
    domain: &str,
    encrypted: bool,
    servers: &[SocketAddr],
) -> Result<Vec<(String, u16)>, DialError> {
    let name = service(domain, encrypted);
    let found = dns::services(&name, servers).await?;
    let failure = match found.as_slice() {
        [] => {
            return Err(DialError::new(format!("there is no SRV record {name}"))
                .hint("without --srv, the host itself is the broker"));
        }
        [only] if only.host.is_empty() => {
            format!("the SRV record {name} says that there is no broker")
        }
        _ => format!("no SRV record {name} names a valid host and port"),
    };
    let usable = found.into_iter().filter(is_usable).collect();
    let ordered = order(usable, |most| random() % (most + 1));
    match ordered.is_empty() {
        true => Err(DialError::new(failure)),
        false => Ok(ordered.into_iter().map(|it| (it.host, it.port)).collect()),
    }
}

/// Whether the record names a host and a port. A proxy gets the host as part of a line, and people see it.
fn is_usable(service: &Service) -> bool {
    let is_plain = |char: char| char.is_ascii_alphanumeric() || "-_.".contains(char);
    service.port != 0 && !service.host.is_empty() && service.host.chars().all(is_plain)
}

/// Sorts by priority, and those of the same priority by lot, in proportion to their weight. `draw` returns a random
/// number from 0 to its argument.
fn order(mut services: Vec<Service>, mut draw: impl FnMut(u64) -> u64) -> Vec<Service> {
    // Those of weight 0 come first, which gives them a small chance; among themselves they are equal.
    services.sort_by_cached_key(|it| (it.priority, it.weight != 0, draw(u64::MAX - 1)));
    let mut ordered = Vec::with_capacity(services.len());
    while let Some(first) = services.first() {
        let is_equal = |it: &&Service| it.priority == first.priority;
        let weights = services.iter().take_while(is_equal).map(|it| u64::from(it.weight));
        let mut left = draw(weights.sum());
        let chosen = services.iter().position(|it| match left.checked_sub(it.weight.into()) {
            Some(rest) if rest > 0 => {
                left = rest;
                false
            }
            _ => true,
        });
        ordered.push(services.remove(chosen.unwrap_or_default()));
    }
    ordered
}

#[cfg(test)]
mod tests {
    use super::*;

    fn service(priority: u16, weight: u16, host: &str) -> Service {
        Service { priority, weight, port: 1883, host: host.to_owned() }
    }

    fn hosts(services: &[Service]) -> Vec<&str> {
        services.iter().map(|it| it.host.as_str()).collect()
    }

    #[test]
    fn lower_priorities_come_first_whatever_the_weights() {
        for _ in 0..100 {
            let all = vec![
                service(2, 65_535, "c"),
                service(0, 0, "a"),
                service(1, 1, "b"),
                service(9, 0, "d"),
            ];
            let ordered = order(all, |most| random() % (most + 1));
            assert_eq!(hosts(&ordered), ["a", "b", "c", "d"]);
        }
    }

    #[test]
    fn the_lot_falls_in_proportion_to_the_weights() {
        let all =
            || vec![service(0, 0, "never"), service(0, 10, "seldom"), service(0, 90, "often")];
        let first = |lot: u64| {
            let mut draws = vec![lot];
            let ordered = order(all(), |most| match most {
                100 => draws.pop().unwrap_or(0),
                _ => 0,
            });
            assert_eq!(ordered.len(), 3);
            ordered[0].host.clone()
        };
        // Of 0 to 100, the numbers up to a running sum are those of its record.
        assert_eq!([first(0), first(1), first(10)], ["never", "seldom", "seldom"]);
        assert_eq!([first(11), first(100)], ["often", "often"]);
    }

    #[test]
    fn records_of_weight_0_share_evenly() {
        let mut first = [0, 0];
        for _ in 0..1_000 {
            let ordered =
                order(vec![service(0, 0, "a"), service(0, 0, "b")], |most| random() % (most + 1));
            first[usize::from(ordered[0].host == "b")] += 1;
        }
        assert!(first.iter().all(|count| *count > 300), "{first:?}");
    }

    #[test]
    fn a_host_is_letters_digits_hyphens_and_dots_and_has_a_port() {
        assert!(is_usable(&service(0, 0, "b-1.example_x.org")));
        for host in ["", "a\\032b", "a\\010b", "b\u{fc}cher"] {
            assert!(!is_usable(&service(0, 0, host)), "{host}");
        }
        assert!(!is_usable(&Service { port: 0, ..service(0, 0, "a") }));
    }

    #[test]
    fn a_domain_leaves_room_for_the_prefix() {
        let name = |length: usize| {
            let labels = "a".repeat(63) + ".";
            labels.repeat(4)[..length].trim_end_matches('.').to_owned()
        };
        // 255 bytes, of which one ends the name and one is the length of its first label.
        let longest = 253 - "_mqtt._tcp.".len();
        assert!(is_domain(&name(longest), false));
        assert!(!is_domain(&name(longest), true), "its prefix is longer");
        assert!(!is_domain(&name(longest + 1), false));
        for bad in ["a..b", ".a", &"a".repeat(64)] {
            assert!(!is_domain(bad, false), "{bad}");
        }
        assert!(is_domain("a.example.", true));
    }
}
