//! Topic names and topic filters: which are valid, and which filter matches which name ([MQTT 5, 4.7]).

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

/// Longest topic name or filter, in bytes ([MQTT-4.7.3-3]).
pub const MAX_TOPIC_LENGTH: usize = 65_535;

/// The prefix of shared subscriptions.
const SHARE: &str = "$share/";

/// What is wrong with a topic name or filter, as a clause that follows its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TopicError {
    /// [MQTT-4.7.3-1].
    Empty,
    /// [MQTT-4.7.3-2].
    Nul,
    /// [MQTT-4.7.3-3].
    TooLong,
    /// A topic to publish to contains `+` or `#` ([MQTT-3.3.2-2]).
    Wildcard,
    /// `#` is not a whole last level ([MQTT-4.7.1-1]).
    MisplacedHash,
    /// `+` is not a whole level ([MQTT-4.7.1-2]).
    MisplacedPlus,
    /// `$share/GROUP/FILTER` lacks a part, or GROUP contains a wildcard ([MQTT-4.8.2-1], [MQTT-4.8.2-2]).
    Share,
}

impl fmt::Display for TopicError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "it is empty",
            Self::Nul => "it contains a NUL character",
            Self::TooLong => "it is longer than 65535 bytes",
            Self::Wildcard => "a topic to publish to cannot contain '+' or '#'",
            Self::MisplacedHash => "'#' must be the whole last level",
            Self::MisplacedPlus => "'+' must be a whole level",
            Self::Share => "a shared subscription is $share/GROUP/FILTER",
        })
    }
}

impl std::error::Error for TopicError {}

fn check_common(text: &str) -> Result<(), TopicError> {
    if text.is_empty() {
        Err(TopicError::Empty)
    } else if text.len() > MAX_TOPIC_LENGTH {
        Err(TopicError::TooLong)
    } else if text.contains('\0') {
        Err(TopicError::Nul)
    } else {
        Ok(())
    }
}

/// Checks a topic to publish to.
///
/// # Errors
/// The rule of [MQTT 5, 4.7] that it breaks.
pub fn check_name(text: &str) -> Result<(), TopicError> {
    check_common(text)?;
    if text.contains(['+', '#']) {
        return Err(TopicError::Wildcard);
    }
    Ok(())
}

/// Checks a filter to subscribe to, including `$share/GROUP/FILTER`.
///
/// # Errors
/// The rule of [MQTT 5, 4.7 and 4.8.2] that it breaks.
pub fn check_filter(text: &str) -> Result<(), TopicError> {
    check_common(text)?;
    let filter = match text.strip_prefix(SHARE) {
        None => text,
        Some(shared) => {
            let (group, filter) = shared.split_once('/').ok_or(TopicError::Share)?;
            if group.is_empty() || filter.is_empty() || group.contains(['+', '#']) {
                return Err(TopicError::Share);
            }
            filter
        }
    };
    let mut levels = filter.split('/').peekable();
    while let Some(level) = levels.next() {
        if level.contains('#') && (level != "#" || levels.peek().is_some()) {
            return Err(TopicError::MisplacedHash);
        }
        if level.contains('+') && level != "+" {
            return Err(TopicError::MisplacedPlus);
        }
    }
    Ok(())
}

/// Whether `filter` matches the topic `name`. Both must be valid, and `filter` without `$share/`.
///
/// A filter that starts with a wildcard does not match names that start with `$` ([MQTT-4.7.2-1]).
pub fn matches(filter: &str, name: &str) -> bool {
    if name.starts_with('$') && filter.starts_with(['+', '#']) {
        return false;
    }
    let mut names = name.split('/');
    for level in filter.split('/') {
        if level == "#" {
            return true;
        }
        match names.next() {
            Some(part) if level == "+" || level == part => {}
            _ => return false,
        }
    }
    names.next().is_none()
}

