//! Our own accept loop: a header timeout, a connection cap, the peer's address, a graceful end.

use std::{
    convert::Infallible, future::poll_fn, net::SocketAddr, pin::Pin, sync::Arc, task::Poll,
    time::Duration,
};

use axum::{body::Body, extract::ConnectInfo, response::Response};
use http::Request;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioTimer;
#[cfg(target_os = "linux")]
use socket2::SockRef;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::event_stream::{self, Exit, Socket};

/// How long a client may take to send the head of a request.
const LONGEST_HEAD: Duration = Duration::from_secs(10);
/// How long a client may leave what was sent to it unacknowledged, or unread.
#[cfg(target_os = "linux")]
const LONGEST_SILENCE: Duration = Duration::from_secs(30);
/// How long to wait when the operating system has no file descriptor left.
const PAUSE: Duration = Duration::from_millis(100);

/// Accepts until `stop`, at most `most` connections at once, then lets every connection finish its request. Ends when the
/// last one has.
pub async fn accept<S, F>(
    listener: TcpListener,
    most: usize,
    stop: CancellationToken,
    connections: TaskTracker,
    service: S,
) where
    S: Fn(Request<Body>) -> F + Clone + Send + 'static,
    F: Future<Output = Result<Response, Infallible>> + Send + 'static,
{
    let room = Arc::new(Semaphore::new(most.min(Semaphore::MAX_PERMITS)));
    loop {
        let permit = tokio::select! {
            () = stop.cancelled() => break,
            permit = Arc::clone(&room).acquire_owned() => permit,
        };
        // The semaphore is never closed.
        let Ok(permit) = permit else { break };
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(PAUSE).await;
                continue;
            }
        };
        let (service, stop) = (service.clone(), stop.clone());
        let place = Place::new(permit);
        let streams = connections.clone();
        connections.spawn(async move {
            if let Some((stream, rest)) = connection(stream, peer, stop, service).await {
                // In a task of its own, which has no room for what serving requests takes.
                streams.spawn(async move {
                    let _place = place;
                    if let Err(error) = event_stream::send(stream, rest).await {
                        tracing::debug!(%error, "an event stream ended early");
                    }
                });
            }
        });
    }
    drop(listener);
    connections.close();
    connections.wait().await;
}

/// One of the connections that may be open, from its begin to its end.
struct Place(#[expect(dead_code, reason = "held, not read")] OwnedSemaphorePermit);

impl Place {
    fn new(permit: OwnedSemaphorePermit) -> Self {
        metrics::gauge!("coop_connections").increment(1.0);
        Self(permit)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        metrics::gauge!("coop_connections").decrement(1.0);
    }
}

/// Serves a connection until it ends, or until an event stream is all that is left of it.
async fn connection<S, F>(
    stream: TcpStream,
    peer: SocketAddr,
    stop: CancellationToken,
    service: S,
) -> Option<(TcpStream, Body)>
where
    S: Fn(Request<Body>) -> F + Clone + Send + 'static,
    F: Future<Output = Result<Response, Infallible>> + Send + 'static,
{
    // Answers are written whole; waiting for more to send would only delay them.
    let _ = stream.set_nodelay(true);
    // The system's default is a quarter of an hour, in which a stream to nobody would count against its tenant.
    #[cfg(target_os = "linux")]
    let _ = SockRef::from(&stream).set_tcp_user_timeout(Some(LONGEST_SILENCE));
    let exit = Arc::new(Exit::default());
    let socket = Socket::new(stream, Arc::clone(&exit));
    let exit = &exit;
    let service = service_fn(move |request: Request<Incoming>| {
        let (method, version) = (request.method().clone(), request.version());
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        let answer = service(request);
        async move { Ok::<_, Infallible>(exit.divert(&method, version, answer.await?)) }
    });
    let mut connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(LONGEST_HEAD)
        .serve_connection(socket, service);
    let mut stopping = std::pin::pin!(stop.cancelled());
    let mut is_stopping = false;
    let ended = poll_fn(|cx| {
        if !is_stopping && stopping.as_mut().poll(cx).is_ready() {
            is_stopping = true;
            Pin::new(&mut connection).graceful_shutdown();
        }
        match Pin::new(&mut connection).poll(cx) {
            Poll::Ready(result) => Poll::Ready(Err(result)),
            Poll::Pending => exit
                .take()
                .map_or(Poll::Pending, |rest| Poll::Ready(Ok(rest))),
        }
    });
    match ended.await {
        Ok(rest) => Some((connection.into_parts().io.into_stream(), rest)),
        Err(result) => {
            if let Err(error) = result {
                tracing::debug!(%error, "a connection ended early");
            }
            None
        }
    }
}
