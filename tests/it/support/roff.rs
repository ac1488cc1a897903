//! Text as roff, with the macros of man(7), and back.

/// Each character that roff takes for something else, and how it is written.
const SPECIAL: [(char, &str); 5] =
    [('\\', r"\(rs"), ('\'', r"\(aq"), ('^', r"\(ha"), ('~', r"\(ti"), ('`', r"\(ga")];

/// `text` as prose: what stands in backticks is bold, and the hyphens of flags can be copied.
pub fn prose(text: &str) -> String {
    let text: Vec<String> = text
        .split('`')
        .enumerate()
        .map(|(index, part)| match index % 2 {
            0 => part.split(' ').map(word).collect::<Vec<_>>().join(" "),
            _ => bold(part),
        })
        .collect();
    line(text.concat())
}

/// `text` in bold, to be typed as it is.
pub fn bold(text: &str) -> String {
    format!(r"\fB{}\fR", literal(text))
}

/// `text` in italics: to be replaced by something.
pub fn italic(text: &str) -> String {
    format!(r"\fI{}\fR", literal(text))
}

/// `text` as it is typed.
pub fn literal(text: &str) -> String {
    escape(text).replace('-', r"\-")
}

/// What a reader sees of a line of roff without font changes or macros.
pub fn plain(roff: &str) -> String {
    let text = roff.replace(r"\&", "").replace(r"\-", "-").replace(r"\(dq", "\"");
    SPECIAL.iter().rev().fold(text, |text, (char, name)| text.replace(name, &char.to_string()))
}

fn word(word: &str) -> String {
    let is_flag = word.trim_start_matches(['(', '[']).starts_with('-');
    if is_flag { literal(word) } else { escape(word) }
}

fn escape(text: &str) -> String {
    let mut roff = String::new();
    for char in text.chars() {
        match SPECIAL.iter().find(|(special, _)| *special == char) {
            Some((_, name)) => roff.push_str(name),
            None if char.is_ascii() => roff.push(char),
            None => roff.push_str(&format!("\\[u{:04X}]", char as u32)),
        }
    }
    roff
}

/// A line of text that begins like a macro is none.
fn line(text: String) -> String {
    if text.starts_with('.') { format!(r"\&{text}") } else { text }
}
