//! Somebody who is signed in and opens pages, one after another.

use std::time::Instant;

use anyhow::Context as _;
use reqwest::header;

use crate::api::TOKEN;
use crate::stats::Latencies;

/// How often each page is opened before it is measured, and then.
const WARM: usize = 10;
const VISITS: usize = 100;

/// Somebody who is signed in.
pub(super) struct Visitor {
    client: reqwest::Client,
    base: String,
    cookie: String,
}

impl Visitor {
    pub(super) async fn signed_in(address: &str) -> anyhow::Result<Self> {
        let redirects = reqwest::redirect::Policy::none();
        let client =
            reqwest::Client::builder().tls_certs_only([]).no_proxy().redirect(redirects).build()?;
        let base = format!("http://{address}");
        let signed_in = client
            .post(format!("{base}/login"))
            .header(header::ORIGIN, &base)
            .header("sec-fetch-site", "same-origin")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(format!("token={TOKEN}"))
            .send()
            .await?;
        let cookie = signed_in.headers().get(header::SET_COOKIE).context("no session")?;
        let cookie = cookie.to_str()?.split(';').next().unwrap_or_default().to_owned();
        Ok(Self { client, base, cookie })
    }

    async fn open(&self, path: &str) -> anyhow::Result<reqwest::Response> {
        let page = self.client.get(format!("{}{path}", self.base));
        let page = page.header(header::COOKIE, &self.cookie).send().await?;
        anyhow::ensure!(page.status() == 200, "{path}: {}", page.status());
        Ok(page)
    }

    /// Opens a page often: milliseconds from the request to the last byte.
    pub(super) async fn visit(&self, path: &str) -> anyhow::Result<Latencies> {
        let mut all = Vec::with_capacity(VISITS);
        for visit in 0..WARM + VISITS {
            let began = Instant::now();
            let bytes = self.open(path).await?.bytes().await?;
            anyhow::ensure!(!bytes.is_empty(), "{path} is empty");
            if visit >= WARM {
                all.push(began.elapsed().as_secs_f64() * 1000.0);
            }
        }
        Ok(Latencies::of(all.into_iter()))
    }

    /// Exports everything: how many attendances, in how many seconds.
    pub(super) async fn export(&self, form: &str) -> anyhow::Result<(usize, f64)> {
        let mark: &[u8] = if form == "csv" { b"\r\n" } else { b"\"protocol\":" };
        let began = Instant::now();
        let mut export = self.open(&format!("/reports/attendances.{form}")).await?;
        // A mark may stand across two parts.
        let (mut marks, mut rest) = (0, Vec::new());
        while let Some(part) = export.chunk().await? {
            rest.extend_from_slice(&part);
            marks += rest.windows(mark.len()).filter(|window| *window == mark).count();
            rest.drain(..rest.len().saturating_sub(mark.len() - 1));
        }
        // The head of the table is no row.
        Ok((marks - usize::from(form == "csv"), began.elapsed().as_secs_f64()))
    }
}
