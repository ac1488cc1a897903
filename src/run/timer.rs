//! One timer for all deadlines of a connection.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Instant;
use tokio::time::{Sleep, sleep_until};

/// Wakes the task at the earliest deadline it was last given. Deadlines mostly move later, so the timer is reset only
/// when one moves earlier, or when it fires for one that has moved.
#[derive(Default)]
pub(super) struct Timer {
    sleep: Option<Pin<Box<Sleep>>>,
}

impl Timer {
    /// Whether it has fired, which is told once: the task should look at the time only after being woken again. If this
    /// process was stopped meanwhile, the timer reports before the sockets do, and silence would be seen where there is
    /// none.
    pub(super) fn has_fired(&mut self, cx: &mut Context<'_>) -> bool {
        let has_fired = self.sleep.take_if(|sleep| sleep.is_elapsed()).is_some();
        if has_fired {
            cx.waker().wake_by_ref();
        }
        has_fired
    }

    /// Ready if `deadline` has passed; otherwise the task will be woken then.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>, deadline: Option<Instant>) -> Poll<()> {
        let Some(deadline) = deadline else { return Poll::Pending };
        let deadline = tokio::time::Instant::from_std(deadline);
        let sleep = self.sleep.get_or_insert_with(|| Box::pin(sleep_until(deadline)));
        loop {
            if deadline < sleep.deadline() || sleep.is_elapsed() {
                sleep.as_mut().reset(deadline);
            }
            ready!(sleep.as_mut().poll(cx));
            if sleep.deadline() >= deadline {
                return Poll::Ready(());
            }
        }
    }
}
