//! Topic filters (4.7): which are valid, and which topics each of them matches.

/// The inner filter of `$share/GROUP/FILTER`; `None` for a filter that is not shared.
pub fn shared_filter(filter: &str) -> Option<&str> {
    let (_group, filter) = filter.strip_prefix("$share/")?.split_once('/')?;
    Some(filter)
}

/// The rule that a filter breaks, if any.
pub fn broken_rule(filter: &str) -> Option<&'static str> {
    if filter.starts_with("$share/") && shared_filter(filter).is_none_or(str::is_empty) {
        return Some("a shared subscription without a group or a filter [MQTT-4.8.2-1]");
    }
    let filter = shared_filter(filter).unwrap_or(filter);
    if filter.is_empty() {
        return Some("an empty filter [MQTT-4.7.3-1]");
    }
    let mut levels = filter.split('/').peekable();
    while let Some(level) = levels.next() {
        let alone = level.len() == 1;
        if level.contains('+') && !alone {
            return Some("'+' is not a whole level [MQTT-4.7.1-2]");
        }
        if level.contains('#') && !(alone && levels.peek().is_none()) {
            return Some("'#' is not the whole last level [MQTT-4.7.1-1]");
        }
    }
    None
}

/// Whether the filter matches the topic; for a shared subscription, its inner filter.
pub fn matches(filter: &str, topic: &str) -> bool {
    let filter = shared_filter(filter).unwrap_or(filter);
    // A filter that starts with a wildcard does not match topics of the broker [MQTT-4.7.2-1].
    if topic.starts_with('$') && filter.starts_with(['+', '#']) {
        return false;
    }
    let mut levels = topic.split('/');
    for wanted in filter.split('/') {
        if wanted == "#" {
            return true;
        }
        match levels.next() {
            Some(level) if wanted == "+" || wanted == level => {}
            _ => return false,
        }
    }
    levels.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_match_as_section_4_7_says() {
        for (filter, topic) in [
            ("a/b", "a/b"),
            ("#", "a"),
            ("a/#", "a"),
            ("a/#", "a/b/c"),
            ("+/b", "a/b"),
            ("+", ""),
            ("a/+", "a/"),
            ("/+", "/a"),
            ("$SYS/#", "$SYS/x"),
            ("$share/g/a/+", "a/b"),
        ] {
            assert!(matches(filter, topic), "{filter} {topic}");
        }
        for (filter, topic) in [
            ("a/b", "a"),
            ("a", "a/b"),
            ("+", "a/b"),
            ("+", "/a"),
            ("a/+", "a"),
            ("#", "$SYS/x"),
            ("+/x", "$SYS/x"),
        ] {
            assert!(!matches(filter, topic), "{filter} {topic}");
        }
    }

    #[test]
    fn illegal_filters_are_known() {
        for filter in ["", "a+", "a/#/b", "#a", "$share/", "$share/g", "$share/g/", "$share/g/a#"] {
            assert!(broken_rule(filter).is_some(), "{filter}");
        }
        for filter in ["+", "#", "a/+/#", "/", "$share/g/#", " "] {
            assert_eq!(broken_rule(filter), None, "{filter}");
        }
    }
}
