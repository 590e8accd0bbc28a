//! Ports of other protocols.

/// Ports to which no browser sends HTTP, since servers of other protocols listen
/// there and might take a request for commands of their own: the "bad ports" of
/// the [Fetch standard](https://fetch.spec.whatwg.org/#port-blocking), and 0.
const OTHER_PROTOCOLS: [u16; 83] = [
    0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101,
    102, 103, 104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427,
    465, 512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990,
    993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667,
    6668, 6669, 6679, 6697, 10080,
];

/// Another protocol than HTTP is spoken there.
pub(super) fn is_of_other_protocol(port: u16) -> bool {
    OTHER_PROTOCOLS.binary_search(&port).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted() {
        assert!(OTHER_PROTOCOLS.is_sorted_by(|a, b| a < b));
        assert!(is_of_other_protocol(25) && is_of_other_protocol(10080));
        assert!([80, 443, 8080, 8443, 9000].iter().all(|port| !is_of_other_protocol(*port)));
    }
}
