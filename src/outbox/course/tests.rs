//! Which messages may be sent when, and which marks are written.

use super::*;

/// An empty course.
fn empty(ids: u64) -> Course {
    Course::recover(&Marks::read(b"").unwrap(), 1, 1, ids)
}

/// Commits, and returns the commit as text.
fn commit(course: &mut Course) -> Option<String> {
    let commit = course.commit()?;
    let marks: Vec<String> = commit.marks.iter().map(Mark::to_string).collect();
    let records =
        if commit.has_records { format!("to {} ", commit.records_end) } else { String::new() };
    let synced = if commit.syncs_marks { " synced" } else { "" };
    assert_eq!(course.commit(), None, "one at a time");
    course.committed();
    Some(format!("{records}[{}]{synced}", marks.join(", ")))
}

/// The messages that may be sent, as text.
fn sent(course: &mut Course) -> Vec<String> {
    std::iter::from_fn(|| course.hand_out())
        .map(|Next { number, packet_id, again, received }| {
            let again = if again { " dup" } else { "" };
            let received = if received { " received" } else { "" };
            format!("{number} as {packet_id}{again}{received}")
        })
        .collect()
}

#[test]
fn nothing_is_sent_before_it_is_durable_and_nothing_released_before_that_is() {
    let mut course = empty(IDS);
    course.connected(false);
    course.store(2);
    assert!(sent(&mut course).is_empty());
    let pending = course.commit().unwrap();
    assert!(pending.has_records && pending.marks == [Mark::Sent(2)] && !pending.syncs_marks);
    assert!(sent(&mut course).is_empty());
    course.committed();
    assert_eq!(sent(&mut course), ["1 as 2", "2 as 3"]);
    course.received(1);
    course.received(2);
    assert_eq!(course.next_release(), None);
    assert_eq!(commit(&mut course).unwrap(), "[received 1, received 2] synced");
    assert_eq!([course.next_release(), course.next_release()], [Some(2), Some(3)]);
    course.done(2);
    course.done(1);
    assert_eq!(course.unfinished(), 0);
    assert_eq!(commit(&mut course).unwrap(), "[done 2, first 3]");
    assert_eq!(commit(&mut course), None);
}

#[test]
fn without_a_connection_messages_are_stored_and_not_marked_as_sent() {
    let mut course = empty(IDS);
    course.store(3);
    assert_eq!(commit(&mut course).unwrap(), "to 4 []");
    assert!(sent(&mut course).is_empty());
    assert_eq!(course.connected(false), 0);
    assert!(sent(&mut course).is_empty(), "the mark comes first");
    assert_eq!(commit(&mut course).unwrap(), "[sent 3]");
    assert_eq!(sent(&mut course).len(), 3);
    course.disconnected();
    course.store(1);
    assert_eq!(commit(&mut course).unwrap(), "to 5 []");
}

#[test]
fn what_an_earlier_run_has_sent_is_sent_again_in_its_session() {
    let marks = Marks::read(b"sent 4\nreceived 2\ndone 3\ndone 1\n").unwrap();
    let recovered = Course::recover(&marks, 7, 1, IDS);
    let mut course = recovered.clone();
    assert_eq!(course.unfinished(), 4);
    assert_eq!(course.connected(true), 0);
    assert_eq!(sent(&mut course), ["2 as 3 dup received", "4 as 5 dup"]);
    assert_eq!(commit(&mut course).unwrap(), "[sent 6]");
    assert_eq!(sent(&mut course), ["5 as 6", "6 as 7"]);
    // A new session knows none of them.
    let mut course = recovered;
    assert_eq!(course.connected(false), 2);
    assert!(sent(&mut course).is_empty(), "what was received must be forgotten first");
    assert_eq!(commit(&mut course).unwrap(), "[anew, sent 6] synced");
    assert_eq!(sent(&mut course), ["2 as 3", "4 as 5", "5 as 6", "6 as 7"]);
}

#[test]
fn a_session_that_is_lost_within_the_run_is_sent_anew() {
    let mut course = empty(IDS);
    course.connected(false);
    course.store(3);
    commit(&mut course);
    assert_eq!(sent(&mut course).len(), 3);
    course.received(1);
    let pending = course.commit().unwrap();
    assert!(pending.syncs_marks);
    course.disconnected();
    assert_eq!(course.connected(false), 3);
    // The commit under way says that 1 was received.
    course.committed();
    assert_eq!(course.next_release(), None);
    assert!(sent(&mut course).is_empty());
    assert_eq!(commit(&mut course).unwrap(), "[anew] synced");
    assert_eq!(sent(&mut course), ["1 as 2", "2 as 3", "3 as 4"]);
    // The session itself resends what it still holds.
    course.disconnected();
    assert_eq!(course.connected(true), 0);
    assert!(sent(&mut course).is_empty());
}

#[test]
fn two_messages_with_the_same_identifier_are_never_unfinished_together() {
    let mut course = empty(4);
    course.connected(false);
    course.store(12);
    commit(&mut course);
    assert_eq!(sent(&mut course), ["1 as 2", "2 as 3", "3 as 4", "4 as 1"]);
    course.done(2);
    course.done(3);
    assert!(sent(&mut course).is_empty());
    course.done(1);
    assert!(sent(&mut course).is_empty(), "a crash could still make 1 unfinished");
    assert_eq!(commit(&mut course).unwrap(), "[done 2, done 3, first 4] synced");
    assert_eq!(sent(&mut course), ["5 as 2", "6 as 3", "7 as 4"]);
}

#[test]
fn marks_are_few() {
    let mut course = empty(IDS);
    course.connected(false);
    course.store(3_000);
    assert_eq!(commit(&mut course).unwrap(), "to 3001 [sent 1025]");
    let mut count = 0;
    while course.first() < 3_001 {
        while let Some(next) = course.hand_out() {
            course.done(next.number);
        }
        count += usize::from(commit(&mut course).is_some());
        assert!(count < 10);
    }
}
