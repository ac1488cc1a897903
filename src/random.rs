//! Random numbers, for ids and jitter.

/// Evenly spread over all of `u64`. Without a source of randomness in the system the time has to serve: nothing secret
/// depends on it.
pub fn random() -> u64 {
    getrandom::u64().unwrap_or_else(|_| {
        std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .map_or(0, |elapsed| elapsed.as_nanos() as u64 ^ u64::from(std::process::id()) << 32)
    })
}
