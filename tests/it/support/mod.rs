//! The test bed: the client under test ([`Mqtt`]), a scripted broker ([`Peer`]) and a real one ([`Mosquitto`]).
//!
//! The MQTT codec here is written for the tests alone and shares nothing with the program, so that a mistake on one
//! side cannot hide on the other.

#![allow(
    dead_code,
    unreachable_pub,
    unused_imports,
    reason = "a bed has more room than the tests of one day fill"
)]

mod broker;
mod bytes;
mod certificates;
mod chain;
#[cfg(unix)]
mod completing;
mod conn;
mod delivery;
mod door;
mod expected;
mod install;
mod manual;
mod mqtt;
mod name_server;
mod openssl;
mod packet;
mod paho;
mod peer;
mod process;
mod proxy;
mod published;
mod random;
mod recipe;
mod roff;
mod running;
mod scram;
mod screen;
mod shell;
pub mod stream;
mod tls;
mod websocket;
mod wire;

pub use broker::Mosquitto;
pub use bytes::{Blob, Properties, frame, property};
pub use certificates::{Authority, Certificate};
pub use chain::Link;
#[cfg(unix)]
pub use completing::Shell;
pub use conn::Conn;
pub use delivery::Delivery;
pub use door::{Door, Notes, behind, relay};
pub use expected::Output;
pub use install::find_or_install;
pub use manual::{BLESS, OPTIONAL, Page, config_page, pages};
pub use mqtt::Mqtt;
pub use name_server::{Entry, NameServer, Sent, a, cname, srv, wire};
pub use openssl::{openssl, openssl_bytes, openssl_verify};
pub use packet::{
    Ack, Auth, Connect, Disconnect, Filter, Level, Packet, Publish, Subscribe, Unsubscribe,
};
pub use paho::{Responder, requester};
pub use peer::{Peer, Record};
pub use process::{Signal, free_port, in_own_session, wait_at_most, wait_until_it_listens};
pub use proxy::{http_proxy, refusing_socks_proxy, socks_proxy};
pub use published::{all_published, published};
pub use random::Random;
pub use recipe::Recipe;
pub use roff::plain;
pub use running::Running;
#[cfg(target_os = "linux")]
pub use running::peak_memory;
pub use scram::{AGAIN, CONTINUE, MECHANISMS, Scram, authentication, check};
pub use screen::Screen;
pub use shell::check_commands;
pub use tls::tls_door;
pub use websocket::{Cut, WebSocket, websocket_door, websocket_script};
pub use wire::Wire;