macro_rules! checked_text {
    ($(#[$doc:meta])* $name:ident, $check:path) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        pub struct $name(String);

        impl $name {
            /// The text, which is valid.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = TopicError;

            fn from_str(text: &str) -> Result<Self, TopicError> {
                $check(text)?;
                Ok(Self(text.to_owned()))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

checked_text! {
    /// A valid topic to publish to.
    TopicName, check_name
}

/// A valid topic to publish to, possibly borrowed.
#[derive(Debug)]
pub struct TopicText<'a>(Cow<'a, str>);

impl<'a> TopicText<'a> {
    /// Checks `text`.
    ///
    /// # Errors
    /// Why it is invalid.
    pub fn new(text: Cow<'a, str>) -> Result<Self, TopicError> {
        check_name(&text)?;
        Ok(Self(text))
    }

    /// The text, which is valid.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Converts to an owned topic.
    pub fn into_name(self) -> TopicName {
        TopicName(self.0.into_owned())
    }
}

checked_text! {
    /// A valid topic filter to subscribe to, possibly shared.
    TopicFilter, check_filter
}

impl TopicFilter {
    /// Whether a message published to `name` belongs to this subscription; for a shared one, the part after the group
    /// counts.
    pub fn matches(&self, name: &str) -> bool {
        matches(self.unshared(), name)
    }

    /// Whether it is a shared subscription ([MQTT 5, 4.8.2]).
    pub fn is_shared(&self) -> bool {
        self.0.starts_with(SHARE)
    }

    /// Whether more than one topic can match.
    pub fn has_wildcard(&self) -> bool {
        self.unshared().contains(['+', '#'])
    }

    /// The filter without `$share/GROUP/`.
    fn unshared(&self) -> &str {
        match self.0.strip_prefix(SHARE) {
            Some(shared) => shared.split_once('/').map_or(shared, |(_, filter)| filter),
            None => &self.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_are_checked_by_the_rules_of_the_standard() {
        for good in ["a", "/", "a//b", " a ", "$SYS/x", "ä/ö"] {
            assert_eq!(check_name(good), Ok(()), "{good:?}");
        }
        assert_eq!(check_name(""), Err(TopicError::Empty));
        assert_eq!(check_name("a\0b"), Err(TopicError::Nul));
        assert_eq!(check_name("a/+"), Err(TopicError::Wildcard));
        assert_eq!(check_name("a#"), Err(TopicError::Wildcard));
        assert_eq!(check_name(&"x".repeat(65_535)), Ok(()));
        assert_eq!(check_name(&"x".repeat(65_536)), Err(TopicError::TooLong));
    }

    #[test]
    fn filters_are_checked_by_the_rules_of_the_standard() {
        for good in ["#", "+", "+/+", "/+", "a/#", "a/+/b", "$share/g/#", "$share/g//", "$shared/x"]
        {
            assert_eq!(check_filter(good), Ok(()), "{good:?}");
        }
        assert_eq!(check_filter(""), Err(TopicError::Empty));
        for bad in ["a#", "#/a", "a/#/b", "a/b#"] {
            assert_eq!(check_filter(bad), Err(TopicError::MisplacedHash), "{bad:?}");
        }
        for bad in ["a+", "+a/b", "a/+b/c", "++"] {
            assert_eq!(check_filter(bad), Err(TopicError::MisplacedPlus), "{bad:?}");
        }
        for bad in ["$share/", "$share/g", "$share//x", "$share/g/", "$share/+/x", "$share/#/x"] {
            assert_eq!(check_filter(bad), Err(TopicError::Share), "{bad:?}");
        }
    }

    #[test]
    fn the_standards_own_examples_match() {
        for (filter, name) in [
            ("sport/tennis/player1/#", "sport/tennis/player1"),
            ("sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon"),
            ("sport/#", "sport"),
            ("+/+", "/finance"),
            ("/+", "/finance"),
            ("$SYS/#", "$SYS/broker/load"),
            ("sport/+", "sport/"),
        ] {
            assert!(matches(filter, name), "{filter} {name}");
        }
        for (filter, name) in [
            ("+", "/finance"),
            ("sport/+", "sport"),
            ("sport/tennis/+", "sport/tennis/player1/ranking"),
            ("#", "$SYS/broker/load"),
            ("+/monitor/Clients", "$SYS/monitor/Clients"),
            ("a/b", "a/b/c"),
            ("ä", "a"),
        ] {
            assert!(!matches(filter, name), "{filter} {name}");
        }
        let shared: TopicFilter = "$share/workers/jobs/+".parse().unwrap();
        assert!(shared.matches("jobs/1"));
        assert!(!shared.matches("$share/workers/jobs/1"));
    }

    /// A recursive matcher on levels, written from the standard's text, to check the fast one.
    fn naive(filter: &[&str], name: &[&str]) -> bool {
        match (filter, name) {
            (["#"], _) => true,
            ([], []) => true,
            (["+", rest @ ..], [_, more @ ..]) => naive(rest, more),
            ([level, rest @ ..], [part, more @ ..]) => level == part && naive(rest, more),
            _ => false,
        }
    }

    proptest! {
        #[test]
        fn matching_agrees_with_a_naive_matcher(filter in "[+#ab$ä/]{0,8}", name in "[ab$ä/]{0,8}") {
            let levels = |text: &'_ str| text.split('/').map(str::to_owned).collect::<Vec<_>>();
            let (filter_levels, name_levels) = (levels(&filter), levels(&name));
            let filter_levels: Vec<&str> = filter_levels.iter().map(String::as_str).collect();
            let name_levels: Vec<&str> = name_levels.iter().map(String::as_str).collect();
            let fast = matches(&filter, &name);
            if check_filter(&filter).is_ok() && check_name(&name).is_ok() {
                let dollar = name.starts_with('$') && filter.starts_with(['+', '#']);
                prop_assert_eq!(fast, !dollar && naive(&filter_levels, &name_levels));
            }
        }
    }
}
