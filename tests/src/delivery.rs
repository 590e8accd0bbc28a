//! Configuration of deliveries for tests, which cannot wait for hours.

/// So many attempts, with so many seconds between them. Hosts that fail are tried
/// again as soon.
pub fn delivery(attempts: usize, pause: f64) -> String {
    let pauses = vec![pause; attempts.saturating_sub(1)];
    format!(
        "[delivery]\nretry = {pauses:?}\nretry_jitter = 0.0\n\
         breaker = {{ first_pause = {pause:?}, longest_pause = {pause:?} }}"
    )
}
