//! The console in a real Chromium: what a person does, in both languages, by mouse
//! and by keyboard, and how it looks.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod channels;
mod documentation;
mod looks;

use eclusa_tests::{Chromium, Eclusa};

/// Opens the console, and signs in.
async fn signed_in(chromium: &Chromium, eclusa: &Eclusa) {
    // From elsewhere: with another part behind # alone, no page is loaded.
    chromium.open("about:blank").await;
    chromium.open(&format!("{}/login#token={}", eclusa.url(), eclusa.token())).await;
    chromium.click("#sign-in").await;
    chromium.wait_for("location.pathname === '/'").await;
}

/// No page has anything to complain of, and none has asked another host.
async fn nothing_is_wrong(chromium: &Chromium, eclusa: &Eclusa) {
    // A form that is refused is one of them: that is how Chromium tells of 422.
    let mut complaints = chromium.complaints().await;
    complaints.retain(|complaint| !complaint.contains("the server responded with a status of 422"));
    assert_eq!(complaints, Vec::<String>::new());
    let requests = chromium.requests().await;
    assert!(!requests.is_empty());
    for url in requests {
        assert!(url.starts_with(eclusa.url()), "{url}");
    }
}
