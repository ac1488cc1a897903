//! The thread that reads: files and standard input in, parcels of records out.

use super::own::Address;
use super::pieces::Parcel;
use super::reader::{Reader, Reading};
use super::record::{COMPLAINTS, Invalid, Record, SourceError};
use super::whole::Whole;
use crate::stdin;
use std::io;
use std::thread;
use tokio::sync::mpsc::{Receiver, Sender, channel};

/// Parcels that wait between the thread and the session.
const AHEAD: usize = 2;

/// What the thread has to say.
pub(super) enum Delivery {
    Parcel(Parcel),
    /// The last word.
    End(Result<(), SourceError>),
}

/// Where the thread puts parcels.
pub(super) struct Outlet(Sender<Delivery>);

impl Outlet {
    /// Waits until there is room; whether anybody still listens.
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
            // Nobody listens any more when the run is over.
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
    // Records left out, and bytes of files since the last that was not.
    let (mut skipped, mut passed) = (0, 0);
    for (whole, position) in wholes.into_iter().zip(1..) {
        let mut parcel = Parcel::default();
        let text = whole.read()?;
        let size = passed + text.bytes.len() as u64;
        passed = 0;
        match text.decode() {
            Ok(payload) => {
                parcel.records.push(Record { position, payload, size, address: Address::Given });
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

/// Appends what standard input has to `buffer`, as far as there is room in it; 0 is the end.
#[cfg(unix)]
pub(super) fn read_stdin(buffer: &mut Vec<u8>) -> io::Result<usize> {
    // Without writing to the room first, as `Read` would have it.
    Ok(rustix::io::read(io::stdin(), rustix::buffer::spare_capacity(buffer))?)
}

/// Appends what standard input has to `buffer`, as far as there is room in it; 0 is the end.
#[cfg(not(unix))]
pub(super) fn read_stdin(buffer: &mut Vec<u8>) -> io::Result<usize> {
    let held = buffer.len();
    buffer.resize(buffer.capacity(), 0);
    let result = io::Read::read(&mut io::stdin().lock(), &mut buffer[held..]);
    buffer.truncate(held + *result.as_ref().unwrap_or(&0));
    result
}

/// Sends the records of what `read` appends to the buffer it is given.
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
