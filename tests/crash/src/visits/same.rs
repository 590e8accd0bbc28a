//! What came of visits, held against the simulator.
//!
//! Times differ: a host that is dead reminds late, and whoever writes meanwhile is first.
//! So the script is made with the times that lead to the same order: things are done one
//! after another, and where the host said that nobody had answered, the time for that has
//! passed before. What the simulator says then is all that may have been said.

use std::collections::BTreeSet;

use anyhow::Context as _;
use eclusa_journal::rfc3339;
use reqwest::Method;
use serde_json::{Value, json};

use super::flow::{IDLE, REMINDER, REMINDER_MS, document};
use super::{CHANNEL, Did, Visit, Visits};
use crate::api::{Api, text};
use crate::violation::{Kind, Violation};

/// 2026-03-02, 09:00 UTC; any time does.
const BEGIN_MS: i64 = 1_772_442_000_000;

/// A message of a conversation's attendances.
struct Said {
    id: String,
    /// By the chat, of an inbound message.
    external_id: Option<String>,
    is_by_flow: bool,
    words: String,
}

/// How an attendance ended.
#[derive(Debug, PartialEq)]
struct Ended {
    queue: Value,
    reason: Value,
}

impl Visits {
    /// Holds each conversation against the simulator; how many there were.
    pub(crate) async fn check(&self, api: &Api) -> anyhow::Result<u64> {
        let visits = self.visits.lock().clone();
        for (conversation, visit) in &visits {
            let (ended, said) = recorded(api, conversation).await?;
            let body = json!({ "flow": document(), "script": visit.script(&said) });
            let json = [("content-type", "application/json")];
            let answer = api.call(Method::POST, "/v1/flows/simulate", &json, body.to_string());
            let answer = answer.await.context("the host ended")?;
            anyhow::ensure!(answer.is_success(), "simulate: {} {}", answer.status, answer.body);
            let simulated = answer.json();
            self.ledger.with(&Self::key(conversation), |_, _| {
                visit.came_as_recorded(&said)?;
                not_too_early(&said)?;
                as_simulated(&simulated, &ended, &said)
            });
        }
        Ok(u64::try_from(visits.len())?)
    }
}

/// How its attendances ended, and all that was said in them, oldest first.
async fn recorded(api: &Api, conversation: &str) -> anyhow::Result<(Vec<Ended>, Vec<Said>)> {
    let path = format!("/v1/attendances?channel={CHANNEL}&conversation={conversation}&limit=500");
    let list = api.get(&path).await?.context("the host ended")?;
    let list = list.get("attendances").and_then(Value::as_array).context("no attendances")?;
    let (mut ended, mut said) = (Vec::new(), Vec::new());
    for attendance in list.iter().rev() {
        anyhow::ensure!(text(attendance, "/state")? == "closed", "{attendance} is open");
        let field = |name: &str| attendance.get(name).cloned().unwrap_or_default();
        ended.push(Ended { queue: field("queue"), reason: field("reason") });
        let path = format!("/v1/attendances/{}/messages?limit=500", text(attendance, "/id")?);
        let page = api.get(&path).await?.context("the host ended")?;
        anyhow::ensure!(page.get("next").is_some_and(Value::is_null), "{path} has a second page");
        let messages = page.get("messages").and_then(Value::as_array).context("no messages")?;
        for message in messages {
            let is_inbound = text(message, "/direction")? == "inbound";
            let external_id = || text(message, "/message/external_id").map(str::to_owned);
            said.push(Said {
                id: text(message, "/id")?.to_owned(),
                external_id: is_inbound.then(external_id).transpose()?,
                is_by_flow: text(message, "/sent_by").is_ok_and(|by| by == "flow"),
                words: text(message, "/message/text/body")?.to_owned(),
            });
        }
    }
    Ok((ended, said))
}

