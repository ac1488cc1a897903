//! A wire between client and broker that can be cut, wherever the bytes on it happen to be.

use std::io;
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use super::mqtt::Mqtt;

/// Passes connections on to a broker; until the process ends, for nobody would miss the last one.
pub struct Wire {
    port: u16,
    /// Both ends of each connection.
    ends: Arc<Mutex<Vec<TcpStream>>>,
}

impl Wire {
    /// A wire to the broker on this port of 127.0.0.1.
    pub fn to(broker: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("loopback has a free port");
        let port = listener.local_addr().expect("it has an address").port();
        let ends = Arc::<Mutex<Vec<TcpStream>>>::default();
        let kept = Arc::clone(&ends);
        thread::spawn(move || {
            for client in listener.incoming() {
                // A client that is gone again, or a broker that is not there: as if it were cut.
                let _ = client.and_then(|client| connect(&client, broker, &kept));
            }
        });
        Self { port, ends }
    }

    /// The client, told to connect through it.
    pub fn mqtt(&self, command: &str) -> Mqtt {
        Mqtt::at(command, self.port)
    }

    /// Cuts every connection; what is on the wire is lost.
    pub fn cut(&self) {
        for end in self.ends.lock().expect("no thread panics").drain(..) {
            // It may have ended by itself.
            let _ = end.shutdown(Shutdown::Both);
        }
    }
}

fn connect(client: &TcpStream, broker: u16, ends: &Mutex<Vec<TcpStream>>) -> io::Result<()> {
    let broker = TcpStream::connect(("127.0.0.1", broker))?;
    pass_on(client.try_clone()?, broker.try_clone()?);
    pass_on(broker.try_clone()?, client.try_clone()?);
    ends.lock().expect("no thread panics").extend([client.try_clone()?, broker]);
    Ok(())
}

fn pass_on(mut from: TcpStream, mut to: TcpStream) {
    thread::spawn(move || {
        let _ = io::copy(&mut from, &mut to);
        let _ = to.shutdown(Shutdown::Write);
    });
}
