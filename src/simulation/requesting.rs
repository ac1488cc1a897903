//! `mqtt rr`: status 0 means that the request arrived and the reply was printed.

use super::draw::Draw;
use super::setting::Setting;
use crate::commands::printing::Printing;
use crate::commands::receiving::Receiving;
use crate::commands::request::job::{Matching, Request, Requesting};
use crate::exit::ExitStatus;
use crate::format::{Body, Format};
use crate::message::{PublishProperties, QoS};
use crate::mqtt::subscription::Interest;
use crate::output::Writer;
use std::sync::Arc;
use std::time::Duration;

/// Plays a seed.
pub fn run(draw: Draw) {
    let mut setting = Setting::draw(draw);
    let qos = *setting.draw.pick(&[QoS::AtMostOnce, QoS::AtLeastOnce, QoS::ExactlyOnce]);
    setting.options.timeout.get_or_insert(Duration::from_secs(30));
    setting.session.clean_start = true;
    let answering = setting.draw.chance(80);
    if answering {
        setting.broker.borrow_mut().respond_to("ask", "answers/me");
    }
    let properties = PublishProperties {
        response_topic: Some("answers/me".parse().expect("a topic")),
        ..PublishProperties::default()
    };
    let request = Request {
        topic: "ask".parse().expect("a topic"),
        payload: "question".into(),
        qos,
        properties,
        filter: None,
        matching: Matching::Auto,
        interest: Interest { before_publishing: true, ..Interest::default() },
        client_id: "client".to_owned(),
    };
    let writer = Writer::to_memory(Arc::clone(&setting.output));
    let printing = Printing::new(Format::new(Body::Raw), writer);
    let receiving = Receiving::new(printing, None, setting.reporter());
    let job = Requesting::new(request, Some(1), receiving, false, false);
    let (setting, ending) = setting.run(job, Requesting::finish, std::future::pending());
    let broker = setting.broker.borrow();
    let asked = broker.deliveries().iter().any(|it| it.topic == "ask" && it.payload == "question");
    let summary = format!("{:?} {} {:?}", ending.status, ending.message, ending.output);
    assert_eq!(ending.output.lines().count(), usize::from(!ending.output.is_empty()), "{summary}");
    if ending.status == ExitStatus::Success {
        assert!(asked && answering && !ending.output.is_empty(), "{summary}");
    }
    if ending.status == ExitStatus::TimedOut {
        assert!(ending.output.is_empty(), "{summary}");
    }
}
