//! Builds of a component that differ in nothing but their bytes: another SHA-256,
//! so nothing of them comes from a cache, and the same code, so they do the same.

use sha2::{Digest, Sha256};

/// A component with a custom section of this content.
pub(crate) fn variant(component: &[u8], content: &str) -> Vec<u8> {
    const NAME: &[u8] = b"build";
    let mut section = Vec::new();
    leb128(&mut section, NAME.len());
    section.extend(NAME);
    section.extend(content.as_bytes());
    let mut all = component.to_vec();
    all.push(0);
    leb128(&mut all, section.len());
    all.extend(section);
    all
}

/// By which a revision is known.
pub(crate) fn sha256(component: &[u8]) -> String {
    hex::encode(Sha256::digest(component))
}

/// A number as WebAssembly writes it.
fn leb128(out: &mut Vec<u8>, mut value: usize) {
    loop {
        let byte = (value & 0x7f) as u8;
        value >>= 7;
        if value == 0 {
            out.push(byte);
            return;
        }
        out.push(byte | 0x80);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_is_appended() {
        assert_eq!(variant(b"\0asm", "7"), b"\0asm\x00\x07\x05build7");
        assert_ne!(sha256(&variant(b"", "1")), sha256(&variant(b"", "2")));
    }

    #[test]
    fn large_numbers_take_more_bytes() {
        let mut out = Vec::new();
        leb128(&mut out, 624_485);
        assert_eq!(out, [0xe5, 0x8e, 0x26]);
    }
}
