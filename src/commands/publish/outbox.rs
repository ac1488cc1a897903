//! `mqtt pub --outbox`: messages are stored on disk before they are sent.
//!
//! The process that holds the outbox's lock sends ([`sending`]). Others leave their messages in the outbox, wait until
//! these are final, and take over when the lock becomes free ([`waiting`]).

pub(crate) mod sending;
mod storing;
mod waiting;

use super::feed::Feed;
use super::pace::Pace;
use crate::commands::converse;
use crate::commands::progress::Progress;
use crate::connection::Connection;
use crate::exit::{ExitStatus, Failure};
use crate::mqtt::{Keeper, SessionOptions, Version};
use crate::outbox::folder::Durability;
use crate::outbox::{Folder, Label, Lock, Outbox, Unusable};
use crate::run::options::{IdOrigin, Protocol};
use crate::run::{RunOptions, Signals};
use sending::Sending;
use std::future::poll_fn;
use std::path::Path;
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;
use std::time::{Duration, Instant};
use std::{cell::RefCell, thread};
pub(crate) use storing::Room;
use storing::{Storing, failed, full};
use tokio::time::timeout_at;
use waiting::Followed;

/// Default size limit of an outbox, in bytes.
pub(crate) const LIMIT: u64 = 1 << 30;

/// How long to wait for the process that creates an outbox to write its label.
const NAMING: Duration = Duration::from_secs(5);

/// The options of an outbox.
pub(crate) struct OutboxOptions<'a> {
    /// Its directory.
    pub(crate) path: &'a Path,
    /// Store only; do not send.
    pub(crate) later: bool,
    /// Size limit in bytes.
    pub(crate) limit: u64,
    /// Whether writes are synced.
    pub(crate) durability: Durability,
    /// Pause between messages as they are stored.
    pub(crate) gap: Pace,
    /// Rate at which messages are sent.
    pub(crate) rate: Pace,
    /// What to do when the outbox is full.
    pub(crate) room: Room,
}

/// Stores the messages of `feed`, and sends what is stored.
pub(crate) async fn run(
    plan: OutboxOptions<'_>,
    feed: Option<Feed>,
    progress: Progress,
    mut connection: Connection,
) -> Result<(), Failure> {
    check_session(&connection)?;
    let folder = Folder::open(plan.path, plan.durability).map_err(unusable)?;
    connection.preparation.waits_for("the outbox");
    let mut lock = folder.lock().map_err(failed)?;
    name(&folder, lock.as_ref(), &mut connection)?;
    let shown = plan.path.display().to_string();
    let Connection { options, session, reporter, started, preparation, .. } = connection;
    let deadline = options.timeout.map(|it| started + it);
    let mut preparation = Some(preparation);
    let mut storing = Storing::new(feed, plan.gap, plan.room, reporter.ui());
    let mut refused_by_others = 0;
    if lock.is_none() {
        let mut waiting = waiting::Waiting::new(&folder, plan.limit, &mut storing)?;
        drop(preparation.take());
        match waiting.follow(plan.later, deadline).await? {
            Followed::Final { refused } => return finished(refused, &storing, &shown),
            Followed::Free { lock: free, refused } => {
                (lock, refused_by_others) = (Some(free), refused);
            }
        }
    }
    let Some(lock) = lock else { return Ok(()) };
    let mut outbox = Outbox::open(folder, lock, plan.limit).map_err(failed)?;
    if plan.later {
        drop(preparation);
        let stored = unless_stopped(store_all(&mut outbox, &mut storing), deadline).await;
        let mut stopped = match stored {
            Ok(stored) => return stored.and_then(|()| finished(0, &storing, &shown)),
            Err(stopped) => stopped,
        };
        // What was read is stored all the same.
        poll_fn(|cx| outbox.poll_close(cx)).await.map_err(failed)?;
        stopped.message.push_str(&format!("; {} stored in {shown}", outbox.unfinished()));
        return Err(stopped);
    }
    outbox.check().map_err(failed)?;
    drop(preparation);
    let (ui, rate) = (progress, plan.rate);
    let sending = Sending::new(outbox, storing, ui, reporter, shown, rate, refused_by_others);
    let waits = plan.room == Room::Comes;
    let sending = Rc::new(RefCell::new(sending));
    // Store all input that is available now before doing anything else.
    let stored = poll_fn(|cx| sending.borrow_mut().poll_stored(cx, waits));
    let end = match unless_stopped(stored, deadline).await {
        Err(stopped) => Some(stopped),
        Ok(true) => None,
        Ok(false) => send(&sending, (options, session), started).await?,
    };
    poll_fn(|cx| sending.borrow_mut().poll_close(cx)).await;
    sending.borrow_mut().finish(end)
}

