//! Where the report goes: step by step for people, as a whole for programs.

use super::report::{Problem, Report, Step, Trial};
use super::text;
use crate::exit::{ExitStatus, Failure};
use crate::os_error;
use crate::output::Writer;
use std::io;
use std::task::Context;
use std::time::Duration;

/// Prints to standard output. Its reader may stop reading; that does not stop the check.
pub(crate) struct Screen {
    writer: Writer,
    /// Whether lines for people are printed as things happen.
    is_for_people: bool,
    failure: Option<io::Error>,
}

impl Screen {
    /// With lines as things happen, or without.
    pub(crate) fn new(writer: Writer, is_for_people: bool) -> Self {
        Self { writer, is_for_people, failure: None }
    }

    /// A step is done, with these problems.
    pub(crate) fn step(&mut self, step: &Step, problems: &[Problem]) {
        self.tell(&text::step(step, problems));
    }

    /// A step failed after this time.
    pub(crate) fn failed(&mut self, problem: &Problem, took: Duration) {
        self.tell(&text::failed(problem, took));
    }

    /// A version was tried.
    pub(crate) fn trial(&mut self, trial: &Trial) {
        self.tell(&text::trial(trial));
    }

    /// The broker's limits are known.
    pub(crate) fn limits(&mut self, report: &Report) {
        if let Some(line) = text::limits(report) {
            self.tell(&line);
        }
    }

    fn tell(&mut self, line: &str) {
        if self.is_for_people {
            self.print(line);
        }
    }

    /// Prints a text for programs.
    pub(crate) fn print(&mut self, text: &str) {
        if let Err(error) = self.writer.line(text.as_bytes()) {
            self.failure = Some(error);
        }
    }

    /// Writes what was printed, as far as that does not wait.
    pub(crate) fn flush(&mut self, cx: &mut Context<'_>) {
        if let Err(error) = self.writer.flush(Some(cx.waker())) {
            self.failure = Some(error);
        }
    }

    /// Writes the rest, and waits a moment for that.
    ///
    /// # Errors
    /// When something was not written, except to a reader that has gone.
    pub(crate) fn finish(mut self) -> Result<(), Failure> {
        let failure = self.failure.take();
        match failure.map_or_else(|| self.writer.finish(), Err) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            Err(error) => {
                let cause = os_error::plain(&error);
                Err(Failure::new(ExitStatus::LocalIo, format!("cannot write: {cause}")))
            }
            Ok(()) if self.writer.unwritten() > 0 => {
                Err(Failure::new(ExitStatus::LocalIo, "cannot write: the reader does not read"))
            }
            Ok(()) => Ok(()),
        }
    }
}
