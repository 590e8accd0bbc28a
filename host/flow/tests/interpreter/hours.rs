//! Opening times where clocks are set, over midnight, and on holidays.

use eclusa_flow::Flow;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value, json};

use crate::generate;
use crate::walls::{self, ZONES, utc};

fn document(hours: &Value) -> Value {
    json!({ "id": "hours", "name": "Hours", "hours": hours })
}

fn flow(hours: &Value) -> Flow {
    Flow::new(serde_json::from_value(document(hours)).unwrap()).unwrap()
}

/// Opening times of a week, by `day from-to`, and of holidays, by `date` or
/// `date from-to`.
fn hours(zone: &str, weekly: &[&str], holidays: &[&str]) -> Value {
    let mut hours =
        json!({ "time_zone": zone, "weekly": {}, "holidays": [], "then": { "queue": null } });
    let span = |times: &str| {
        let (from, to) = times.split_once('-').unwrap();
        json!({ "from": from, "to": to })
    };
    for line in weekly {
        let (day, times) = line.split_once(' ').unwrap();
        let spans = &mut hours["weekly"][day];
        if spans.is_null() {
            *spans = json!([]);
        }
        spans.as_array_mut().unwrap().push(span(times));
    }
    for line in holidays {
        let (date, open) = match line.split_once(' ') {
            Some((date, times)) => (date, vec![span(times)]),
            None => (*line, vec![]),
        };
        let holiday = json!({ "date": date, "name": "Holiday", "open": open });
        hours["holidays"].as_array_mut().unwrap().push(holiday);
    }
    hours
}

/// The minutes (UTC) from which on it is open, or shut again, in a period.
fn changes(hours: &Value, from: &str, to: &str) -> Vec<String> {
    let flow = flow(hours);
    let (from, to) = (utc(from).unix_timestamp(), utc(to).unix_timestamp());
    let mut before = false;
    let mut found = Vec::new();
    for minute in (from..to).step_by(60) {
        let open = flow.is_open(minute * 1000);
        // A minute is open as a whole.
        assert_eq!(flow.is_open(minute * 1000 + 59_999), open);
        assert_eq!(walls::is_open(hours, minute * 1000), open, "{minute}");
        if open != before {
            let at = time::OffsetDateTime::from_unix_timestamp(minute).unwrap();
            let sign = if open { "open" } else { "shut" };
            found.push(format!("{sign} {} {:02}:{:02}", at.date(), at.hour(), at.minute()));
        }
        before = open;
    }
    found
}

#[test]
fn sao_paulo_skips_midnight_and_has_an_hour_twice() {
    let zone = "America/Sao_Paulo";
    // Sunday 2018-11-04 began at 01:00.
    let sunday = hours(zone, &["sunday 00:00-02:00"], &[]);
    let found = changes(&sunday, "2018-11-03T00:00", "2018-11-05T00:00");
    assert_eq!(found, ["open 2018-11-04 03:00", "shut 2018-11-04 04:00"]);
    // From 00:30, which never was, is from the change on; what ends before it is over
    // never begins.
    let late = hours(zone, &["sunday 00:30-01:30"], &[]);
    let found = changes(&late, "2018-11-03T00:00", "2018-11-05T00:00");
    assert_eq!(found, ["open 2018-11-04 03:00", "shut 2018-11-04 03:30"]);
    let never = hours(zone, &["sunday 00:00-00:45"], &[]);
    assert!(changes(&never, "2018-11-03T00:00", "2018-11-05T00:00").is_empty());
    // Over the missing midnight: until what would have been 00:30.
    let saturday = hours(zone, &["saturday 22:00-00:30"], &[]);
    let found = changes(&saturday, "2018-11-03T00:00", "2018-11-05T00:00");
    assert_eq!(found, ["open 2018-11-04 01:00", "shut 2018-11-04 03:00"]);
    // Saturday 2019-02-16 had 23:00 to 24:00 twice: both are open, and so is the night.
    let saturday = hours(zone, &["saturday 23:00-24:00"], &[]);
    let found = changes(&saturday, "2019-02-16T00:00", "2019-02-18T00:00");
    assert_eq!(found, ["open 2019-02-17 01:00", "shut 2019-02-17 03:00"]);
    let half = hours(zone, &["saturday 23:15-23:30"], &[]);
    let found = changes(&half, "2019-02-16T00:00", "2019-02-18T00:00");
    let twice = [
        "open 2019-02-17 01:15",
        "shut 2019-02-17 01:30",
        "open 2019-02-17 02:15",
        "shut 2019-02-17 02:30",
    ];
    assert_eq!(found, twice);
}

#[test]
fn berlin_and_new_york_set_their_clocks_in_the_night() {
    let night = ["saturday 22:00-02:30", "sunday 02:30-04:00"];
    // Forward at 01:00 UTC: 02:00 to 03:00 never is.
    let berlin = hours("Europe/Berlin", &night, &[]);
    let found = changes(&berlin, "2026-03-28T12:00", "2026-03-29T12:00");
    assert_eq!(found, ["open 2026-03-28 21:00", "shut 2026-03-29 02:00"]);
    // Back at 01:00 UTC: 02:30 is shown at 00:30 and at 01:30.
    let found = changes(&berlin, "2026-10-24T12:00", "2026-10-25T12:00");
    assert_eq!(found, ["open 2026-10-24 20:00", "shut 2026-10-25 03:00"]);
    let new_york = hours("America/New_York", &["sunday 01:30-02:00", "sunday 02:15-02:45"], &[]);
    let found = changes(&new_york, "2026-03-08T00:00", "2026-03-09T00:00");
    assert_eq!(found, ["open 2026-03-08 06:30", "shut 2026-03-08 07:00"]);
    let found = changes(&new_york, "2026-11-01T00:00", "2026-11-02T00:00");
    let twice = [
        "open 2026-11-01 05:30",
        "shut 2026-11-01 06:00",
        "open 2026-11-01 06:30",
        "shut 2026-11-01 07:00",
        "open 2026-11-01 07:15",
        "shut 2026-11-01 07:45",
    ];
    assert_eq!(found, twice);
}

