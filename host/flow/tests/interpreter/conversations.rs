//! Any conversation goes as the second interpreter says: what is said and when, the
//! queue, how it ends, how far it came, and what time brings next.

use eclusa_flow::{Flow, Input, Moment, Session, What, begin, simulate, step};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::generate;
use crate::model::{Looks, Played, play};
use crate::walls::ZONES;

type Conversation = (Value, Vec<(i64, Input)>);

fn conversations() -> impl Strategy<Value = Conversation> {
    select(ZONES.iter().collect::<Vec<_>>()).prop_flat_map(generate::conversations)
}

fn flow(document: &Value) -> Flow {
    Flow::new(serde_json::from_value(document.clone()).unwrap()).unwrap()
}

fn rfc3339(ms: i64) -> String {
    let at = OffsetDateTime::from_unix_timestamp_nanos(i128::from(ms) * 1_000_000).unwrap();
    at.format(&Rfc3339).unwrap()
}

/// By the simulator.
fn simulated((document, history): &Conversation) -> Played {
    let moment = |(at, input): &(i64, Input)| Moment { at: rfc3339(*at), input: input.clone() };
    let script: Vec<Moment> = history.iter().map(moment).collect();
    let run = simulate(&flow(document), &script).unwrap();
    let ms = |at: &str| {
        let at = OffsetDateTime::parse(at, &Rfc3339).unwrap().unix_timestamp_nanos() / 1_000_000;
        i64::try_from(at).unwrap()
    };
    let did = run.transcript.iter().filter_map(|told| match &told.what {
        What::Action(action) => Some((ms(&told.at), json!(action))),
        _ => None,
    });
    Played { did: did.collect(), session: json!(run.session), due: run.due_at.as_deref().map(ms) }
}

/// Step by step, as a journal does it: nothing happens by itself, so what is due comes
/// when it is looked for, early or late. How far it came is written and read again each
/// time.
fn stepped((document, history): &Conversation) -> Played {
    let flow = flow(document);
    let (mut did, mut kept) = (Vec::new(), Value::Null);
    for (at, input) in history {
        let session: Option<Session> = serde_json::from_value(kept.clone()).unwrap();
        let outcome = match session {
            Some(session) => step(&flow, &session, input, *at),
            None if input.is_of_contact() => begin(&flow, *at),
            None => continue,
        };
        did.extend(outcome.actions.iter().map(|action| (*at, json!(action))));
        kept = json!(outcome.session);
    }
    let session: Option<Session> = serde_json::from_value(kept.clone()).unwrap();
    Played { did, due: session.and_then(|session| session.due_ms(&flow)), session: kept }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2048))]

    #[test]
    fn the_simulator_tells_what_the_model_does(conversation in conversations()) {
        let (document, history) = &conversation;
        prop_assert_eq!(simulated(&conversation), play(document, history, Looks::Always));
    }

    #[test]
    fn late_looks_bring_what_the_model_does(conversation in conversations()) {
        let (document, history) = &conversation;
        prop_assert_eq!(stepped(&conversation), play(document, history, Looks::WhenTold));
    }
}
