//! Random numbers, for ids, nonces and jitter.

/// A uniformly distributed `u64`. If the system has no source of randomness, the time is used: no secret depends on
/// it, and a nonce need only be new.
pub fn random() -> u64 {
    getrandom::u64().unwrap_or_else(|_| {
        std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .map_or(0, |elapsed| elapsed.as_nanos() as u64 ^ u64::from(std::process::id()) << 32)
    })
}
