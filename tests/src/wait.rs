//! Waiting for what must come, without guessing how long it takes.

use std::time::Duration;

/// When waiting is given up: far longer than anything takes, so that only what
/// never comes fails a test; adapters are compiled below all other work, which takes
/// its time on a busy machine.
pub const DEADLINE: Duration = Duration::from_secs(120);

/// Asks again and again until there is an answer.
///
/// # Panics
/// After [`DEADLINE`], with what was waited for.
pub async fn eventually<T, F>(what: &str, mut ask: impl FnMut() -> F) -> T
where
    F: Future<Output = Option<T>>,
{
    let asking = async {
        let mut ticks = tokio::time::interval(Duration::from_millis(10));
        loop {
            ticks.tick().await;
            if let Some(answer) = ask().await {
                return answer;
            }
        }
    };
    match tokio::time::timeout(DEADLINE, asking).await {
        Ok(answer) => answer,
        Err(_) => panic!("this did not happen within {DEADLINE:?}: {what}"),
    }
}

/// Runs all at the same time; the results come in the order given.
pub async fn join_all<F: Future>(futures: impl IntoIterator<Item = F>) -> Vec<F::Output> {
    let mut running: Vec<_> = futures.into_iter().map(|future| (Box::pin(future), None)).collect();
    std::future::poll_fn(|context| {
        let mut ready = true;
        for (future, result) in &mut running {
            if result.is_none() {
                match future.as_mut().poll(context) {
                    std::task::Poll::Ready(value) => *result = Some(value),
                    std::task::Poll::Pending => ready = false,
                }
            }
        }
        if ready { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    running.into_iter().filter_map(|(_, result)| result).collect()
}
