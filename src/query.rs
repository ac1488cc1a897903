//! jq filters: compiled once by jaq, then run on each message.
//!
//! | module | contents |
//! |---|---|
//! | [`json`] | converts payloads to values and back, with exact numbers and bounded nesting |
//! | `words` | the functions of jq, except those that read the environment, write output or end the process |
//!
//! Independent of sessions, flags and output.

pub mod json;
#[cfg(test)]
mod tests;
mod words;

use crate::misplaced::Misplaced;
use jaq_core::compile::Undefined;
use jaq_core::load::{Arena, Error as LoadError, File, Loader, import};
use jaq_core::{Compiler, Ctx, Filter, Vars, unwrap_valr};
pub use jaq_json::Val;
use std::cell::OnceCell;
use std::fmt::{self, Write as _};
use words::Data;

/// Longest filter in bytes; each operator can take 2 KiB of stack.
const LONGEST: usize = 4 << 10;

/// Deepest nesting of brackets in a filter.
const DEEPEST: usize = 100;

/// Longest part of a runtime error that is reported, in bytes; errors quote payloads.
const TOLD: usize = 200;

/// Variables that a filter can use.
const VARIABLES: [&str; 3] = ["$topic", "$levels", "$msg"];

/// A compiled jq filter.
pub struct Query {
    filter: Filter<Data>,
    /// Which of [`VARIABLES`] it uses.
    names: [bool; VARIABLES.len()],
}

/// A runtime error of a filter.
pub type Error = jaq_json::Error;

impl Query {
    /// Compiles a filter.
    ///
    /// # Errors
    /// If the filter is invalid, with the position.
    pub fn parse(text: &str) -> Result<Self, Misplaced> {
        check_size(text)?;
        let arena = Arena::default();
        let file = File { code: text, path: () };
        let modules = Loader::new(words::definitions()).load(&arena, file).map_err(|errors| {
            let first = errors.into_iter().map(|(_, error)| error).next();
            first.map_or_else(|| Misplaced::new(text, 0, "invalid filter"), |it| explain(text, &it))
        })?;
        // Only `import` and `include` load data, and neither is allowed.
        import(&modules, |_| Err(String::new())).map_err(|_| unknown(text, "import"))?;
        let compiler = Compiler::<_, Data>::default();
        let compiler = compiler.with_funs(words::functions()).with_global_vars(VARIABLES);
        let filter = compiler.compile(modules).map_err(|errors| {
            let first = errors.into_iter().flat_map(|(_, errors)| errors).next();
            first
                .map_or_else(|| Misplaced::new(text, 0, "invalid filter"), |it| undefined(text, it))
        })?;
        // A name inside a string also counts, which only costs time.
        Ok(Self { filter, names: VARIABLES.map(|name| text.contains(name)) })
    }

    /// Whether the filter needs the JSON record of a message, and not just topic and payload.
    pub fn wants_record(&self) -> bool {
        self.names[2]
    }

    /// Runs the filter on `subject`; outputs are computed lazily.
    pub fn outputs<'a>(
        &'a self,
        subject: &Subject<'_>,
    ) -> impl Iterator<Item = Result<Val, Error>> + use<'a> {
        let [topic, levels, record] = self.names;
        let text = |text: &str| Val::utf8_str(text.to_owned());
        let variables = [
            if topic { text(subject.topic) } else { Val::Null },
            if levels { subject.topic.split('/').map(text).collect() } else { Val::Null },
            if record { subject.record() } else { Val::Null },
        ];
        let context = Ctx::<Data>::new(&self.filter.lut, Vars::new(variables));
        self.filter.id.run((context, subject.input())).map(unwrap_valr)
    }
}

/// A message to run filters on. The payload is parsed once for all of them.
pub struct Subject<'a> {
    topic: &'a str,
    payload: &'a [u8],
    /// The message as a JSON record (docs/json.md, with the payload parsed).
    record: &'a [u8],
    input: OnceCell<Val>,
}

impl<'a> Subject<'a> {
    /// `record` may be empty if no filter needs it.
    pub fn new(topic: &'a str, payload: &'a [u8], record: &'a [u8]) -> Self {
        Self { topic, payload, record, input: OnceCell::new() }
    }

    /// The payload: a value if it is JSON, else text, else base64 of bytes that are not UTF-8.
    fn input(&self) -> Val {
        self.input.get_or_init(|| json::read_payload(self.payload)).clone()
    }

