//! Files and standard input that become one message each.

use super::encoding::Encoding;
use super::record::{MAX_PAYLOAD, SourceError, unusable};
use crate::os_error;
use crate::stdin::Stdin;
use bytes::Bytes;
use std::fs::{self, File};
use std::io::{self, Read, Seek};
use std::path::PathBuf;

/// A file that is opened by its first read: opening a pipe waits for a writer.
enum Late {
    Closed(PathBuf),
    Open(File),
}

impl Read for Late {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Self::Closed(path) = self {
            *self = Self::Open(File::open(path)?);
        }
        match self {
            Self::Open(file) => file.read(buffer),
            Self::Closed(_) => Ok(0),
        }
    }
}

/// An input that becomes one message.
pub(super) struct Whole {
    name: String,
    reader: Box<dyn Read + Send>,
    length: Option<u64>,
    encoding: Encoding,
}

/// The complete contents.
pub(super) struct Text {
    pub(super) bytes: Bytes,
    name: String,
    encoding: Encoding,
}

impl Whole {
    /// All of standard input.
    pub(super) fn stdin(encoding: Encoding) -> Self {
        Self {
            name: "standard input".to_owned(),
            reader: Box::new(Stdin),
            length: stdin_length(),
            encoding,
        }
    }

    /// Checks a file, and opens it unless that could block: a pipe is opened when it is read.
    pub(super) fn open(path: PathBuf, encoding: Encoding) -> Result<Self, SourceError> {
        if path.as_os_str() == "-" {
            return Ok(Self::stdin(encoding));
        }
        let name = path.display().to_string();
        let plain = |error: io::Error| unusable(&name, os_error::plain(&error));
        let metadata = fs::metadata(&path).map_err(plain)?;
        if metadata.is_dir() {
            return Err(unusable(&name, "it is a directory"));
        }
        let limit = encoding.text_limit(MAX_PAYLOAD);
        if metadata.len() > limit as u64 {
            let length = metadata.len();
            let cause = format!("it has {length} bytes, a message can have {MAX_PAYLOAD}");
            return Err(unusable(&name, cause));
        }
        let length = metadata.is_file().then_some(metadata.len());
        let reader: Box<dyn Read + Send> = if metadata.is_file() {
            Box::new(File::open(&path).map_err(plain)?)
        } else {
            Box::new(Late::Closed(path))
        };
        Ok(Self { name, reader, length, encoding })
    }

    /// Size in bytes, if known.
    pub(super) fn length(&self) -> Option<u64> {
        self.length
    }

    /// Reads everything.
    pub(super) fn read(self) -> Result<Text, SourceError> {
        let mut bytes = Vec::new();
        let limit = self.encoding.text_limit(MAX_PAYLOAD);
        match self.reader.take(limit as u64 + 1).read_to_end(&mut bytes) {
            Err(error) => Err(SourceError::Io { name: self.name, error }),
            Ok(length) if length > limit => Err(too_long(&self.name)),
            Ok(_) => Ok(Text { bytes: bytes.into(), name: self.name, encoding: self.encoding }),
        }
    }
}

impl Text {
    /// The decoded payload.
    pub(super) fn decode(self) -> Result<Bytes, SourceError> {
        let payload =
            self.encoding.decode(self.bytes).map_err(|cause| unusable(&self.name, cause))?;
        if payload.len() > MAX_PAYLOAD {
            return Err(too_long(&self.name));
        }
        Ok(payload)
    }
}

fn too_long(name: &str) -> SourceError {
    unusable(name, format!("it has more than {MAX_PAYLOAD} bytes"))
}

/// The number of bytes left in standard input, if it is a regular file.
pub(super) fn stdin_length() -> Option<u64> {
    remaining(&mut stdin_file()?)
}

/// The number of bytes left in `file`, if it is regular.
fn remaining(file: &mut File) -> Option<u64> {
    let metadata = file.metadata().ok().filter(fs::Metadata::is_file)?;
    // The position is shared with standard input, and must not change.
    let at = file.stream_position().ok()?;
    Some(metadata.len().saturating_sub(at))
}

#[cfg(unix)]
fn stdin_file() -> Option<File> {
    use std::os::fd::AsFd;
    io::stdin().as_fd().try_clone_to_owned().ok().map(File::from)
}

#[cfg(windows)]
fn stdin_file() -> Option<File> {
    use std::os::windows::io::AsHandle;
    io::stdin().as_handle().try_clone_to_owned().ok().map(File::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{SeekFrom, Write};

    #[test]
    fn what_is_left_of_a_regular_file_is_known_and_looking_does_not_move_it() {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(b"0123456789").unwrap();
        for (at, left) in [(0, 10), (4, 6), (10, 0), (12, 0)] {
            file.seek(SeekFrom::Start(at)).unwrap();
            assert_eq!(remaining(&mut file), Some(left));
            assert_eq!(file.stream_position().unwrap(), at);
        }
    }

    #[cfg(unix)]
    #[test]
    fn of_a_device_nothing_is_known() {
        assert_eq!(remaining(&mut File::open("/dev/null").unwrap()), None);
    }
}
