//! The progress bar of a long run, on stderr. It is redrawn a few times per second, never in the middle of a diagnostic
//! line, and replaced by one line at the end.

use crate::output::stderr;
use crate::ui::{self, Ui};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle, TermLike};
use std::fmt;
use std::io;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Shorter runs get no bar.
const LONG: Duration = Duration::from_secs(1);

/// Time between two drawings.
const PERIOD: Duration = Duration::from_millis(200);

/// Width in columns if the terminal's is unknown.
const WIDTH: u16 = 80;

/// Width in columns that is enough for text and a bar.
const ROOMY: u16 = 50;

/// Columns left free for the `^C` that a terminal shows: once that has shifted a bar, it cannot be erased.
const MARGIN: u16 = 3;

/// When to show a bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum When {
    /// On a terminal.
    Auto,
    /// Wherever stderr goes.
    Always,
    /// Never.
    Never,
}

impl When {
    /// From `--progress` and `--no-progress`. By default there is no bar unless it is `alone` on the terminal.
    pub(crate) fn new(progress: bool, no_progress: bool, alone: bool) -> Self {
        match (progress, no_progress || !alone) {
            (true, _) => Self::Always,
            (_, true) => Self::Never,
            _ => Self::Auto,
        }
    }
}

/// The unit and size of the whole run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Whole {
    /// Unknown.
    Unknown,
    /// Bytes of input.
    Bytes(u64),
    /// Messages.
    Messages(u64),
}

/// How far the run is.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct State {
    /// Bytes of input handed to the session.
    pub(crate) bytes: u64,
    /// Messages whose outcome is known.
    pub(crate) messages: u64,
    /// Messages that have not been acknowledged yet.
    pub(crate) unacknowledged: usize,
}

/// A bar that appears once the run has lasted long enough.
pub(crate) struct Progress {
    whole: Whole,
    /// Whether a bar may appear at all.
    shows: bool,
    /// Time of the first connection. Typing before it is not part of the work.
    started: Option<Instant>,
    /// Time of the next drawing, if there is one.
    next: Option<Instant>,
    bar: Option<ProgressBar>,
    /// The last drawing, to compute the rate.
    last: Option<(Instant, State)>,
    /// Smoothed rates per second, in units of the whole and in messages.
    speed: (f64, f64),
}

impl Progress {
    pub(crate) fn new(when: When, whole: Whole) -> Self {
        let shows = match when {
            When::Auto => ui::stderr_is_terminal(),
            When::Always => true,
            When::Never => false,
        };
        Self { whole, shows, started: None, next: None, bar: None, last: None, speed: (0.0, 0.0) }
    }

    /// The first connection is established: time counts from here.
    pub(crate) fn begin(&mut self, now: Instant) {
        if self.started.is_none() {
            self.started = Some(now);
            self.next = self.shows.then(|| now + LONG);
        }
    }

    /// Time of the next drawing.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.next
    }

    /// Draws `state` if it is time.
    pub(crate) fn draw(&mut self, now: Instant, state: impl FnOnce() -> State) {
        if self.next.is_none_or(|next| now < next) {
            return;
        }
        self.next = Some(now + PERIOD);
        let state = state();
        self.measure(now, state);
        let text = self.text(state).to_string();
        let (done, whole) = (self.done(state), self.whole);
        let bar = self.bar.get_or_insert_with(|| make(whole));
        bar.set_position(done);
        bar.set_message(text);
        bar.tick();
    }

    /// Hides the bar to make room for a diagnostic line; the next drawing shows it again.
    pub(crate) fn hide(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }

    /// Removes the bar. If there was one and all messages were `published`, a line says so.
    pub(crate) fn finish(&mut self, ui: Ui, published: Option<u64>) {
        self.hide();
        self.next = None;
        if let (Some(started), Some(_), Some(count)) = (self.started, self.last, published) {
            let seconds = started.elapsed().as_secs_f64();
            let rate = grouped((count as f64 / seconds).round() as u64);
            let (messages, count) = (messages(count), grouped(count));
            ui.note(&format!("published {count} {messages} in {seconds:.1} s ({rate}/s)"));
        }
    }

    fn done(&self, state: State) -> u64 {
        match self.whole {
            Whole::Bytes(_) => state.bytes,
            Whole::Messages(_) | Whole::Unknown => state.messages,
        }
    }

    fn measure(&mut self, now: Instant, state: State) {
        let last = self.last.replace((now, state));
        let is_first = last.is_none();
        let (then, before) = last.unwrap_or((self.started.unwrap_or(now), State::default()));
        let seconds = now.duration_since(then).as_secs_f64();
        let smooth = |old: f64, gain: u64| {
            let new = gain as f64 / seconds;
            if is_first { new } else { 0.7 * old + 0.3 * new }
        };
        self.speed = (
            smooth(self.speed.0, self.done(state) - self.done(before)),
            smooth(self.speed.1, state.messages - before.messages),
        );
    }

    /// The text, most useful part first: a narrow terminal cuts off the rest.
    fn text(&self, state: State) -> Text {
        let whole = match self.whole {
            Whole::Bytes(whole) | Whole::Messages(whole) => Some(whole),
            Whole::Unknown => None,
        };
        let done = self.done(state);
        let percent = whole.filter(|whole| *whole > 0).map(|whole| done.min(whole) * 100 / whole);
        let left = whole.map(|whole| whole.saturating_sub(done) as f64 / self.speed.0);
        Text { percent, state, rate: self.speed.1, left: left.filter(|left| left.is_finite()) }
    }
}

