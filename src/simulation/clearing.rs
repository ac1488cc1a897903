//! `mqtt clear-retained`: status 0 means that nothing is left and each topic was printed once.

use super::draw::Draw;
use super::network::Fault;
use super::setting::Setting;
use crate::commands::clear_retained::job::{Clearing, Mode, Removals};
use crate::commands::printing::Printing;
use crate::commands::progress::{Progress, When, Whole};
use crate::commands::receiving::Receiving;
use crate::exit::ExitStatus;
use crate::format::{Body, Format, Template};
use crate::message::QoS;
use crate::mqtt::subscription::{Interest, Subscription};
use crate::output::Writer;
use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

/// Plays a seed.
pub fn run(draw: Draw) {
    let mut setting = Setting::draw(draw);
    setting.session.clean_start = true;
    setting.session.max_inflight.get_or_insert(20);
    let count = setting.draw.number(0..=40);
    let stored: BTreeSet<String> = (0..count).map(|number| format!("r/{number}")).collect();
    for topic in stored.iter().map(String::as_str).chain(["other/x"]) {
        let qos = *setting.draw.pick(&[0, 1, 2]);
        setting.broker.borrow_mut().set_retained(topic, qos, b"v");
    }
    let qos = *setting.draw.pick(&[QoS::AtMostOnce, QoS::ExactlyOnce]);
    let subscription =
        Subscription { no_local: true, ..Subscription::new("r/#".parse().expect("a filter"), qos) };
    let interest =
        Interest { subscriptions: vec![subscription], every_time: true, ..Interest::default() };
    let mode = *setting.draw.pick(&[Mode::Remove, Mode::Remove, Mode::DryRun]);
    let plan = Removals { interest: Rc::new(interest), filter_out: Vec::new(), mode };
    let body = Body::Template(Template::parse("%t").expect("a template"));
    let printing = Printing::new(Format::new(body), Writer::to_memory(Arc::clone(&setting.output)));
    // Messages that arrive later than the longest idle time cannot be noticed.
    let idle = Some(Duration::from_millis(500) + 100 * setting.temper.retained_gap);
    let receiving = Receiving::new(printing, idle, setting.reporter());
    let progress = Progress::new(When::Never, Whole::Unknown);
    let job = Clearing::new(plan, receiving, progress);
    let (setting, ending) = setting.run(job, Clearing::finish, std::future::pending());
    let broker = setting.broker.borrow();
    let left: BTreeSet<String> = broker.retained_topics().map(str::to_owned).collect();
    let printed: BTreeSet<String> = ending.output.lines().map(str::to_owned).collect();
    let summary = format!("{:?} {}", ending.status, ending.message);
    assert_eq!(printed.len(), ending.output.lines().count(), "once each: {summary}");
    assert!(printed.is_subset(&stored) && left.contains("other/x"), "{summary}");
    match mode {
        Mode::DryRun => assert!(stored.is_subset(&left), "{summary}"),
        // Everything removed was printed.
        Mode::Remove => assert!(stored.difference(&left).all(|topic| printed.contains(topic))),
    }
    // Nobody can tell whether silence is the end or a stalled network.
    let stalls = ending.weather.iter().any(|it| matches!(it.fault, Fault::Stall { .. }));
    if ending.status == ExitStatus::Success && mode == Mode::Remove && !stalls {
        assert!(stored.is_disjoint(&left), "{summary}: {left:?} is left");
    }
}
