//! What reports count of attendances, held against a recount of them.

use std::collections::BTreeMap;

use anyhow::Context as _;
use rand::Rng;
use reqwest::Method;
use serde_json::Value;

use crate::api::{Api, text};
use crate::ledger::Ledger;
use crate::visits::CHANNEL;

/// Opened, first answered, closed, open and waiting, by channel.
type Counts = BTreeMap<String, [u64; 5]>;

/// Closes one attendance now and then, so that its conversation opens another. The
/// host may die meanwhile.
pub(crate) async fn close_some(
    api: &Api,
    ledger: &Ledger,
    random: &mut impl Rng,
) -> anyhow::Result<()> {
    let Some(open) = api.get("/v1/attendances?state=queued&limit=50").await? else { return Ok(()) };
    let open = open.get("attendances").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    // Those of visits are closed by who knows what was said in them.
    let open: Vec<&Value> =
        open.iter().filter(|it| text(it, "/channel").is_ok_and(|id| id != CHANNEL)).collect();
    let Some(one) = open.get(random.random_range(0..open.len().max(1))) else { return Ok(()) };
    let path = format!("/v1/attendances/{}/close", text(one, "/id")?);
    let Some(answer) = api.call(Method::POST, &path, &[], "").await else { return Ok(()) };
    if !answer.is_success() && !answer.is_busy() {
        ledger.odd(format!("POST {path}: {} {}", answer.status, answer.body));
    }
    Ok(())
}

/// Counts them again, once nothing changes any more.
pub(crate) async fn recount(api: &Api, ledger: &Ledger) -> anyhow::Result<()> {
    let (found, first) = found(api).await?;
    let Some(first) = first else { return Ok(()) };
    // From the day on which the first one opened, in UTC.
    let day = first.get(..10).context("a time without a day")?;
    let path = format!("/v1/reports/attendances?by=channel&from={day}");
    let report = api.get(&path).await?.context("the host ended")?;
    let channels = report.get("channels").and_then(Value::as_array).context("no channels")?;
    let mut counted = Counts::new();
    for channel in channels {
        let number = |key: &str| channel.get(key).and_then(Value::as_u64).unwrap_or_default();
        let counts = ["opened", "answered", "closed", "open", "waiting"].map(number);
        if counts != [0; 5] {
            counted.insert(text(channel, "/id")?.to_owned(), counts);
        }
    }
    if counted != found {
        ledger.odd(format!("{counted:?} was counted, and a recount finds {found:?}"));
    }
    Ok(())
}

/// What the rows say, and when the first one opened.
async fn found(api: &Api) -> anyhow::Result<(Counts, Option<String>)> {
    let (mut counts, mut first) = (Counts::new(), None);
    let mut path = "/v1/attendances?limit=500".to_owned();
    loop {
        let page = api.get(&path).await?.context("the host ended")?;
        let all = page.get("attendances").and_then(Value::as_array).context("no attendances")?;
        for one in all {
            let has = |key: &str| u64::from(one.get(key).is_some_and(|it| !it.is_null()));
            let state = text(one, "/state")?;
            let is_open = u64::from(state != "closed");
            let waits = u64::from(matches!(state, "queued" | "transferred"));
            let more = [1, has("first_answer_at"), has("closed_at"), is_open, waits];
            let sums = counts.entry(text(one, "/channel")?.to_owned()).or_default();
            sums.iter_mut().zip(more).for_each(|(sum, more)| *sum += more);
            first = Some(text(one, "/opened_at")?.to_owned());
        }
        match page.get("next").and_then(Value::as_str) {
            Some(next) => path = format!("/v1/attendances?limit=500&before={next}"),
            None => return Ok((counts, first)),
        }
    }
}