impl Visit {
    /// What was done, at times that lead to the order recorded.
    fn script(&self, said: &[Said]) -> Vec<Value> {
        let place = |did: &Did| {
            said.iter().position(|it| match did {
                Did::Wrote { external_id, .. } => it.external_id.as_ref() == Some(external_id),
                Did::Answered { id } => it.id == *id,
                Did::Closed => false,
            })
        };
        let (mut script, mut now, mut from) = (Vec::new(), BEGIN_MS, 0);
        let moment = |now: i64, input: Value| json!({ "at": rfc3339(now), "input": input });
        for (number, did) in self.did.iter().enumerate() {
            // What has no place came after all that time had brought before the next
            // one that has.
            let to = self.did.iter().skip(number).find_map(place).unwrap_or(said.len());
            let since = now;
            for words in said.get(from..to).unwrap_or_default().iter().filter(|it| it.is_by_flow) {
                let steps = match words.words.as_str() {
                    REMINDER => 1,
                    IDLE => 2,
                    _ => continue,
                };
                now = since + steps * REMINDER_MS;
                script.push(moment(now, json!("due")));
            }
            (from, now) = (to.max(from), now + 1);
            script.push(moment(
                now,
                match did {
                    Did::Wrote { words, .. } => json!({ "writes": words }),
                    Did::Answered { .. } => json!("answered"),
                    Did::Closed => json!("closed"),
                },
            ));
        }
        script
    }

    /// The chat took all that was recorded, in the same order, and nothing else but what
    /// was sent while no attendance was open.
    fn came_as_recorded(&self, said: &[Said]) -> Result<(), Violation> {
        let sent: BTreeSet<&str> = self
            .did
            .iter()
            .filter_map(|did| if let Did::Answered { id } = did { Some(id.as_str()) } else { None })
            .collect();
        let recorded: Vec<(&str, &str)> = said
            .iter()
            .filter(|it| it.external_id.is_none())
            .map(|it| (it.id.as_str(), it.words.as_str()))
            .collect();
        let known: BTreeSet<&str> = recorded.iter().map(|(id, _)| *id).collect();
        let came: Vec<(&str, &str)> = self
            .came
            .iter()
            .map(|it| (it.id.as_str(), it.words.as_str()))
            .filter(|(id, _)| known.contains(id) || !sent.contains(id))
            .collect();
        if came == recorded {
            return Ok(());
        }
        Err(Kind::Lost.of(format!("{came:?} came, and {recorded:?} is recorded")))
    }
}

/// Nobody is reminded, or sent away, before the time.
fn not_too_early(said: &[Said]) -> Result<(), Violation> {
    for (before, it) in said.iter().zip(said.iter().skip(1)) {
        let is_due = it.is_by_flow && matches!(it.words.as_str(), REMINDER | IDLE);
        let passed = time_ms(&it.id) - time_ms(&before.id);
        if is_due && passed < REMINDER_MS {
            let (id, words) = (&it.id, &it.words);
            return Err(Kind::Odd.of(format!("{words:?} ({id}) is said after {passed} ms")));
        }
    }
    Ok(())
}

/// The time in a ULID, in Unix milliseconds.
fn time_ms(id: &str) -> i64 {
    const DIGITS: &str = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let digits = id.chars().take(10).filter_map(|digit| DIGITS.find(digit));
    digits.fold(0, |time, digit| time * 32 + i64::try_from(digit).unwrap_or_default())
}

/// The flow said what the simulator says, and left each attendance as it does.
fn as_simulated(simulated: &Value, ended: &[Ended], said: &[Said]) -> Result<(), Violation> {
    let lines = simulated.get("transcript").and_then(Value::as_array);
    let (mut expected, mut ends) = (Vec::new(), Vec::<Ended>::new());
    for line in lines.into_iter().flatten() {
        let action = |pointer: &str| line.pointer(&format!("/action{pointer}")).cloned();
        if line.get("opens").is_some() {
            ends.push(Ended { queue: Value::Null, reason: Value::Null });
        }
        if let Some(body) = action("/says/text/body") {
            expected.push(body);
        }
        if let Some(end) = ends.last_mut() {
            end.queue = action("/queues/queue").unwrap_or_else(|| end.queue.take());
            end.reason = action("/closes/reason").unwrap_or_else(|| end.reason.take());
        }
    }
    let found = said.iter().filter(|it| it.is_by_flow).map(|it| json!(it.words));
    let found: Vec<Value> = found.collect();
    if found != expected {
        let first = found.iter().zip(&expected).take_while(|(a, b)| a == b).count();
        return Err(Kind::Odd.of(format!(
            "the simulator says {expected:?}, and the flow said {found:?}; word {first} differs"
        )));
    }
    if ends != ended {
        return Err(Kind::Odd.of(format!("{ends:?} by the simulator, and {ended:?} are there")));
    }
    Ok(())
}
