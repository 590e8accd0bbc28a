#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use proptest::prelude::*;

use super::*;

const PLACE: Context<'static> = Context { table: "channels", row: "shop", revision: 3 };

fn ring() -> Keyring {
    Keyring::new(Key::random())
}

proptest! {
    #[test]
    fn a_value_opens_in_its_place(plain in prop::collection::vec(any::<u8>(), 0..300)) {
        let ring = ring();
        let sealed = seal(&ring, PLACE, &plain).unwrap();
        prop_assert_eq!(&*open(&ring, PLACE, &sealed).unwrap(), &plain);
        prop_assert!(!is_plain(&sealed));
        prop_assert!(plain.len() < 8 || !sealed.windows(plain.len()).any(|part| part == plain));
        // No two are the same, even of the same value.
        prop_assert_ne!(seal(&ring, PLACE, &plain).unwrap(), sealed);
    }

    #[test]
    fn what_was_altered_does_not_open(
        plain in prop::collection::vec(any::<u8>(), 0..60),
        flip in 1_u8..,
    ) {
        let ring = ring();
        let sealed = seal(&ring, PLACE, &plain).unwrap();
        for at in 0..sealed.len() {
            let mut altered = sealed.clone();
            altered[at] ^= flip;
            prop_assert!(open(&ring, PLACE, &altered).is_err(), "byte {}", at);
            prop_assert!(open(&ring, PLACE, &sealed[..at]).is_err(), "cut at {}", at);
        }
        let mut longer = sealed;
        longer.push(flip);
        prop_assert!(open(&ring, PLACE, &longer).is_err());
    }

    #[test]
    fn what_was_moved_does_not_open(
        table in "[a-z]{0,9}",
        row in "[a-z0-9-]{0,9}",
        revision in any::<u64>(),
    ) {
        let ring = ring();
        let there = Context { table: &table, row: &row, revision };
        let sealed = seal(&ring, there, b"secret").unwrap();
        prop_assert_eq!(open(&ring, PLACE, &sealed).unwrap_err(), OpenFailure::Altered);
        // A letter moved from one name into the next is another place.
        let shifted = format!("{table}{row}");
        let elsewhere = Context { table: &shifted, row: "", revision };
        if !row.is_empty() {
            prop_assert!(open(&ring, elsewhere, &sealed).is_err());
        }
        let next = Context { revision: revision.wrapping_add(1), ..there };
        prop_assert!(open(&ring, next, &sealed).is_err());
        prop_assert!(open(&ring, there, &sealed).is_ok());
    }
}

#[test]
fn another_key_does_not_open_and_is_named() {
    let (one, two) = (ring(), ring());
    let sealed = seal(&one, PLACE, b"secret").unwrap();
    let id = one.current().id();
    assert_eq!(open(&two, PLACE, &sealed).unwrap_err(), OpenFailure::UnknownKey(id));
    // Even where it pretends to be the other.
    let mut lying = sealed;
    lying[1..9].copy_from_slice(&two.current().id().0);
    assert_eq!(open(&two, PLACE, &lying).unwrap_err(), OpenFailure::Altered);
}

#[test]
fn a_value_is_wrapped_again_without_its_old_key() {
    let old = ring();
    let sealed = seal(&old, PLACE, b"secret").unwrap();
    let both = ring().and_older(Some(old.clone()));
    let again = rewrap(&both, PLACE, &sealed).unwrap().unwrap();
    assert_eq!(key_of(&again), Ok(both.current().id()));
    assert_eq!(rewrap(&both, PLACE, &again), Ok(None));
    let new = Keyring::new(both.current().clone());
    assert_eq!(&**open(&new, PLACE, &again).unwrap(), b"secret");
    assert!(open(&old, PLACE, &again).is_err());
    // A value that does not open is not made to look whole.
    let elsewhere = Context { row: "site", ..PLACE };
    assert_eq!(rewrap(&both, elsewhere, &sealed), Err(OpenFailure::Altered));
}
