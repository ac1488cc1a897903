//! The thread that reads files and standard input and sends parcels of records.

use super::own::Address;
use super::pieces::Parcel;
use super::reader::{Reader, Reading};
use super::record::{COMPLAINTS, Invalid, Record, SourceError};
use super::whole::Whole;
use crate::stdin;
use std::io;
use std::thread;
use tokio::sync::mpsc::{Receiver, Sender, channel};

/// Number of parcels that wait between the thread and the session.
const AHEAD: usize = 2;

/// A message from the thread.
pub(super) enum Delivery {
    Parcel(Parcel),
    /// The last message.
    End(Result<(), SourceError>),
}

/// Sends parcels from the thread.
pub(super) struct Outlet(Sender<Delivery>);

impl Outlet {
    /// Waits until there is room, and returns whether the receiver still exists.
    fn send(&self, parcel: Parcel) -> bool {
        parcel.is_empty() || self.0.blocking_send(Delivery::Parcel(parcel)).is_ok()
    }
}

/// Starts a thread that runs `read`.
pub(super) fn spawn(
    read: impl FnOnce(&Outlet) -> Result<(), SourceError> + Send + 'static,
) -> Result<Receiver<Delivery>, SourceError> {
    let (sender, receiver) = channel(AHEAD);
    thread::Builder::new()
        .name("input".to_owned())
        .spawn(move || {
            let outlet = Outlet(sender);
            let end = read(&outlet);
            // At the end of the run there is no receiver.
            let _ = outlet.0.blocking_send(Delivery::End(end));
        })
        .map_err(|error| SourceError::Io { name: "the input".to_owned(), error })?;
    Ok(receiver)
}

/// Sends each of `wholes` as one record.
pub(super) fn send_whole(
    wholes: Vec<Whole>,
    invalid: Invalid,
    outlet: &Outlet,
) -> Result<(), SourceError> {
    // Number of skipped records, and bytes of files since the last complete one.
    let (mut skipped, mut passed) = (0, 0);
    for (whole, position) in wholes.into_iter().zip(1..) {
        let mut parcel = Parcel::default();
        let text = whole.read()?;
        let size = passed + text.bytes.len() as u64;
        passed = 0;
        match text.decode() {
            Ok(payload) => {
                parcel.records.push(Record {
                    position,
                    payload,
                    size,
                    address: Address::Given,
                    time: None,
                });
            }
            Err(error) if invalid == Invalid::Stop => return Err(error),
            Err(error) => {
                passed = size;
                skipped += 1;
                parcel.skipped = 1;
                parcel.complaints.extend((skipped <= COMPLAINTS).then_some(error));
            }
        }
        if !outlet.send(parcel) {
            break;
        }
    }
    Ok(())
}

/// Appends standard input to `buffer`, up to its capacity; 0 is the end.
#[cfg(unix)]
pub(super) fn read_stdin(buffer: &mut Vec<u8>) -> io::Result<usize> {
    // `Read` would initialise the buffer first.
    Ok(rustix::io::read(io::stdin(), rustix::buffer::spare_capacity(buffer))?)
}

/// Appends standard input to `buffer`, up to its capacity; 0 is the end.
#[cfg(not(unix))]
pub(super) fn read_stdin(buffer: &mut Vec<u8>) -> io::Result<usize> {
    let held = buffer.len();
    buffer.resize(buffer.capacity(), 0);
    let result = io::Read::read(&mut io::stdin().lock(), &mut buffer[held..]);
    buffer.truncate(held + *result.as_ref().unwrap_or(&0));
    result
}

/// Sends the records in the input that `read` appends to a buffer.
pub(super) fn send_lines(
    mut read: impl FnMut(&mut Vec<u8>) -> io::Result<usize>,
    mut reader: Reader,
    outlet: &Outlet,
) -> Result<(), SourceError> {
    loop {
        match reader.read(&mut read) {
            Ok(Reading { parcel, end }) => {
                if !outlet.send(parcel) {
                    return Ok(());
                }
                if let Some(end) = end {
                    return end;
                }
            }
            Err(io::ErrorKind::Interrupted) => {}
            // Another program made it non-blocking.
            Err(_) => stdin::wait(),
        }
    }
}
