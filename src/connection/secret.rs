//! Where the password comes from: a file, the environment or, as in mosquitto, the command line.

use super::args::ConnectionArgs;
use super::plan::Environment;
use crate::exit::Failure;
use crate::os_error;
use crate::secret::Secret;
use std::fs;
use std::io::{self, Read};
use std::path::Path;

/// The longest password a CONNECT can carry, in bytes.
const LONGEST: usize = 65_535;

/// The password given on the command line, itself or by a file's name.
pub(super) fn typed(args: &ConnectionArgs) -> Result<Option<Secret>, Failure> {
    match (&args.more.password_file, &args.more.password) {
        (Some(path), _) => secret(read(path)?).map(Some),
        (None, Some(password)) => secret(password.clone().into_bytes()).map(Some),
        (None, None) => Ok(None),
    }
}

/// The password given in the environment.
pub(super) fn from_environment(environment: &Environment) -> Result<Option<Secret>, Failure> {
    match (environment.get("MQTT_PASSWORD_FILE"), environment.get("MQTT_PASSWORD")) {
        (Some(path), _) => secret(read(Path::new(&path))?).map(Some),
        (None, Some(password)) => secret(password.into_bytes()).map(Some),
        (None, None) => Ok(None),
    }
}

fn secret(bytes: Vec<u8>) -> Result<Secret, Failure> {
    if bytes.len() > LONGEST {
        return Err(Failure::usage(format!("the password is longer than {LONGEST} bytes")));
    }
    Ok(Secret::new(bytes))
}

/// The bytes of a file, `-` for standard input, less one newline at the end.
fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let result = if path.as_os_str() == "-" {
        let mut bytes = Vec::new();
        io::stdin().lock().read_to_end(&mut bytes).map(|_| bytes)
    } else {
        fs::read(path)
    };
    let mut bytes = result.map_err(|error| {
        let cause = os_error::plain(&error);
        Failure::usage(format!("cannot read the password file {}: {cause}", path.display()))
    })?;
    if bytes.ends_with(b"\n") {
        bytes.pop();
        if bytes.ends_with(b"\r") {
            bytes.pop();
        }
    }
    Ok(bytes)
}
