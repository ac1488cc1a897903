//! A broker that takes what comes and answers nothing, and one that leaves while it says yes.

use super::super::packet::{Disconnect, Packet};
use super::{Conn, Nothing};
use crate::support::peer::PATIENCE;
use std::io::{Read, Write};
use std::net::Shutdown;
use std::time::Duration;

impl Conn {
    /// Reads on without answering anything until the client ends the connection; its DISCONNECT, if it said one.
    #[track_caller]
    pub fn fall_silent(&mut self) -> Option<Disconnect> {
        loop {
            match self.next(PATIENCE) {
                Ok(Packet::Disconnect(disconnect)) => {
                    self.expect_closed();
                    return Some(disconnect);
                }
                Ok(_) => {}
                Err(Nothing::Closed | Nothing::Reset(_)) => return None,
                Err(nothing) => self.fail("the end of the connection", &nothing, None),
            }
        }
    }

    /// Reads on and keeps nothing of it until the client is gone: more comes than a test can hold.
    #[track_caller]
    pub fn swallow(&mut self) {
        self.deliver();
        self.buffer.clear();
        let mut chunk = vec![0; 256 * 1024];
        let patience = Some(Duration::from_secs(60));
        self.stream.set_read_timeout(patience).expect("a timeout above zero");
        while let Ok(1..) = self.stream.read(&mut chunk) {}
    }

    /// Sends these bytes, unless the client takes none of them for so long, or is gone; whether they went.
    pub fn send_within(&mut self, bytes: &[u8], patience: Duration) -> bool {
        self.deliver();
        self.stream.set_write_timeout(Some(patience)).expect("a timeout above zero");
        self.stream.write_all(bytes).is_ok()
    }

    /// Lets the client in and is gone: the end of the connection is there as soon as CONNACK is.
    #[cfg(target_os = "linux")]
    #[track_caller]
    pub fn accept_and_leave(&mut self) {
        self.expect_connect();
        let stream = self.stream.try_clone().expect("a connection can be shared");
        let cork = socket2::SockRef::from(&stream);
        cork.set_tcp_cork(true).expect("a connection takes TCP_CORK");
        self.connack(0);
        self.deliver();
        stream.shutdown(Shutdown::Write).expect("the client is there");
        // Whatever it writes now finds nobody.
        while self.next(PATIENCE).is_ok() {}
    }
}
