//! What an outbox is for: the file `box`, which is written once.

use super::folder::{Folder, Unusable};
use crate::escape::Keep;
use crate::record::write_string;
use anyhow::{Context, anyhow};
use serde_json::Value;
use std::fs;
use std::io;

/// The only format there is.
const FORMAT: u64 = 1;

/// The file's name.
const NAME: &str = "box";

/// The broker and the session that an outbox belongs to: elsewhere its packet identifiers would mean other messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The id under which its messages are sent.
    pub client_id: String,
    /// The broker's URL, without user and password.
    pub broker: String,
}

impl Label {
    /// Reads the label of an outbox; nothing if it has none yet.
    ///
    /// # Errors
    /// When there is one that cannot be read.
    pub fn read(folder: &Folder) -> Result<Option<Self>, Unusable> {
        let path = folder.path().join(NAME);
        let about = || format!("cannot read {}", path.display());
        let bytes = match fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            read => read.with_context(about)?,
        };
        let label: Value = serde_json::from_slice(&bytes)
            .map_err(|_| anyhow!("it is not JSON").context(about()))?;
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
    /// When that fails.
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
