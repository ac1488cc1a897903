//! Asks for a secret on the terminal, without echo.
//!
//! Only the echo is turned off: the terminal still edits lines, and its keys still send signals. The previous state is
//! kept where code that must end the process can restore it.

use crate::secret::Secret;
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use std::fs::File;
use std::io::{self, BufRead, BufReader, ErrorKind, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};
use zeroize::Zeroizing;

/// The terminal, and its state before the prompt.
static BEFORE: Mutex<Option<(File, Termios)>> = Mutex::new(None);

fn before() -> MutexGuard<'static, Option<(File, Termios)>> {
    BEFORE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Saves the state of the terminal, if there is one.
pub fn remember_terminal() {
    let terminal = File::options().read(true).write(true).open("/dev/tty").ok();
    *before() = terminal.and_then(|it| tcgetattr(&it).ok().map(|modes| (it, modes)));
}

/// Discards the saved state.
pub fn forget_terminal() {
    *before() = None;
}

/// Restores the terminal during a prompt; returns a function that undoes this.
pub fn restore_terminal() -> Option<impl FnOnce()> {
    let guard = before();
    let (terminal, modes) = guard.as_ref()?;
    let now = tcgetattr(terminal).ok()?;
    tcsetattr(terminal, OptionalActions::Now, modes).ok()?;
    if !now.local_modes.contains(LocalModes::ECHO) {
        // Ends the line of the prompt.
        let _ = (&*terminal).write_all(b"\n");
    }
    Some(move || {
        if let Some((terminal, _)) = &*before() {
            let _ = tcsetattr(terminal, OptionalActions::Now, &now);
        }
    })
}

/// Prints `question` and reads a line.
pub(super) fn ask(question: &str) -> io::Result<Secret> {
    let mut terminal = File::options().read(true).write(true).open("/dev/tty")?;
    let before = tcgetattr(&terminal)?;
    let mut modes = before.clone();
    modes.local_modes.remove(LocalModes::ECHO | LocalModes::ECHONL);
    // The question comes last, so that no part of the answer is echoed.
    tcsetattr(&terminal, OptionalActions::Now, &modes)?;
    let answer = terminal.write_all(question.as_bytes()).and_then(|()| read_line(&terminal));
    tcsetattr(&terminal, OptionalActions::Now, &before)?;
    terminal.write_all(b"\n")?;
    answer
}

fn read_line(terminal: &File) -> io::Result<Secret> {
    // Large enough for any line of a terminal, so that it leaves no copies behind by growing.
    let mut line = Zeroizing::new(Vec::with_capacity(LINE));
    let mut reader = BufReader::with_capacity(1, terminal);
    if reader.read_until(b'\n', &mut line)? == 0 {
        return Err(ErrorKind::UnexpectedEof.into());
    }
    if line.ends_with(b"\n") {
        line.pop();
    }
    Ok(Secret::new(std::mem::take(&mut line)))
}

/// Longest line that a terminal accepts, and some more.
const LINE: usize = 8 * 1024;