struct Text {
    percent: Option<u64>,
    state: State,
    rate: f64,
    left: Option<f64>,
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(percent) = self.percent {
            write!(f, "{percent:3} %  ")?;
        }
        let (count, rate) = (grouped(self.state.messages), grouped(self.rate as u64));
        write!(f, "{count} {}  {rate}/s", messages(self.state.messages))?;
        if let Some(left) = self.left {
            let left = humantime::format_duration(Duration::from_secs(left.min(1e9) as u64));
            write!(f, "  {left} left")?;
        }
        if self.state.unacknowledged > 0 {
            write!(f, "  {} unacknowledged", grouped(self.state.unacknowledged as u64))?;
        }
        if self.state.bytes > 0 {
            write!(f, "  {:.1} MB", self.state.bytes as f64 / 1e6)?;
        }
        Ok(())
    }
}

/// The noun for a count.
pub(crate) fn messages(count: u64) -> &'static str {
    if count == 1 { "message" } else { "messages" }
}

/// 1,234,567 for 1234567.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn make(whole: Whole) -> ProgressBar {
    let target = ProgressDrawTarget::term_like(Box::new(Line::default()));
    let length = match whole {
        Whole::Bytes(whole) | Whole::Messages(whole) => Some(whole),
        Whole::Unknown => None,
    };
    let has_room = Line::default().width() >= ROOMY;
    let template = if length.is_some() && has_room { "{wide_msg} {bar:16}" } else { "{wide_msg}" };
    // The template is a constant, and a test draws it.
    let style = ProgressStyle::with_template(template)
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .progress_chars("=> ");
    ProgressBar::with_draw_target(length, target).with_style(style)
}

/// One line of stderr, which is overwritten again and again, on a terminal or not.
#[derive(Debug, Default)]
struct Line {
    /// The next drawing, written at once, because half a drawing would be worse than none.
    drawing: Mutex<String>,
}

/// Clears the line.
const CLEAR: &str = "\r\x1b[2K";

impl Line {
    fn add(&self, text: &str) -> io::Result<()> {
        self.drawing.lock().unwrap_or_else(PoisonError::into_inner).push_str(text);
        Ok(())
    }
}

impl TermLike for Line {
    fn width(&self) -> u16 {
        ui::stderr_width().unwrap_or(WIDTH).saturating_sub(MARGIN)
    }

    fn move_cursor_up(&self, _n: usize) -> io::Result<()> {
        Ok(())
    }

    fn move_cursor_down(&self, _n: usize) -> io::Result<()> {
        Ok(())
    }

    fn move_cursor_right(&self, _n: usize) -> io::Result<()> {
        Ok(())
    }

    fn move_cursor_left(&self, _n: usize) -> io::Result<()> {
        Ok(())
    }

    fn write_line(&self, text: &str) -> io::Result<()> {
        self.add(text)?;
        self.add("\n")
    }

    fn write_str(&self, text: &str) -> io::Result<()> {
        self.add(text)
    }

    fn clear_line(&self) -> io::Result<()> {
        self.add(CLEAR)
    }

    fn flush(&self) -> io::Result<()> {
        let mut drawing = self.drawing.lock().unwrap_or_else(PoisonError::into_inner);
        let drawing = std::mem::take(&mut *drawing);
        // A bar that is not drawn does no harm; one that is not removed does.
        let takes_away = drawing.replace(CLEAR, "").trim().is_empty();
        match takes_away {
            true => stderr::line(drawing.as_bytes()).map(drop),
            false => stderr::draw(&drawing),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn begun(when: When, whole: Whole, start: Instant) -> Progress {
        let mut progress = Progress::new(when, whole);
        progress.begin(start);
        progress
    }

    #[test]
    fn the_text_says_how_far_how_fast_and_how_long() {
        let start = Instant::now();
        let mut progress = begun(When::Never, Whole::Bytes(4_000_000), start);
        let state = State { bytes: 1_000_000, messages: 12_345, unacknowledged: 20 };
        progress.measure(start + Duration::from_secs(2), state);
        assert_eq!(
            progress.text(state).to_string(),
            " 25 %  12,345 messages  6,172/s  6s left  20 unacknowledged  1.0 MB"
        );
        let mut progress = begun(When::Never, Whole::Unknown, start);
        let state = State { messages: 1_000_000, ..State::default() };
        progress.measure(start + Duration::from_secs(1), state);
        assert_eq!(progress.text(state).to_string(), "1,000,000 messages  1,000,000/s");
    }

    #[test]
    fn nothing_is_drawn_before_its_time_or_when_nothing_is_to_be_seen() {
        let start = Instant::now();
        let mut unconnected = Progress::new(When::Always, Whole::Unknown);
        unconnected.draw(start + LONG * 9, || panic!("there is no connection"));
        let mut never = begun(When::Never, Whole::Unknown, start);
        never.draw(start + Duration::from_secs(9), || panic!("nobody asked"));
        let mut always = begun(When::Always, Whole::Unknown, start);
        always.draw(start + LONG / 2, || panic!("too early"));
        assert_eq!(always.deadline(), Some(start + LONG));
    }
}
