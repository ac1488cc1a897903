//! A broker that sends without end.

use std::io::{self, Write};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use super::super::packet::{Packet, Publish};
use super::Conn;

impl Conn {
    /// Sends this message again and again, as fast as TCP takes it, and answers each PINGREQ in between. Says
    /// `reached(mark)` after `duration` and returns how many messages there were, once the client has taken all.
    ///
    /// The client must not be silent for longer than `longest_silence`.
    #[track_caller]
    pub fn flood(
        &mut self,
        message: &Publish,
        duration: Duration,
        longest_silence: Duration,
        mark: &str,
    ) -> usize {
        let bytes = message.encode(self.level());
        self.deliver();
        let mut stream = self.stream.try_clone().expect("a connection can be shared");
        let (answers, due) = mpsc::channel::<Option<()>>();
        thread::scope(|scope| {
            let writer = scope.spawn(move || {
                for count in 0.. {
                    match due.try_recv() {
                        Ok(Some(())) => stream.write_all(&[0xd0, 0])?,
                        Err(mpsc::TryRecvError::Empty) => {}
                        Ok(None) | Err(_) => return Ok(count),
                    }
                    stream.write_all(&bytes)?;
                }
                Ok::<usize, io::Error>(0)
            });
            let end = Instant::now() + duration;
            while Instant::now() < end {
                match self.next(longest_silence) {
                    Ok(Packet::PingReq) => answers.send(Some(())).expect("the writer is alive"),
                    Ok(packet) => self.unexpected("PINGREQ", &packet),
                    Err(nothing) => self.fail("PINGREQ", &nothing, None),
                }
            }
            self.reached(mark);
            // The writer may have ended over an error, which shows below.
            let _ = answers.send(None);
            let count = writer.join().expect("the writer does not panic");
            count.unwrap_or_else(|error| panic!("connection {}: cannot send: {error}", self.number))
        })
    }
}
