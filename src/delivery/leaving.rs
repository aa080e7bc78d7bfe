//! The body of a request, which leaves at once or not at all.
//!
//! The HTTP client writes by itself, in a task of its own. A process that is stopped between the handing over and that writing would
//! send when it goes on, however long that was, and whatever another worker found out and did meanwhile. So the body
//! is asked for its bytes when they are written, and then it looks at a clock that runs on while a machine sleeps.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::body::{Body, Bytes, Frame, SizeHint};

use crate::clock::up;
use crate::domain::breaker::STOOD_STILL;

/// How long after a request was begun its body may still be written: longer than a connection takes, TLS included. With the
/// 15 s that a worker has from its announcement to here it is far less than the 40 s that a lease has at least.
pub(super) const AT_ONCE: Duration = Duration::from_secs(12);

/// A body that is not written later than a moment.
pub(super) struct Leaving {
    bytes: Bytes,
    /// The last moment, by how long the machine is up.
    until: Duration,
}

impl Leaving {
    /// One that begins now, and leaves within this time.
    pub(super) fn within(bytes: Bytes, time: Duration) -> Self {
        Self { bytes, until: up().saturating_add(time) }
    }
}

impl Body for Leaving {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if self.bytes.is_empty() {
            return Poll::Ready(None);
        }
        if up() > self.until {
            return Poll::Ready(Some(Err(io::Error::other(STOOD_STILL))));
        }
        Poll::Ready(Some(Ok(Frame::data(std::mem::take(&mut self.bytes)))))
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.bytes.len() as u64)
    }
}
