//! Events in the one shape in which the platform gets them, by pull and by push.

use eclusa_journal::StoredEvent;
use eclusa_model::{ChannelProfile, Color};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

/// An event as the platform gets it. Serializes to the same bytes wherever it is
/// used; what the adapter made of the message stays digit for digit.
#[derive(Debug, Clone, Copy)]
pub struct PlatformEvent<'a> {
    event: &'a StoredEvent,
    channel: Option<&'a ChannelProfile>,
}

impl<'a> PlatformEvent<'a> {
    /// An event with its channel as it is now; `None` where that was deleted.
    pub fn new(event: &'a StoredEvent, channel: Option<&'a ChannelProfile>) -> Self {
        Self { event, channel }
    }

    /// The part about the channel.
    pub fn channel(&self) -> EventChannel<'a> {
        EventChannel {
            id: &self.event.channel,
            name: self.channel.map(|channel| channel.name.as_str()),
            color: self.channel.map(|channel| &channel.color),
            flow: self.channel.and_then(|channel| channel.flow.as_deref()),
        }
    }
}

impl Serialize for PlatformEvent<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let event = self.event;
        let (name, object) = &event.object;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("id", &event.id)?;
        map.serialize_entry("type", &event.kind)?;
        map.serialize_entry("occurred_at", &event.occurred_at)?;
        if event.late {
            map.serialize_entry("late", &true)?;
        }
        map.serialize_entry("channel", &self.channel())?;
        if name != "attendance" {
            map.serialize_entry("attendance", &event.attendance)?;
        }
        map.serialize_entry(name, object)?;
        map.end()
    }
}

/// What an event says of its channel. Of a channel that was deleted only the id
/// is known.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct EventChannel<'a> {
    /// Its id.
    pub id: &'a str,
    /// Its name.
    pub name: Option<&'a str>,
    /// Its colour.
    pub color: Option<&'a Color>,
    /// Name of its service flow.
    pub flow: Option<&'a str>,
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn the_shape_and_every_digit_are_kept() {
        let mut event = StoredEvent {
            id: "01J0".to_owned(),
            kind: "message.received".to_owned(),
            channel: "sales".to_owned(),
            occurred_at: "2026-01-02T03:04:05Z".to_owned(),
            received_at: "2026-01-02T03:04:06Z".to_owned(),
            late: false,
            attendance: None,
            object: (
                "message".to_owned(),
                serde_json::value::RawValue::from_string(
                    r#"{"extra":{"n":12345678901234567890123}}"#.to_owned(),
                )
                .unwrap(),
            ),
        };
        let profile: ChannelProfile = serde_json::from_value(serde_json::json!({
            "id": "sales", "name": "Sales", "color": "#2a9d8f", "adapter": "open", "flow": "day",
        }))
        .unwrap();
        assert_eq!(
            serde_json::to_string(&PlatformEvent::new(&event, Some(&profile))).unwrap(),
            concat!(
                r#"{"id":"01J0","type":"message.received","occurred_at":"2026-01-02T03:04:05Z","#,
                r##""channel":{"id":"sales","name":"Sales","color":"#2A9D8F","flow":"day"},"##,
                r#""attendance":null,"message":{"extra":{"n":12345678901234567890123}}}"#,
            )
        );
        event.late = true;
        assert_eq!(
            serde_json::to_string(&PlatformEvent::new(&event, None)).unwrap(),
            concat!(
                r#"{"id":"01J0","type":"message.received","occurred_at":"2026-01-02T03:04:05Z","#,
                r#""late":true,"channel":{"id":"sales","name":null,"color":null,"flow":null},"#,
                r#""attendance":null,"message":{"extra":{"n":12345678901234567890123}}}"#,
            )
        );
        assert_eq!(
            serde_json::to_value(PlatformEvent::new(&event, None).channel()).unwrap(),
            serde_json::json!({ "id": "sales", "name": null, "color": null, "flow": null })
        );
    }
}
