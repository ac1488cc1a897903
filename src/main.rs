//! The `mqtt` program: passes the command line to the library and exits with its status.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(mqtt::run(std::env::args_os()))
}
