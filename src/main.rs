//! The `mqtt` program: hands the command line to the library and ends with its status.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(mqtt::run(std::env::args_os()))
}
