//! The label of an outbox: the file `box`, which names its broker and client id and is written once.

use super::folder::{Folder, Unusable};
use crate::escape::Keep;
use crate::record::write_string;
use anyhow::{Context, anyhow};
use serde_json::Value;
use std::fs;
use std::io;

/// The only format so far.
const FORMAT: u64 = 1;

/// The name of the file.
const NAME: &str = "box";

/// The broker and session an outbox belongs to. With any other, its packet identifiers would mean different messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The client id its messages are sent under.
    pub client_id: String,
    /// The broker's URL, without user and password.
    pub broker: String,
}

impl Label {
    /// Reads the label of an outbox; `None` if it has none yet.
    ///
    /// # Errors
    /// If the file cannot be read or understood.
    pub fn read(folder: &Folder) -> Result<Option<Self>, Unusable> {
        let path = folder.path().join(NAME);
        let about = || format!("cannot read {}", path.display());
        let bytes = match fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            read => read.with_context(about)?,
        };
        let label: Value =
            serde_json::from_slice(&bytes).map_err(|_| anyhow!("not JSON").context(about()))?;
        let text = |key: &str| label.get(key).and_then(Value::as_str).map(str::to_owned);
        let format = label.get("format").and_then(Value::as_u64);
        match (format, text("client_id"), text("broker")) {
            (Some(FORMAT), Some(client_id), Some(broker)) => Ok(Some(Self { client_id, broker })),
            (Some(format), ..) if format != FORMAT => Err(Unusable::Refused(format!(
                "{} is of format {format}, and this program knows format {FORMAT}",
                path.display()
            ))),
            _ => Err(anyhow!("client_id or broker is missing").context(about()).into()),
        }
    }

    /// Writes the label of a new outbox.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn write(&self, folder: &Folder) -> anyhow::Result<()> {
        let mut out = format!("{{\"format\":{FORMAT},\"client_id\":").into_bytes();
        write_string(&mut out, &self.client_id, Keep::Nothing);
        out.extend_from_slice(b",\"broker\":");
        write_string(&mut out, &self.broker, Keep::Nothing);
        out.extend_from_slice(b"}\n");
        folder
            .replace(NAME, &out)
            .with_context(|| format!("cannot write {}", folder.path().join(NAME).display()))
    }
}
