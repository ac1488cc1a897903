//! Asks for a secret at the terminal, which shows nothing meanwhile.
//!
//! Only the echo is off: lines are still edited by the terminal, and its keys still send signals. How the terminal was is
//! kept where whoever must end the process finds it.

use crate::secret::Secret;
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use std::fs::File;
use std::io::{self, BufRead, BufReader, ErrorKind, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};
use zeroize::Zeroizing;

/// The terminal, and how it was before anybody was asked.
static BEFORE: Mutex<Option<(File, Termios)>> = Mutex::new(None);

fn before() -> MutexGuard<'static, Option<(File, Termios)>> {
    BEFORE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Remembers how the terminal is, if there is one.
pub fn remember_terminal() {
    let terminal = File::options().read(true).write(true).open("/dev/tty").ok();
    *before() = terminal.and_then(|it| tcgetattr(&it).ok().map(|modes| (it, modes)));
}

/// Whatever becomes of the terminal from now on is not ours.
pub fn forget_terminal() {
    *before() = None;
}

/// Makes the terminal as it was, if somebody is being asked; returns how to make it as it is now.
pub fn restore_terminal() -> Option<impl FnOnce()> {
    let guard = before();
    let (terminal, modes) = guard.as_ref()?;
    let now = tcgetattr(terminal).ok()?;
    tcsetattr(terminal, OptionalActions::Now, modes).ok()?;
    if !now.local_modes.contains(LocalModes::ECHO) {
        // The question ends here.
        let _ = (&*terminal).write_all(b"\n");
    }
    Some(move || {
        if let Some((terminal, _)) = &*before() {
            let _ = tcsetattr(terminal, OptionalActions::Now, &now);
        }
    })
}

/// Asks `question`; what is typed, up to the end of the line.
pub(super) fn ask(question: &str) -> io::Result<Secret> {
    let mut terminal = File::options().read(true).write(true).open("/dev/tty")?;
    let before = tcgetattr(&terminal)?;
    let mut modes = before.clone();
    modes.local_modes.remove(LocalModes::ECHO | LocalModes::ECHONL);
    // The question comes last, so that nothing typed in answer to it is shown.
    tcsetattr(&terminal, OptionalActions::Now, &modes)?;
    let answer = terminal.write_all(question.as_bytes()).and_then(|()| read_line(&terminal));
    tcsetattr(&terminal, OptionalActions::Now, &before)?;
    terminal.write_all(b"\n")?;
    answer
}

fn read_line(terminal: &File) -> io::Result<Secret> {
    // With all the room that a terminal's line takes, so that it leaves no copies behind as it grows.
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

/// The longest line that a terminal takes, and some more.
const LINE: usize = 8 * 1024;
