//! A server that ends waits for changes whose askers are gone.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::post;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, oneshot};
use tokio::time::timeout;

use super::in_time;
use crate::connections;

/// The longest that this waits for what must come.
const LATE: Duration = Duration::from_secs(20);
/// What a server that waits for nobody ends in.
const SOON: Duration = Duration::from_millis(300);

/// Rings once it is dropped.
struct RingsAtLast(Arc<Notify>);

impl Drop for RingsAtLast {
    fn drop(&mut self) {
        self.0.notify_one();
    }
}

/// Rings when an answer is there, or nobody waits for it any more.
async fn ring_at_last(State(bell): State<Arc<Notify>>, request: Request, next: Next) -> Response {
    let _bell = RingsAtLast(bell);
    next.run(request).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_whose_asker_hung_up_is_made_before_the_server_has_ended() {
    let [begun, hung_up, go_on] = [(); 3].map(|()| Arc::new(Notify::new()));
    let is_made = Arc::new(AtomicBool::new(false));
    let change = {
        let (begun, go_on, is_made) = (begun.clone(), go_on.clone(), is_made.clone());
        async move || {
            begun.notify_one();
            go_on.notified().await;
            is_made.store(true, Ordering::SeqCst);
        }
    };
    let router = Router::new()
        .route("/change", post(change))
        .layer(from_fn_with_state(LATE, in_time))
        .layer(from_fn_with_state(hung_up.clone(), ring_at_last));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("its address");
    let (end, ends) = oneshot::channel::<()>();
    let mut serving = tokio::spawn(async move {
        let end = async { drop(ends.await) };
        connections::accept(listener, (router.clone(), router), None, Arc::default(), end).await;
    });
    let mut asker = TcpStream::connect(address).await.expect("connected");
    let asked = b"POST /change HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\n\r\n";
    asker.write_all(asked).await.expect("sent");
    timeout(LATE, begun.notified()).await.expect("it is begun");
    drop(asker);
    timeout(LATE, hung_up.notified()).await.expect("nobody waits for its answer");
    end.send(()).expect("it runs");
    assert!(timeout(SOON, &mut serving).await.is_err(), "a change is under way");
    go_on.notify_one();
    timeout(LATE, serving).await.expect("it ends").expect("no panic");
    assert!(is_made.load(Ordering::SeqCst));
}