/// Runs `work`, which waits for input, unless a signal or the time limit of the run ends it.
async fn unless_stopped<T>(
    work: impl Future<Output = T>,
    deadline: Option<Instant>,
) -> Result<T, Failure> {
    let mut signals = Signals::new().map_err(Failure::no_signals)?;
    let mut work = pin!(work);
    let stoppable = poll_fn(|cx| match work.as_mut().poll(cx) {
        Poll::Ready(done) => Poll::Ready(Ok(done)),
        Poll::Pending => signals.poll(cx).map(|signal| Err(Failure::stopped(signal))),
    });
    let Some(deadline) = deadline else { return stoppable.await };
    timeout_at(deadline.into(), stoppable).await.unwrap_or_else(|_| {
        Err(Failure::new(ExitStatus::TimedOut, "timed out before the input ended"))
    })
}

/// Sends what is stored.
async fn send(
    sending: &Rc<RefCell<Sending>>,
    (options, mut session): (RunOptions, SessionOptions),
    started: Instant,
) -> Result<Option<Failure>, Failure> {
    session.clean_start = false;
    session.keeper = Keeper::Caller;
    let mut job = Rc::clone(sending);
    let mut run = pin!(converse(options, session, started, &mut job));
    // The disk is served whether or not there is a connection.
    poll_fn(|cx| {
        let is_hopeless = sending.borrow_mut().poll_disk(cx);
        match run.as_mut().poll(cx) {
            Poll::Pending if is_hopeless => Poll::Ready(Ok(None)),
            polled => polled,
        }
    })
    .await
}

/// Stores without sending.
async fn store_all(outbox: &mut Outbox, storing: &mut Storing) -> Result<(), Failure> {
    poll_fn(|cx| {
        loop {
            let stored = storing.poll(cx, outbox);
            outbox.poll(cx).map_err(failed)?;
            let is_shut_out = storing.has_message() && outbox.is_full() && outbox.is_durable();
            if stored.is_ready() || is_shut_out {
                return outbox.poll_close(cx).map_err(failed);
            }
            if !storing.can_go_on(outbox) {
                return Poll::Pending;
            }
        }
    })
    .await
}

/// The result for a process that did not send.
fn finished(refused: u64, storing: &Storing, shown: &str) -> Result<(), Failure> {
    let mut failures = storing.failures();
    if refused > 0 {
        let text = format!("{refused} refused, kept in {shown}/refused.ndjson");
        failures.push(Failure::new(ExitStatus::Refused, text));
    }
    if storing.is_shut_out() {
        failures.push(full(shown));
    }
    Failure::gravest(failures, |text| storing.ui.error(text)).map_or(Ok(()), Err)
}

/// Refuses settings that would make it impossible to continue the session in the next run.
fn check_session(connection: &Connection) -> Result<(), Failure> {
    let Connection { options, session: SessionOptions { session_expiry, parting, .. }, .. } =
        connection;
    let fault = if options.protocol == Protocol::Exactly(Version::V31) {
        "an outbox needs MQTT 3.1.1 or 5: with 3.1 a broker cannot say whether it has kept the session"
    } else if *session_expiry == Some(0) {
        "an outbox needs a session that outlives the connection: --session-expiry must not be 0"
    } else if parting.session_expiry == Some(0) {
        "an outbox needs a session that outlives the run: -D disconnect session-expiry-interval must not be 0"
    } else {
        return Ok(());
    };
    Err(Failure::usage(fault))
}

/// Checks that the outbox belongs to this broker and client id; labels a new one.
fn name(folder: &Folder, lock: Option<&Lock>, connection: &mut Connection) -> Result<(), Failure> {
    let Connection { options, session, reporter, .. } = connection;
    let RunOptions { target, id_origin, .. } = options;
    let given = Label { client_id: session.client_id.clone(), broker: target.to_string() };
    if given.client_id.is_empty() {
        return Err(Failure::usage("an outbox needs a client id: --id must not be empty"));
    }
    let started = Instant::now();
    let label = loop {
        match Label::read(folder).map_err(unusable)? {
            Some(label) => break label,
            None if lock.is_some() => {
                given.write(folder).map_err(failed)?;
                break given.clone();
            }
            None if started.elapsed() < NAMING => thread::sleep(Duration::from_millis(5)),
            None => {
                return Err(Failure::new(
                    ExitStatus::LocalIo,
                    "the outbox has no label; the process that created it may still be starting",
                ));
            }
        }
    };
    let path = folder.path().display();
    let other = if label.broker != given.broker {
        format!("the outbox {path} is for {}, not {}", label.broker, given.broker)
    } else if *id_origin == IdOrigin::Chosen && label.client_id != given.client_id {
        format!("the outbox {path} is for client id {}, not {}", label.client_id, given.client_id)
    } else {
        session.client_id.clone_from(&label.client_id);
        reporter.set_client_id(label.client_id);
        return Ok(());
    };
    Err(Failure::usage(other)
        .hint(format!(
            "use another directory; to send its messages: mqtt pub --outbox {path} -L {}",
            label.broker
        ))
        .hint(format!(
            "to move them: cat {path}/[0-9]*.ndjson {path}/new/*.ndjson | \
             mqtt pub --json --outbox OTHER …"
        )))
}

/// The failure if the directory cannot be used.
fn unusable(error: Unusable) -> Failure {
    match error {
        Unusable::Refused(cause) => Failure::usage(cause),
        Unusable::Failed(error) => failed(error),
    }
}
