//! What becomes visible, what is let through, and what is too long.

use super::*;
use icu_properties::props::{
    BidiControl, BinaryProperty, DefaultIgnorableCodePoint, GeneralCategory, JoinControl,
    NoncharacterCodePoint, PrependedConcatenationMark, VariationSelector,
};
use icu_properties::{CodePointMapData, CodePointSetData};
use proptest::prelude::*;

fn has<P: BinaryProperty>(char: char) -> bool {
    CodePointSetData::new::<P>().contains(char)
}

/// Unicode's own word on [`UNSEEN`].
fn is_unseen(char: char) -> bool {
    use GeneralCategory::{Control, Format, LineSeparator, ParagraphSeparator};
    match CodePointMapData::<GeneralCategory>::new().get(char) {
        Control | LineSeparator | ParagraphSeparator => true,
        Format if !has::<PrependedConcatenationMark>(char) => true,
        _ => has::<DefaultIgnorableCodePoint>(char) || has::<NoncharacterCodePoint>(char),
    }
}

/// Unicode's own word on [`SHAPING`].
fn is_shaping(char: char) -> bool {
    has::<JoinControl>(char) || has::<VariationSelector>(char)
}

fn all_chars() -> impl Iterator<Item = char> {
    '\0'..=char::MAX
}

/// A table of `unseen` as source text.
fn table(is_member: impl Fn(char) -> bool) -> String {
    let mut ranges: Vec<(char, char)> = Vec::new();
    let mut last = None;
    for char in all_chars() {
        let is_next =
            last.replace(char).is_some_and(|last| ranges.last().is_some_and(|it| it.1 == last));
        match ranges.last_mut() {
            Some(range) if is_next && is_member(char) => range.1 = char,
            _ if is_member(char) => ranges.push((char, char)),
            _ => {}
        }
    }
    let escape = |char: char| format!("'\\u{{{:x}}}'", char as u32);
    ranges
        .iter()
        .map(|&(first, last)| format!("    ({}, {}),\n", escape(first), escape(last)))
        .collect()
}

#[test]
fn the_tables_say_of_every_character_what_unicode_says() {
    for (name, ranges, is_member) in
        [("UNSEEN", UNSEEN, is_unseen as fn(char) -> bool), ("SHAPING", SHAPING, is_shaping)]
    {
        let wrong: Vec<_> = all_chars().filter(|&it| is_in(ranges, it) != is_member(it)).collect();
        assert!(wrong.is_empty(), "{name} should be:\n{}", table(is_member));
        assert!(ranges.is_sorted_by(|one, next| one.1 < next.0), "{name}");
    }
}

#[test]
fn every_character_is_let_through_or_shown_as_an_escape() {
    for char in all_chars() {
        let text = char.to_string();
        let is_shown = |keep| visible(text.as_bytes(), keep) != text;
        assert_eq!(is_shown(Keep::Nothing), is_unseen(char), "{char:?}");
        let is_kept = is_shaping(char) || matches!(char, '\n' | '\t');
        assert_eq!(is_shown(Keep::Layout), is_unseen(char) && !is_kept, "{char:?}");
        assert!(is_unseen(char) || !(has::<BidiControl>(char) || char.is_control()), "{char:?}");
    }
}

#[test]
fn clean_text_is_borrowed() {
    assert!(matches!(visible("grün 21.5 °C 温度".as_bytes(), Keep::Nothing), Cow::Borrowed(_)));
    let family = "\u{1f469}\u{200d}\u{1f467} \u{2764}\u{fe0f}";
    assert!(matches!(visible(family.as_bytes(), Keep::Layout), Cow::Borrowed(_)));
}

#[test]
fn whatever_drives_a_terminal_is_shown_instead() {
    let nasty = b"\x07\x1b[31m\r\x7f\xc2\x9b\xe2\x80\xae\xff\x9d";
    assert_eq!(visible(nasty, Keep::Layout), "\\x07\\x1b[31m\\r\\x7f\\u{9b}\\u{202e}\\xff\\x9d");
    assert_eq!(visible(b"a\tb\nc", Keep::Layout), "a\tb\nc");
    assert_eq!(visible(b"a\tb\nc", Keep::Nothing), "a\\tb\\nc");
    let hidden = "a\u{61c}\u{200b}\u{e0041}\u{fff9}\u{200d}b";
    let shown = "a\\u{61c}\\u{200b}\\u{e0041}\\u{fff9}";
    assert_eq!(visible(hidden.as_bytes(), Keep::Nothing), format!("{shown}\\u{{200d}}b"));
    assert_eq!(visible(hidden.as_bytes(), Keep::Layout), format!("{shown}\u{200d}b"));
}

#[test]
fn what_is_too_long_keeps_its_beginning_and_its_end() {
    assert!(matches!(shortened("short", 5), Cow::Borrowed("short")));
    assert_eq!(shortened("abcdefgh", 4), "abc\u{2026} (4 bytes left out) \u{2026}h");
    // Not within a character.
    assert_eq!(shortened("äöüäöü", 6), "äö\u{2026} (8 bytes left out) \u{2026}");
}

proptest! {
    #[test]
    fn nothing_dangerous_is_left_and_twice_is_once(bytes: Vec<u8>) {
        let once = visible(&bytes, Keep::Nothing).into_owned();
        prop_assert!(!once.chars().any(is_unseen));
        let twice = visible(once.as_bytes(), Keep::Nothing);
        prop_assert_eq!(twice.as_ref(), once.as_str());
    }

    #[test]
    fn what_is_shortened_is_within_its_limit_and_says_what_is_missing(text: String, limit in 0usize..64) {
        let shown = shortened(&text, limit);
        match shown.split_once("\u{2026} (") {
            Some((start, rest)) if shown != text => {
                let (count, end) = rest.split_once(" bytes left out) \u{2026}").unwrap();
                prop_assert!(text.len() > limit && start.len() + end.len() <= limit);
                prop_assert!(text.starts_with(start) && text.ends_with(end));
                prop_assert_eq!(count.parse::<usize>().unwrap(), text.len() - start.len() - end.len());
            }
            _ => prop_assert_eq!(shown.as_ref(), text.as_str()),
        }
    }
}

#[test]
fn a_path_is_one_word_of_a_shell() {
    for (path, word) in [
        ("/etc/mqtt/config.toml", "/etc/mqtt/config.toml"),
        ("a b", "'a b'"),
        ("-f", "./-f"),
        ("it's; $(x)", r"'it'\''s; $(x)'"),
        ("-é", "'./-é'"),
    ] {
        assert_eq!(shell_word(Path::new(path)), word);
    }
}