    fn record(&self) -> Val {
        json::read_payload(self.record)
    }
}

fn check_size(text: &str) -> Result<(), Misplaced> {
    if text.len() > LONGEST {
        let message = format!("the filter is longer than {LONGEST} bytes");
        return Err(Misplaced::new(text, 0, message));
    }
    // What is open: brackets, and strings, in which brackets mean something only after a backslash.
    let mut open = Vec::new();
    let mut bytes = text.bytes().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match (open.last(), byte) {
            (Some(b'"'), b'"') => drop(open.pop()),
            (Some(b'"'), b'\\') => {
                open.extend(bytes.next().map(|(_, it)| it).filter(|it| *it == b'('))
            }
            (Some(b'"'), _) => {}
            (_, b'#') => drop(bytes.find(|(_, byte)| *byte == b'\n')),
            (_, b'"' | b'(' | b'[' | b'{') => open.push(byte),
            (Some(b'('), b')') | (Some(b'['), b']') | (Some(b'{'), b'}') => drop(open.pop()),
            _ => {}
        }
        if open.len() > DEEPEST {
            return Err(Misplaced::new(text, at, "nested too deeply"));
        }
    }
    Ok(())
}

/// The position of `part` in `text`, or the end of `text` if it is not a slice of it (such as an empty rest).
fn position(text: &str, part: &str) -> usize {
    let at = (part.as_ptr() as usize).wrapping_sub(text.as_ptr() as usize);
    if at <= text.len() && text.is_char_boundary(at) { at } else { text.len() }
}

fn explain(text: &str, error: &LoadError<&str>) -> Misplaced {
    let expected = |what: &str, found: &str| {
        let at = position(text, found);
        let found = found.split_whitespace().next().unwrap_or_default();
        let what = match what {
            "term" => "an expression",
            "key" => "a name",
            what => what,
        };
        let message = match (what, shorten(found)) {
            ("nothing" | "token", found) => format!("unexpected '{found}'"),
            (what, "") => format!("expected {what} at the end"),
            (what, found) => format!("expected {what} instead of '{found}'"),
        };
        Misplaced::new(text, at, message)
    };
    match error {
        LoadError::Io(errors) => {
            let path = errors.first().map_or("", |(path, _)| path);
            let before = &text[..position(text, path)];
            let word = if before.trim_end_matches('"').trim_end().ends_with("include") {
                "include"
            } else {
                "import"
            };
            unknown(text, word)
        }
        LoadError::Lex(errors) => match errors.first() {
            Some((what, found)) => match what.as_str() {
                what if what.starts_with("closing") => {
                    Misplaced::new(text, position(text, found), format!("{what} is missing"))
                }
                what => expected(what, found),
            },
            None => Misplaced::new(text, 0, "invalid filter"),
        },
        LoadError::Parse(errors) => match errors.first() {
            Some((what, found)) => expected(what.as_str(), found),
            None => Misplaced::new(text, 0, "invalid filter"),
        },
    }
}

/// The first characters of a word, for an error message.
fn shorten(text: &str) -> &str {
    text.char_indices().nth(20).map_or(text, |(end, _)| &text[..end])
}

fn unknown(text: &str, word: &str) -> Misplaced {
    Misplaced::new(text, text.find(word).unwrap_or_default(), format!("unknown word '{word}'"))
}

fn undefined(text: &str, (word, kind): (&str, Undefined)) -> Misplaced {
    let message = match kind {
        Undefined::Filter(1) => format!("unknown word '{word}' with 1 argument"),
        Undefined::Filter(count) if count > 1 => {
            format!("unknown word '{word}' with {count} arguments")
        }
        _ => format!("unknown word '{word}'"),
    };
    Misplaced::new(text, position(text, word), message)
}

/// A short form of an error, however long the payload it quotes.
pub fn words_of(error: &Error) -> String {
    let mut told = Told(String::new());
    if write!(told, "{error}").is_err() {
        told.0.push('…');
    }
    // An error that is a single string is shown without quotes.
    match json::read(&told.0) {
        Some(Val::TStr(text)) => String::from_utf8_lossy(&text).into_owned(),
        _ => told.0,
    }
}

/// A buffer of limited size; writing more to it fails.
struct Told(String);

impl fmt::Write for Told {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let mut end = text.len().min(TOLD - self.0.len());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        self.0.push_str(&text[..end]);
        if end < text.len() { Err(fmt::Error) } else { Ok(()) }
    }
}
