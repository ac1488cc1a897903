//! `mqtt pub`: each message has one outcome, and it is true.

use super::broker::{Denial, Fate};
use super::draw::Draw;
use super::network::{Direction, Fault, Seen};
use super::setting::{Ending, Setting};
use crate::commands::progress::{Progress, When, Whole};
use crate::commands::publish::addressing::Addressing;
use crate::commands::publish::feed::Feed;
use crate::commands::publish::job::Publishing;
use crate::commands::publish::pace::Pace;
use crate::exit::ExitStatus;
use crate::message::{Envelope, QoS};
use crate::mqtt::Aliasing;
use crate::source::{Address, Invalid, Record, RecordFields, Source};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

/// A message to publish; its payload is its position.
struct Sent {
    topic: &'static str,
    qos: QoS,
}

fn messages(draw: &mut Draw, is_denying: bool) -> Vec<Sent> {
    let mixed = draw.chance(30);
    let level = |draw: &mut Draw| {
        *draw.pick(&[QoS::AtMostOnce, QoS::AtLeastOnce, QoS::ExactlyOnce, QoS::ExactlyOnce])
    };
    let one = level(draw);
    (0..draw.number(1..=40))
        .map(|_| Sent {
            topic: if is_denying && draw.chance(10) {
                "denied/x"
            } else {
                draw.pick::<&str>(&["t/0", "t/1", "t/2"])
            },
            qos: if mixed { level(draw) } else { one },
        })
        .collect()
}

fn records(messages: &[Sent]) -> Vec<Record> {
    (1..)
        .zip(messages)
        .map(|(position, sent): (u64, &Sent)| Record {
            position,
            payload: position.to_string().into(),
            size: 1,
            address: Address::Own(Arc::new(RecordFields {
                topic: Some(sent.topic.parse().expect("a topic")),
                qos: Some(sent.qos),
                retain: None,
                properties: None,
            })),
            time: None,
        })
        .collect()
}

/// Plays a seed.
pub fn run(draw: Draw) {
    let mut setting = Setting::draw(draw);
    setting.session.aliasing = *setting.draw.pick(&[Aliasing::None, Aliasing::Auto]);
    let is_denying = setting.temper.denial.is_some();
    let messages = messages(&mut setting.draw, is_denying);
    let defaults = Envelope::new("-".parse().expect("a topic"), QoS::AtMostOnce, false);
    let addressing = Addressing::new(Rc::new([]), defaults);
    let pace = match setting.draw.chance(20) {
        true => Pace::gap(Duration::from_millis(setting.draw.number(1..=3_000))),
        false => Pace::default(),
    };
    let progress = Progress::new(When::Never, Whole::Unknown);
    let source = Source::of(records(&messages));
    let reporter = setting.reporter();
    let feed = Feed::new(source, Invalid::Stop, addressing, 1);
    let job = Publishing::new(feed, pace, progress, reporter);
    let (setting, ending) = setting.run(job, Publishing::finish, std::future::pending());
    check(&setting, &messages, &ending);
}

