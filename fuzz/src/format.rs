//! Any text as a format, for any message: it is refused with a place for the caret, or it prints, and
//! never drives a terminal that is protected.

use super::message::Parts;
use arbitrary::{Result, Unstructured};
use mqtt::escape::{Keep, is_harmful};
use mqtt::format::{Body, Format, Template};

/// See the module.
pub fn run(data: &[u8]) {
    // Too few bytes are no input.
    let _ = try_run(&mut Unstructured::new(data));
}

fn try_run(input: &mut Unstructured<'_>) -> Result<()> {
    let text: &str = input.arbitrary()?;
    let (pretty, color) = (input.arbitrary()?, input.arbitrary()?);
    let template = match Template::parse(text) {
        Ok(template) => template,
        Err(error) => {
            let [shown, caret] = error.excerpt();
            assert!(caret.chars().count() <= shown.chars().count() + 1, "{shown:?}");
            return Ok(());
        }
    };
    let parts = Parts::any(input)?;
    let mut format = Format::new(Body::Template(template));
    (format.pretty, format.color) = (pretty, color);
    let mut out = Vec::new();
    format.write(&parts.message(), &mut out);
    // What the user has in the format is the user's.
    if text.contains(|char: char| is_harmful(char, Keep::Nothing) || "\\@".contains(char)) {
        return Ok(());
    }
    out.clear();
    (format.protect, format.color) = (true, false);
    format.write(&parts.message(), &mut out);
    let shown = String::from_utf8_lossy(&out);
    let harmful = |char: char| is_harmful(char, Keep::Layout);
    assert!(!shown.contains(harmful), "{text:?} prints {shown:?}");
    Ok(())
}
