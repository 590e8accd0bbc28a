//! How tokens look: `ecl_`, 64 hexadecimal digits of a random value, and 8 of its
//! checksum.
//!
//! Scanners find leaked ones by the prefix, and tell them from look-alikes by the
//! checksum; and who copied only a part of one is told so.

use eclusa_model::Secret;
use rand::RngCore;
use sha2::{Digest, Sha256};

const PREFIX: &str = "ecl_";
const VALUE_DIGITS: usize = 64;

/// A new token with 256 random bits.
pub(crate) fn new_token() -> Secret {
    let value = random_hex::<32>();
    let check = checksum(&value);
    Secret::new(format!("{PREFIX}{value}{check}"))
}

/// `N` random bytes in hexadecimal.
pub(crate) fn random_hex<const N: usize>() -> String {
    let mut bytes = [0_u8; N];
    rand::rng().fill_bytes(&mut bytes);
    hex::encode(bytes)
}

/// What is kept of a token, and what it is found by.
pub(super) fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

/// Whether we could have made it: 256 random bits that nobody guesses.
pub(super) fn is_whole(token: &str) -> bool {
    token.starts_with(PREFIX) && !is_damaged(token)
}

/// Whether it has our prefix, but is not one that we could have made: a part of
/// one, or one with a slip of the pen.
pub(super) fn is_damaged(token: &str) -> bool {
    token.strip_prefix(PREFIX).is_some_and(|rest| {
        let parts = rest.split_at_checked(VALUE_DIGITS);
        parts.is_none_or(|(value, check)| checksum(value) != check)
    })
}

/// The CRC-32 (IEEE) of the digits, as GitHub's tokens have one.
fn checksum(value: &str) -> String {
    format!("{:08x}", crc32fast::hash(value.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_token_is_whole_and_no_two_are_the_same() {
        let (one, two) = (new_token(), new_token());
        assert_ne!(one, two);
        assert_eq!(one.expose().len(), PREFIX.len() + VALUE_DIGITS + 8);
        assert!(!is_damaged(one.expose()) && is_whole(one.expose()));
    }

    #[test]
    fn a_part_of_a_token_and_each_slip_of_the_pen_are_noticed() {
        let token = new_token();
        let token = token.expose();
        for end in PREFIX.len()..token.len() {
            assert!(is_damaged(token.get(..end).unwrap_or_default()), "{end}");
        }
        for at in PREFIX.len()..token.len() {
            let wrong: String = token
                .chars()
                .enumerate()
                .map(|(i, c)| {
                    if i != at {
                        c
                    } else if c == '0' {
                        '1'
                    } else {
                        '0'
                    }
                })
                .collect();
            assert!(is_damaged(&wrong), "{at}");
        }
        assert!(is_damaged("ecl_äöü"));
        // One that an operator has chosen.
        let chosen = "correct horse battery staple";
        assert!(!is_damaged(chosen) && !is_whole(chosen));
    }
}
