//! Prints messages and acknowledges them, each only after it has been written.

use super::deciding::Outputs;
use super::output;
use super::progress::messages;
use super::reopening::Reopening;
use crate::exit::{ExitStatus, Failure};
use crate::format::{Format, PathTemplate};
use crate::message::{Message, OwnedMessage, QoS};
use crate::mqtt::Session;
use crate::output::Writer;
use crate::ui::Ui;
use std::io;
use std::task::{Context, Poll};

/// Whether the output still has a reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ReaderState {
    /// Everything was written.
    Here,
    /// The pipe was closed: the reader has what it wanted.
    Gone,
}

/// Messages of at least this many bytes are formatted piece by piece while they are written, because the formatted text
/// may be many times as long.
const LARGE: usize = 1 << 20;

/// Formats messages, hands them to the writer, and counts the written ones.
pub(crate) struct Printing {
    format: Format,
    /// With `--files`: which file each message goes to.
    paths: Option<PathTemplate>,
    /// Number of messages printed to `--files`.
    numbered: u64,
    writer: Writer,
    reopening: Option<Reopening>,
    written: u64,
    /// Messages written since the session was last told, which it is when there is a connection.
    unreported: u64,
    /// The error that ended writing.
    failure: Option<io::Error>,
}

impl Printing {
    pub(crate) fn new(format: Format, writer: Writer) -> Self {
        Self {
            format,
            paths: None,
            numbered: 0,
            writer,
            reopening: None,
            written: 0,
            unreported: 0,
            failure: None,
        }
    }

    /// Reopens the output file when a signal arrives.
    pub(crate) fn reopening(self, reopening: Option<Reopening>) -> Self {
        Self { reopening, ..self }
    }

    /// Prints each message to the file that `paths` names.
    pub(crate) fn in_files(self, paths: Option<PathTemplate>) -> Self {
        Self { paths, ..self }
    }

    /// Called when the broker was reached, so that there will be output.
    pub(crate) fn begin(&mut self) {
        if let Err(error) = self.writer.begin() {
            self.failure.get_or_insert(error);
        }
    }

    /// Prints a message.
    #[inline(always)]
    pub(crate) fn print(&mut self, message: &Message<'_>, ui: Ui) {
        if self.paths.is_some() {
            self.print_to_file(message, |format, out| format.write(message, out));
            return self.printed(message, ui);
        }
        let format = &mut self.format;
        if message.size() < LARGE {
            self.writer.message(|out| format.write(message, out));
        } else {
            format.stop_clock();
            let (message, mut format) = (OwnedMessage::from(message), format.clone());
            let size = message.view().size();
            let write = move |take: &mut dyn FnMut(&[u8])| {
                format.write_in_pieces(&message.view(), take);
            };
            self.writer.large_message(size, Box::new(write));
        }
        self.printed(message, ui);
    }

    /// Prints the outputs of filters for a message.
    #[inline(never)]
    pub(crate) fn print_made(&mut self, message: &Message<'_>, outputs: &Outputs, ui: Ui) {
        let write = |format: &mut Format, out: &mut Vec<u8>| {
            for (payload, payloads) in outputs.iter() {
                format.write_made(&Message { payload, ..*message }, payloads, out);
            }
        };
        if self.paths.is_some() {
            self.print_to_file(message, write);
        } else {
            let format = &mut self.format;
            self.writer.message(|out| write(format, out));
        }
        if let Some((payload, _)) = outputs.iter().next() {
            self.printed(&Message { payload, ..*message }, ui);
        }
    }

    /// Prints to the file for a message.
    #[inline(never)]
    fn print_to_file(
        &mut self,
        message: &Message<'_>,
        write: impl FnOnce(&mut Format, &mut Vec<u8>),
    ) {
        let Some(paths) = &mut self.paths else { return };
        self.numbered += 1;
        let format = &mut self.format;
        let path = format.path(paths, message.topic, self.numbered);
        self.writer.message_to(&path, |out| write(format, out));
    }

    #[inline(always)]
    fn printed(&mut self, message: &Message<'_>, ui: Ui) {
        if message.qos != QoS::AtMostOnce {
            // The broker may be waiting for the acknowledgement.
            self.writer.hurry();
        }
        if let Some(complaint) = self.format.complaint(message) {
            ui.warn(&complaint);
        }
    }

    /// No message follows: the rest should be written soon.
    pub(crate) fn hurry(&mut self) {
        self.writer.hurry();
    }

    /// Advances the output and acknowledges written messages.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>, session: &mut Session) {
        self.poll_output(cx);
        match std::mem::take(&mut self.unreported) {
            0 => {}
            written => session.acknowledge(written),
        }
    }

    /// Takes the number of messages written since the last call or acknowledgement; the caller must acknowledge them.
    pub(crate) fn take_written(&mut self) -> u64 {
        std::mem::take(&mut self.unreported)
    }

    /// Advances the output while nothing can be acknowledged.
    pub(crate) fn poll_output(&mut self, cx: &mut Context<'_>) {
        // All messages of one read get the same time.
        self.format.go_on();
        // Once reported, the writer no longer has the error.
        if self.has_failed() {
            return;
        }
        if let Some(reopening) = &mut self.reopening
            && let Err(error) = reopening.poll(cx, &mut self.writer)
        {
            self.failure = Some(error);
            return;
        }
        match self.writer.poll(cx) {
            Poll::Pending => {}
            Poll::Ready(Ok(written)) => {
                self.written += written;
                self.unreported += written;
            }
            Poll::Ready(Err(error)) => self.failure = Some(error),
        }
    }

    /// Number of messages written.
    pub(crate) fn written(&self) -> u64 {
        self.written
    }

    /// Whether everything was written, or nothing more can be.
    pub(crate) fn is_over(&self) -> bool {
        self.writer.is_idle() || self.has_failed()
    }

    /// Whether writing has failed.
    pub(crate) fn has_failed(&self) -> bool {
        self.failure.is_some()
    }

    /// Whether nothing more should be printed for now.
    pub(crate) fn is_full(&self) -> bool {
        self.writer.is_full()
    }

    /// Writes the rest at the `end` of the run.
    ///
    /// # Errors
    /// When something was not written.
    pub(crate) fn finish(&mut self, end: Option<&Failure>) -> Result<ReaderState, Failure> {
        match self.failure.take().or_else(|| self.writer.finish().err()) {
            Some(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                return Ok(ReaderState::Gone);
            }
            Some(error) => return Err(output::failure(error)),
            None => {}
        }
        let what = match (self.writer.unwritten(), self.writer.is_file()) {
            (0, _) => return Ok(ReaderState::Here),
            (1, false) => "the reader is stuck: 1 received message was not written".to_owned(),
            (some, false) => {
                format!("the reader is stuck: {some} received messages were not written")
            }
            (some, true) => {
                format!("the disk is slow: {some} received {} may not be on it", messages(some))
            }
        };
        let cause = end.map(|failure| format!("{}; ", failure.message)).unwrap_or_default();
        let status = end.map_or(ExitStatus::Success, |failure| failure.status);
        Err(Failure::new(status.graver(ExitStatus::LocalIo), format!("{cause}{what}")))
    }
}
