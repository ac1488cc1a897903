//! Formats that are no formats.

use super::*;

#[test]
fn each_bad_format_says_what_and_where() {
    let percent = " (a percent sign is written %%)";
    for (text, message, caret) in [
        ("%Z", "unknown specifier '%Z' (a percent sign is written %%) at character 2", 1),
        ("%t %y", "unknown specifier '%y' (a percent sign is written %%) at character 5", 4),
        ("%", "incomplete specifier (a percent sign is written %%) at character 1", 0),
        ("100 %", "incomplete specifier (a percent sign is written %%) at character 5", 4),
        ("%-", "incomplete specifier (a percent sign is written %%) at character 1", 0),
        ("%0", "incomplete specifier (a percent sign is written %%) at character 1", 0),
        ("a%12", "incomplete specifier (a percent sign is written %%) at character 2", 1),
        ("%1.", "incomplete specifier (a percent sign is written %%) at character 1", 0),
        ("%1.2", "incomplete specifier (a percent sign is written %%) at character 1", 0),
        ("%.2:", "incomplete specifier (a percent sign is written %%) at character 1", 0),
        ("%.2::x", "unknown specifier '%:' (a percent sign is written %%) at character 5", 4),
        ("%@s", "unknown specifier '%s' (a percent sign is written %%) at character 3", 2),
        ("%0-5l", "unknown specifier '%5' (a percent sign is written %%) at character 4", 3),
        (
            "gr\u{fc}n %\u{fc}",
            "unknown specifier '%\u{fc}' (a percent sign is written %%) at character 7",
            6,
        ),
        (r"a\", r"incomplete escape (a backslash is written \\) at character 2", 1),
        (r"a\q", r"unknown escape '\q' (a backslash is written \\) at character 3", 2),
        (r"C:\dir", r"unknown escape '\d' (a backslash is written \\) at character 4", 3),
        ("me@", "incomplete time (an @ is written @@) at character 3", 2),
        ("me@iot", "unknown time '@i' (an @ is written @@) at character 4", 3),
        ("@Q", "unknown time '@Q' (an @ is written @@) at character 2", 1),
        ("@E", "unknown time '@E' (an @ is written @@) at character 2", 1),
        ("@+", "unknown time '@+' (an @ is written @@) at character 2", 1),
        ("%65536t", "a width is at most 65535 at character 2", 1),
        ("%t%-99999999999999999999t", "a width is at most 65535 at character 5", 4),
        ("%5.65536x", "a precision is at most 65535 at character 4", 3),
        ("%:x", "the separator ':' has no effect without groups, as in %.2:x, at character 2", 1),
        ("%.0:x", "the separator ':' has no effect without groups, as in %.2:x, at character 4", 3),
        ("%..X", "the separator '.' has no effect without groups, as in %.2.X, at character 3", 2),
        ("%.2:t", "the separator ':' has no effect on %t at character 4", 3),
        ("%--p", "the separator '-' has no effect on %p at character 3", 2),
        ("5% p", "the separator ' ' has no effect on %p at character 3", 2),
        ("%.5J", "a precision would cut the JSON of %J at character 3", 2),
        (
            "\u{1b}[0m\n%z",
            "unknown specifier '%z' (a percent sign is written %%) at character 7",
            10,
        ),
    ] {
        let error = Template::parse(text).unwrap_err();
        assert_eq!(error.to_string(), message, "{text:?}");
        assert_eq!(error.excerpt()[1], format!("{}^", " ".repeat(caret)), "{text:?}");
        assert!(!error.excerpt()[0].contains(['\n', '\x1b']));
    }
    assert!(Template::parse("%!").unwrap_err().to_string().contains(percent));
}

#[test]
fn the_excerpt_shows_the_format() {
    let error = Template::parse("gr\u{fc}n\u{1b} %y!").unwrap_err();
    assert_eq!(error.excerpt(), ["gr\u{fc}n\\x1b %y!", "          ^"]);
}

#[test]
fn the_largest_width_and_precision_are_taken() {
    assert_eq!(printed("%65535t", PLAIN).len(), 65535);
    assert_eq!(printed("%.65535d", sample(&[0; 8])).len(), 65537);
}