fn check(setting: &Setting, messages: &[Sent], ending: &Ending) {
    let broker = setting.broker.borrow();
    let outcomes = ending.outcomes(messages.len());
    let mut passed_on: BTreeMap<usize, usize> = BTreeMap::new();
    let mut in_session: BTreeMap<(usize, u64), usize> = BTreeMap::new();
    for delivery in broker.deliveries() {
        let position: usize = position(&delivery.payload);
        *passed_on.entry(position).or_default() += 1;
        *in_session.entry((position, delivery.generation)).or_default() += 1;
    }
    let fate = |position: usize| {
        broker
            .denied()
            .iter()
            .filter(|it| self::position(&it.payload) == position)
            .map(|it| it.fate)
            .last()
    };
    for (at, sent) in messages.iter().enumerate() {
        let (position, outcome) = (at + 1, outcomes[at].as_str());
        let count = passed_on.get(&position).copied().unwrap_or(0);
        let what =
            format!("message {position} at QoS {}, {outcome}, passed on {count} times", sent.qos);
        match outcome {
            "delivered" if sent.qos != QoS::AtMostOnce => {
                let is_excused =
                    !broker.orphans().is_empty() || fate(position) == Some(Fate::Dropped);
                assert!(count > 0 || is_excused, "{what}");
            }
            "refused" => assert!(count == 0 && fate(position) == Some(Fate::Refused), "{what}"),
            "not sent" => assert!(count == 0 && fate(position).is_none(), "{what}"),
            "" => assert!(count == 0, "{what}, and has no end"),
            _ => {}
        }
        if sent.qos == QoS::ExactlyOnce && !setting.temper.qos2_gets_puback {
            let most =
                in_session.iter().filter(|((it, _), _)| *it == position).map(|(_, n)| *n).max();
            assert!(most.unwrap_or(0) <= 1, "{what} in one session");
        }
    }
    check_status(setting, messages, ending, &outcomes, &passed_on);
    check_order(setting, messages);
}

/// Status 0 if and only if every message was delivered.
fn check_status(
    setting: &Setting,
    messages: &[Sent],
    ending: &Ending,
    outcomes: &[String],
    passed_on: &BTreeMap<usize, usize>,
) {
    let broker = setting.broker.borrow();
    let all = outcomes.iter().all(|outcome| outcome == "delivered");
    let summary = format!("{:?} {} {outcomes:?}", ending.status, ending.message);
    if ending.status == ExitStatus::Success {
        assert!(all, "{summary}");
        // At QoS 0, an end caused by the network, or by a broker that just closes, looks like the answer to DISCONNECT,
        // and bytes that a stalled network has accepted are not known to be lost.
        let is_feigned = ending.weather.iter().any(|it| match it.fault {
            Fault::Cut { direction, seen, .. } => {
                (direction, seen) == (Direction::Up, Seen::EndOfFile)
            }
            Fault::Stall { .. } => true,
            _ => setting.temper.restart.is_some(),
        });
        for (at, _) in messages.iter().enumerate().filter(|(_, it)| it.qos == QoS::AtMostOnce) {
            // A broker that closes while we do loses the last messages, and nobody can tell.
            let is_denied = broker
                .denied()
                .iter()
                .any(|it| position(&it.payload) == at + 1 || it.fate == Fate::HungUp);
            let is_denied = is_denied || is_feigned;
            assert!(passed_on.contains_key(&(at + 1)) || is_denied, "{} is missing", at + 1);
        }
    } else {
        let has_more = [
            "may be missing",
            "lost",
            "unconfirmed",
            "not sent",
            "interrupted",
            "timed out",
            "cannot",
            "no ",
        ];
        let is_doubtful = has_more.iter().any(|words| ending.message.contains(words));
        assert!(!all || is_doubtful, "{summary}");
    }
    if ending.status == ExitStatus::Refused {
        assert!(
            outcomes.iter().any(|outcome| outcome == "refused")
                || setting.temper.denial == Some(Denial::ByCode),
            "{summary}"
        );
    }
}

/// Messages of one topic and QoS are passed on in order, not counting repetitions.
fn check_order(setting: &Setting, messages: &[Sent]) {
    let broker = setting.broker.borrow();
    let mut latest: BTreeMap<(&str, QoS), usize> = BTreeMap::new();
    let mut seen = vec![false; messages.len()];
    for delivery in broker.deliveries() {
        let position = position(&delivery.payload);
        if std::mem::replace(&mut seen[position - 1], true) {
            continue;
        }
        let sent = &messages[position - 1];
        let before = latest.insert((sent.topic, sent.qos), position);
        assert!(before.is_none_or(|before| before < position), "{position} after {before:?}");
    }
}

fn position(payload: &[u8]) -> usize {
    std::str::from_utf8(payload).expect("text").parse().expect("a number")
}
