//! Serving the API on a socket until asked to stop.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::serve::ListenerExt as _;
use shipslog_engine::Engine;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::app::App;
use crate::router::router;

/// How long requests under way may take to end once the server stops.
const GRACE: Duration = Duration::from_secs(10);

/// Serves the API until `shutdown` is over; then takes no more requests, ends all streams, lets the rest finish.
pub async fn serve(
    engine: Engine,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let (stop, stopping) = watch::channel(false);
    let service =
        router(App::stopped_by(engine, stopping.clone())).into_make_service_with_connect_info::<SocketAddr>();
    let listener = listener.tap_io(|it| {
        // Small answers must not wait for more; without it they are only slower.
        let _ = it.set_nodelay(true);
    });
    let asked = async move {
        shutdown.await;
        stop.send_replace(true);
    };
    let served = axum::serve(listener, service).with_graceful_shutdown(asked);
    tokio::select! {
        ended = served => ended,
        () = overdue(stopping) => Ok(()),
    }
}

async fn overdue(mut stopping: watch::Receiver<bool>) {
    if stopping.wait_for(|it| *it).await.is_err() {
        return std::future::pending().await;
    }
    tokio::time::sleep(GRACE).await;
    tracing::warn!("requests are still under way; the server stops without them");
}
