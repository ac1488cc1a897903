//! What takes a switch back, so that a profile can be overruled.
//!
//! On one command line the last word counts: a switch and its twin override each other.

#![allow(missing_docs, reason = "each is the twin of the switch of that name")]

use clap::Args;

/// A `--no-` twin for each switch of the connection.
#[derive(Args, Default)]
#[group(skip)]
pub struct OffArgs {
    #[arg(long = "clean-start", overrides_with = "no_clean_start", hide = true)]
    pub no_clean_start_off: bool,

    #[arg(long = "no-ask-password", overrides_with = "ask_password", hide = true)]
    pub ask_password_off: bool,

    #[arg(long = "no-will-retain", overrides_with = "will_retain", hide = true)]
    pub will_retain_off: bool,

    #[arg(long = "no-debug", overrides_with = "debug", hide = true)]
    pub debug_off: bool,

    #[arg(long = "no-quiet", overrides_with = "quiet", hide = true)]
    pub quiet_off: bool,

    #[arg(long = "no-ws", overrides_with = "ws", hide = true)]
    pub ws_off: bool,

    #[arg(long = "no-tls", overrides_with = "tls", hide = true)]
    pub tls_off: bool,

    #[arg(long = "no-insecure", overrides_with = "insecure", hide = true)]
    pub insecure_off: bool,

    #[arg(long = "no-require-tls", overrides_with = "require_tls", hide = true)]
    pub require_tls_off: bool,
}
