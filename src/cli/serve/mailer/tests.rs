//! Letters in memory, by channels to a host of the test.

use std::future::IntoFuture as _;

use axum::Router;
use axum::routing::post;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, mpsc};

use super::*;
use crate::config::Environment;
use crate::schedule::{Jobs, Memory};

/// A host: `/good` answers at once, `/slow` when it is let, `/hung` never; each says that it was asked.
struct Host {
    url: String,
    asked: mpsc::UnboundedReceiver<&'static str>,
    gate: Arc<Semaphore>,
}

impl Host {
    async fn new() -> Self {
        let (tell, asked) = mpsc::unbounded_channel();
        let gate = Arc::new(Semaphore::new(0));
        let (good, slow, hung) = (tell.clone(), tell.clone(), tell);
        let let_by = gate.clone();
        let router = Router::new()
            .route("/good", post(async move || good.send("good").unwrap()))
            .route(
                "/slow",
                post(async move || {
                    slow.send("slow").unwrap();
                    let_by.acquire().await.unwrap().forget();
                }),
            )
            .route(
                "/hung",
                post(async move || {
                    hung.send("hung").unwrap();
                    std::future::pending::<()>().await;
                }),
            );
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(axum::serve(listener, router).into_future());
        Self { url, asked, gate }
    }

    /// A mailer with channels of these names, each to its path.
    fn mailer(&self, names: &[&str]) -> Arc<Mailer> {
        let channel = |name: &&str| format!("[notify.{name}]\nwebhook = \"{}/{name}\"\n", self.url);
        let text: String = names.iter().map(channel).collect();
        let jobs = Jobs::read("jobs.toml", &text).unwrap();
        // Nothing takes this long.
        let patience = Duration::from_mins(1);
        Arc::new(Mailer::new(
            Arc::new(Memory::default()),
            Courier::new(None, Environment::default()).patient(patience, patience),
            jobs.channels(),
            Arc::new(Metrics::new("0")),
            LogFormat::Text,
        ))
    }

    async fn next(&mut self) -> &'static str {
        self.asked.recv().await.unwrap()
    }
}

/// Puts so many letters in.
async fn put(mailer: &Mailer, channel: &'static str, count: usize) {
    let now = Utc::now();
    let notice = Notice::new(crate::notice::Kind::Failure, "nightly", now, now);
    let body = serde_json::to_string(&notice).unwrap();
    let work = move |rows: &mut dyn Rows| {
        (0..count).try_for_each(|_| rows.post(channel, &body, now.timestamp_micros()))
    };
    mailer.with_rows(work).await.unwrap();
}

async fn left(mailer: &Mailer) -> Vec<(String, u64)> {
    let left = mailer.with_rows(|rows| rows.overdue_letters(i64::MAX));
    left.await.unwrap()
}

#[tokio::test]
async fn a_channel_that_hangs_holds_up_no_other() {
    let mut host = Host::new().await;
    let mailer = host.mailer(&["hung", "good"]);
    put(&mailer, "hung", 80).await;
    put(&mailer, "good", 20).await;
    let over = CancellationToken::new();
    let posting = tokio::spawn(mailer.clone().run(over.clone()));
    let mut came = Vec::new();
    while came.iter().filter(|it| **it == "good").count() < 20 {
        came.push(host.next().await);
    }
    // One that hangs has a few under way, and the others wait.
    let hung = came.iter().filter(|it| **it == "hung").count();
    assert!(hung <= ABREAST as usize, "{hung}");
    posting.abort();
    let _ = posting.await;
    assert!(left(&mailer).await.contains(&("hung".to_owned(), 80)));
}

#[tokio::test]
async fn what_is_under_way_at_the_end_is_delivered_once_and_what_is_due_with_it() {
    let mut host = Host::new().await;
    let mailer = host.mailer(&["slow"]);
    put(&mailer, "slow", 6).await;
    let over = CancellationToken::new();
    let posting = tokio::spawn(mailer.clone().run(over.clone()));
    assert_eq!(host.next().await, "slow");
    over.cancel();
    host.gate.add_permits(100);
    posting.await.unwrap();
    assert_eq!(left(&mailer).await, []);
    let mut came = 1;
    while host.asked.try_recv().is_ok() {
        came += 1;
    }
    assert_eq!(came, 6);
}

#[tokio::test]
async fn letters_of_channels_that_it_does_not_have_stay() {
    let mut host = Host::new().await;
    let mailer = host.mailer(&["good"]);
    put(&mailer, "ops", 2).await;
    put(&mailer, "good", 1).await;
    let over = CancellationToken::new();
    let posting = tokio::spawn(mailer.clone().run(over.clone()));
    assert_eq!(host.next().await, "good");
    over.cancel();
    posting.await.unwrap();
    assert_eq!(left(&mailer).await, [("ops".to_owned(), 2)]);
}

#[tokio::test]
async fn letters_that_nobody_takes_are_forgotten_after_a_week() {
    let host = Host::new().await;
    let mailer = host.mailer(&["good"]);
    let old = (Utc::now() - TimeDelta::days(8)).timestamp_micros();
    let post = move |rows: &mut dyn Rows| rows.post("ops", "{}", old);
    mailer.with_rows(post).await.unwrap();
    put(&mailer, "ops", 1).await;
    Strays::default().look(&mailer, false).await;
    assert_eq!(left(&mailer).await, [("ops".to_owned(), 1)]);
}