#[test]
fn lord_howe_goes_by_half_an_hour_and_kolkata_stands_on_one() {
    let howe = hours("Australia/Lord_Howe", &["sunday 01:45-02:15"], &[]);
    // Back from 02:00 to 01:30: 01:45 to 02:00 comes twice.
    let found = changes(&howe, "2026-04-04T12:00", "2026-04-05T00:00");
    let twice = [
        "open 2026-04-04 14:45",
        "shut 2026-04-04 15:00",
        "open 2026-04-04 15:15",
        "shut 2026-04-04 15:45",
    ];
    assert_eq!(found, twice);
    // Forward from 02:00 to 02:30.
    let found = changes(&howe, "2026-10-03T12:00", "2026-10-04T00:00");
    assert_eq!(found, ["open 2026-10-03 15:15", "shut 2026-10-03 15:30"]);
    let kolkata = hours("Asia/Kolkata", &["monday 00:00-24:00"], &[]);
    let found = changes(&kolkata, "2026-03-01T00:00", "2026-03-04T00:00");
    assert_eq!(found, ["open 2026-03-01 18:30", "shut 2026-03-02 18:30"]);
}

#[test]
fn apia_had_no_friday_once() {
    let zone = "Pacific/Apia";
    let weekly = ["thursday 20:00-02:00", "friday 22:00-03:00", "saturday 04:00-05:00"];
    // Thursday ended at 10:00 UTC. The night of the Friday that never was ends on
    // Saturday, which the clocks showed next.
    let found = changes(&hours(zone, &weekly, &[]), "2011-12-29T12:00", "2011-12-31T12:00");
    let expected = [
        "open 2011-12-30 06:00",
        "shut 2011-12-30 13:00",
        "open 2011-12-30 14:00",
        "shut 2011-12-30 15:00",
    ];
    assert_eq!(found, expected);
    let always: Vec<String> =
        ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
            .iter()
            .map(|day| format!("{day} 00:00-24:00"))
            .collect();
    let always: Vec<&str> = always.iter().map(String::as_str).collect();
    let found = changes(&hours(zone, &always, &[]), "2011-12-28T00:00", "2012-01-02T00:00");
    assert_eq!(found, ["open 2011-12-28 00:00"]);
    let found =
        changes(&hours(zone, &always, &["2011-12-30"]), "2011-12-28T00:00", "2012-01-02T00:00");
    assert_eq!(found, ["open 2011-12-28 00:00"]);
}

#[test]
fn a_span_over_midnight_meets_holidays_on_both_sides() {
    let zone = "Asia/Kolkata";
    let nights = ["sunday 20:00-02:00", "monday 20:00-02:00", "tuesday 20:00-02:00"];
    // Monday 2026-03-02 in Kolkata: the night of Sunday goes on into it, its own does not
    // begin.
    let monday = hours(zone, &nights, &["2026-03-02"]);
    let found = changes(&monday, "2026-03-01T12:00", "2026-03-04T00:00");
    let expected = [
        "open 2026-03-01 14:30",
        "shut 2026-03-01 20:30",
        "open 2026-03-03 14:30",
        "shut 2026-03-03 20:30",
    ];
    assert_eq!(found, expected);
    // A holiday's own night goes on into a day that has none, and a single year counts
    // more than every year.
    let own = hours(zone, &[], &["03-02", "2026-03-02 23:00-01:00"]);
    let found = changes(&own, "2026-03-01T12:00", "2026-03-04T00:00");
    assert_eq!(found, ["open 2026-03-02 17:30", "shut 2026-03-02 19:30"]);
    let every = hours(zone, &[], &["2025-03-02", "03-02 10:00-11:00"]);
    let found = changes(&every, "2026-03-01T12:00", "2026-03-04T00:00");
    assert_eq!(found, ["open 2026-03-02 04:30", "shut 2026-03-02 05:30"]);
    // 29 February is one of every year that has it.
    let leap = hours(zone, &[], &["02-29 00:00-24:00"]);
    assert!(flow(&leap).is_open(utc("2028-02-29T12:00").unix_timestamp() * 1000));
    assert!(!flow(&leap).is_open(utc("2027-03-01T12:00").unix_timestamp() * 1000));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn it_is_open_when_the_clocks_on_the_wall_say_so(
        (zone, hours) in select(ZONES.iter().collect::<Vec<_>>())
            .prop_flat_map(|zone| (Just(zone), generate::hours(zone)))
            .prop_filter("it is sound", |(_, hours)| generate::is_sound(&document(hours))),
        change in any::<Index>(),
        times in prop::collection::vec(-4 * 86_400_000..4 * 86_400_000_i64, 64),
    ) {
        let flow = flow(&hours);
        let (at, _) = change.get(zone.changes);
        for time in times {
            let at = utc(at).unix_timestamp() * 1000 + time;
            prop_assert_eq!(flow.is_open(at), walls::is_open(&hours, at), "{}", at);
        }
    }
}
