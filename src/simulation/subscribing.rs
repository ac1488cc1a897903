//! `mqtt sub`: nothing is acknowledged that was not printed, `-C` takes exactly that many, and the order is kept.

use super::broker::Broker;
use super::draw::Draw;
use super::setting::{Ending, Setting};
use crate::commands::printing::Printing;
use crate::commands::receiving::Receiving;
use crate::commands::subscribe::job::{Answers, Stop, StopAfter, Subscribing};
use crate::commands::subscribe::selection::{Selection, Wanted};
use crate::exit::ExitStatus;
use crate::format::{Body, Format};
use crate::message::QoS;
use crate::mqtt::subscription::{Interest, Subscription};
use crate::output::Writer;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

/// Number of messages that others publish during the run.
const MESSAGES: usize = 80;

/// Publishes them: numbers, to one of two topics.
async fn publish(broker: Rc<RefCell<Broker>>, mut draw: Draw, levels: Vec<u8>) {
    for (number, qos) in levels.iter().enumerate() {
        tokio::time::sleep(draw.milliseconds(0..=1_500)).await;
        let payload = number.to_string();
        broker.borrow_mut().publish(topic(number), *qos, payload.as_bytes(), false);
    }
    std::future::pending().await
}

fn topic(number: usize) -> &'static str {
    if number.is_multiple_of(3) { "in/a" } else { "in/b" }
}

/// Plays a seed.
pub fn run(draw: Draw) {
    let mut setting = Setting::draw(draw);
    let qos = *setting.draw.pick(&[QoS::AtMostOnce, QoS::AtLeastOnce, QoS::ExactlyOnce]);
    let mut filters = vec!["in/#"];
    if setting.temper.denial.is_some() && setting.draw.chance(30) {
        filters.push("denied/#");
    }
    let subscriptions =
        filters.iter().map(|filter| Subscription::new(filter.parse().expect("a filter"), qos));
    setting.session.interest =
        Interest { subscriptions: subscriptions.collect(), ..Interest::default() };
    let count = setting.draw.chance(80).then(|| setting.draw.number(1..=30));
    let idle = match count {
        Some(_) if setting.draw.chance(80) => None,
        _ => Some(setting.draw.milliseconds(500..=20_000)),
    };
    let stop = Stop { count, after: StopAfter::Nothing };
    let mut format = Format::new(Body::Raw);
    format.with_topic = true;
    let printing = Printing::new(format, Writer::to_memory(Arc::clone(&setting.output)));
    let receiving = Receiving::new(printing, idle, setting.reporter());
    let selection = Selection { filter_out: Vec::new(), wanted: Wanted::All, sample: None };
    let answers = Answers::to(&setting.session.interest);
    let job = Subscribing::new(receiving, selection, stop, None, answers);
    let levels: Vec<u8> = (0..MESSAGES).map(|_| *setting.draw.pick(&[0, 1, 2])).collect();
    let others = publish(Rc::clone(&setting.broker), setting.draw.fork(), levels.clone());
    // Without this, a run may wait for messages forever.
    setting.options.timeout.get_or_insert(Duration::from_secs(600));
    let (setting, ending) = setting.run(job, Subscribing::finish, others);
    check(&setting, &ending, count, &levels, qos);
}

fn check(setting: &Setting, ending: &Ending, count: Option<u64>, levels: &[u8], qos: QoS) {
    let printed: Vec<usize> = ending
        .output
        .lines()
        .map(|line| {
            let (name, number) = line.split_once(' ').expect("a topic and a payload");
            let number: usize = number.parse().expect("a number");
            assert_eq!(name, topic(number));
            number
        })
        .collect();
    for taken in setting.broker.borrow().acknowledgements() {
        let number: usize = String::from_utf8_lossy(&taken.payload).parse().expect("a number");
        assert!(printed.contains(&number), "{number} was acknowledged and not printed");
    }
    let mut times: BTreeMap<usize, usize> = BTreeMap::new();
    let mut latest: BTreeMap<(&str, u8), usize> = BTreeMap::new();
    for number in &printed {
        let level = levels[*number].min(qos.number());
        let before = times.entry(*number).or_default();
        *before += 1;
        assert!(level == 1 || *before == 1, "{number} at QoS {level} was printed twice");
        if *before == 1 {
            let previous = latest.insert((topic(*number), level), *number);
            assert!(previous.is_none_or(|it| it < *number), "{number} after {previous:?}");
        }
    }
    let got = printed.len() as u64;
    let summary = format!("{:?} {}, {got} of {count:?} printed", ending.status, ending.message);
    if let Some(wanted) = count {
        assert!(got <= wanted, "{summary}");
        assert!(ending.status != ExitStatus::Success || got == wanted, "{summary}");
        assert!(ending.status != ExitStatus::TimedOut || got < wanted, "{summary}");
    }
}
