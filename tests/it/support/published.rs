//! The shortest way from flags to what a polite broker got.

use super::mqtt::Mqtt;
use super::packet::Publish;
use super::peer::Peer;

/// `mqtt pub` of one message to a polite broker; the message as it arrived.
#[track_caller]
pub fn published(prepare: impl FnOnce(Mqtt) -> Mqtt) -> Publish {
    let publishes = all_published(prepare);
    let [publish] = publishes.try_into().expect("one message");
    publish
}

/// `mqtt pub` of any number of messages, all of which are delivered; the messages as they arrived.
#[track_caller]
pub fn all_published(prepare: impl FnOnce(Mqtt) -> Mqtt) -> Vec<Publish> {
    let peer = Peer::accepting();
    prepare(peer.mqtt("pub")).run();
    peer.finish().publishes
}
