//! `mqtt check`: status 0 means that every step was done and the message came back; otherwise one step is named.

use super::draw::Draw;
use super::setting::Setting;
use crate::commands::check::job::{Checking, Checks, Probe};
use crate::commands::check::screen::Screen;
use crate::commands::check::thresholds::Thresholds;
use crate::exit::ExitStatus;
use crate::message::QoS;
use crate::output::Writer;
use crate::run::options::Reconnect;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

/// Plays a seed.
pub fn run(draw: Draw) {
    let mut setting = Setting::draw(draw);
    let qos = *setting.draw.pick(&[QoS::AtMostOnce, QoS::AtLeastOnce, QoS::ExactlyOnce]);
    setting.options.timeout.get_or_insert(Duration::from_secs(30));
    setting.options.reconnect = Reconnect::Never;
    setting.options.reconnect_timeout = None;
    setting.session.clean_start = true;
    setting.session.resumes = false;
    let topic = || "check/me".parse().expect("a topic");
    let plan = Checks {
        target: setting.options.target.to_string(),
        details: Vec::new(),
        keep_alive: setting.session.keep_alive,
        thresholds: Rc::new(Thresholds::default()),
        probe: Some(Probe::new(topic(), "check/me".parse().expect("a filter"), qos)),
    };
    let screen = Screen::new(Writer::to_memory(Arc::clone(&setting.output)), true);
    let job = Checking::new(plan, setting.reporter(), screen);
    let finish = |mut job: Checking, end| {
        let failure = job.conclude(end);
        // The log is in memory.
        let _ = job.reporter.finish();
        job.screen.finish().and(failure.map_or(Ok(()), Err))
    };
    let (setting, ending) = setting.run(job, finish, std::future::pending());
    let broker = setting.broker.borrow();
    let arrived = broker.deliveries().iter().filter(|it| it.topic == "check/me").count();
    let summary = format!("{:?} {} {:?}", ending.status, ending.message, ending.output);
    let count = |start: &str| ending.output.lines().filter(|it| it.starts_with(start)).count();
    let failed = ending.output.lines().filter(|line| line.contains(" failed: ")).count();
    assert!(arrived <= 1, "{summary}");
    match ending.status {
        ExitStatus::Success => {
            assert_eq!((count("ping "), count("message "), failed), (1, 1, 0), "{summary}");
            assert_eq!(arrived, 1, "{summary}");
        }
        ExitStatus::Interrupted => assert_eq!(failed, 0, "{summary}"),
        _ => assert_eq!(failed, 1, "{summary}"),
    }
}
