//! What was acknowledged, held against what is read back.

use std::collections::{BTreeMap, BTreeSet};

/// Messages by conversation; in each they are numbered in the order sent.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    conversations: BTreeMap<(String, String), Conversation>,
}

#[derive(Debug, Default)]
struct Conversation {
    acknowledged: BTreeSet<u64>,
    /// In the order read.
    read: Vec<u64>,
}

/// What does not fit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Findings {
    /// Messages that were acknowledged.
    pub(crate) acknowledged: usize,
    /// Acknowledged, and not to be read.
    pub(crate) lost: usize,
    /// Read once more.
    pub(crate) doubled: usize,
    /// Read after a younger one of the same conversation.
    pub(crate) disordered: usize,
    /// Read, though the answer was none of success.
    pub(crate) unasked: usize,
}

impl Ledger {
    /// A message was answered with 200.
    pub(crate) fn acknowledge(&mut self, channel: &str, conversation: &str, number: u64) {
        self.of(channel, conversation).acknowledged.insert(number);
    }

    /// A message was read, the next one of all.
    pub(crate) fn read(&mut self, channel: &str, conversation: &str, number: u64) {
        self.of(channel, conversation).read.push(number);
    }

    fn of(&mut self, channel: &str, conversation: &str) -> &mut Conversation {
        self.conversations.entry((channel.to_owned(), conversation.to_owned())).or_default()
    }

    /// What does not fit.
    pub(crate) fn findings(&self) -> Findings {
        let mut findings = Findings::default();
        for Conversation { acknowledged, read } in self.conversations.values() {
            let mut seen = BTreeSet::new();
            for number in read {
                let youngest = seen.last().is_none_or(|last| last < number);
                if !seen.insert(*number) {
                    findings.doubled += 1;
                } else if !youngest {
                    findings.disordered += 1;
                }
            }
            findings.acknowledged += acknowledged.len();
            findings.lost += acknowledged.difference(&seen).count();
            findings.unasked += seen.difference(acknowledged).count();
        }
        findings
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One conversation with four messages, read as these.
    fn read(numbers: &[u64]) -> Findings {
        let mut ledger = Ledger::default();
        (0..4).for_each(|number| ledger.acknowledge("sales", "t1", number));
        ledger.acknowledge("sales", "t2", 0);
        ledger.read("sales", "t2", 0);
        numbers.iter().for_each(|number| ledger.read("sales", "t1", *number));
        ledger.findings()
    }

    #[test]
    fn all_in_order_is_in_order() {
        assert_eq!(read(&[0, 1, 2, 3]), Findings { acknowledged: 5, ..Findings::default() });
    }

    #[test]
    fn every_fault_is_found() {
        let sound = Findings { acknowledged: 5, ..Findings::default() };
        assert_eq!(read(&[0, 1, 3]), Findings { lost: 1, ..sound });
        assert_eq!(read(&[0, 1, 1, 2, 3]), Findings { doubled: 1, ..sound });
        assert_eq!(read(&[0, 2, 1, 3]), Findings { disordered: 1, ..sound });
        assert_eq!(read(&[0, 1, 2, 3, 4]), Findings { unasked: 1, ..sound });
        assert_eq!(read(&[3, 0, 0]), Findings { lost: 2, doubled: 1, disordered: 1, ..sound });
    }

    #[test]
    fn conversations_of_two_channels_are_two() {
        let mut ledger = Ledger::default();
        ledger.acknowledge("a", "t", 0);
        ledger.read("b", "t", 0);
        let found = ledger.findings();
        assert_eq!((found.lost, found.unasked), (1, 1));
    }
}
