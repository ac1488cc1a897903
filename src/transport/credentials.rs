//! Credentials for a proxy.

use crate::secret::Secret;

/// User name and password for a proxy.
#[derive(Debug)]
pub struct Credentials {
    /// User name; 1 to 255 bytes for SOCKS5, without a colon for HTTP.
    pub username: String,
    /// Password; 1 to 255 bytes of UTF-8 for SOCKS5.
    pub password: Secret,
}

/// How to give them.
pub(super) const IN_URL: &str = "give them in the URL of the proxy: USER:PASSWORD@HOST";
