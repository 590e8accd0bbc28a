//! Reading a log as SQLite does: <https://www.sqlite.org/fileformat2.html#walformat>.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

const HEAD: usize = 32;
const FRAME_HEAD: usize = 24;

/// What the log begins with; the last bit says whose order of bytes its checksums have.
const MAGIC: u32 = 0x377f_0682;

/// What stands in a log.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Log {
    /// What tells this log from those that were written over it; `None` where there is
    /// no log, or its head is not right.
    pub(super) salts: Option<[u8; 8]>,
    /// Whether there is more than a head.
    pub(super) has_frames: bool,
    /// So many frames are right, from the first on.
    pub(super) whole: u64,
    /// The last of them that ends a commit; 0 where there is none.
    pub(super) committed: u64,
    /// Up to this byte the log is right.
    pub(super) whole_bytes: u64,
    /// Ends of commits of this log after a frame that is not right.
    pub(super) commits_after: u64,
}

impl Log {
    /// Reads all of a log; no file is an empty one.
    pub(super) fn read(file: &Path) -> io::Result<Self> {
        let file = match File::open(file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            file => file?,
        };
        let length = file.metadata()?.len();
        let mut log = Self { has_frames: length > HEAD as u64, ..Self::default() };
        let mut reader = BufReader::with_capacity(1 << 18, file);
        let mut head = [0; HEAD];
        if !filled(&mut reader, &mut head)? {
            return Ok(log);
        }
        let Some((order, page, mut sums)) = head_of(&head) else { return Ok(log) };
        let salts = part::<8>(&head, 16);
        log.salts = Some(salts);
        log.whole_bytes = HEAD as u64;
        let mut frame = vec![0; FRAME_HEAD + page];
        let mut is_whole = true;
        while filled(&mut reader, &mut frame)? {
            let is_of_log = part::<8>(&frame, 8) == salts;
            let ends_commit = u32::from_be_bytes(part(&frame, 4)) != 0;
            if is_whole {
                sums = order.add(sums, frame.get(..8).unwrap_or_default());
                sums = order.add(sums, frame.get(FRAME_HEAD..).unwrap_or_default());
                is_whole = is_of_log
                    && u32::from_be_bytes(part(&frame, 0)) != 0
                    && words_of(&frame, 16) == sums;
            }
            if is_whole {
                log.whole += 1;
                log.whole_bytes += frame.len() as u64;
                if ends_commit {
                    log.committed = log.whole;
                }
            } else if is_of_log && ends_commit {
                log.commits_after += 1;
            }
        }
        Ok(log)
    }
}

/// Order of bytes, size of pages and the sums so far, of a head that is right.
fn head_of(head: &[u8; HEAD]) -> Option<(Order, usize, [u32; 2])> {
    let magic = u32::from_be_bytes(part(head, 0));
    let order = match magic ^ MAGIC {
        0 => Order::Little,
        1 => Order::Big,
        _ => return None,
    };
    let page = u32::from_be_bytes(part(head, 8)) as usize;
    let sums = order.add([0; 2], head.get(..24).unwrap_or_default());
    let is_page = page.is_power_of_two() && (512..=65_536).contains(&page);
    (is_page && words_of(head, 24) == sums).then_some((order, page, sums))
}

#[derive(Clone, Copy)]
enum Order {
    Little,
    Big,
}

impl Order {
    fn add(self, [mut one, mut two]: [u32; 2], bytes: &[u8]) -> [u32; 2] {
        let word = |bytes: [u8; 4]| match self {
            Self::Little => u32::from_le_bytes(bytes),
            Self::Big => u32::from_be_bytes(bytes),
        };
        for pair in bytes.chunks_exact(8) {
            one = one.wrapping_add(word(part(pair, 0))).wrapping_add(two);
            two = two.wrapping_add(word(part(pair, 4))).wrapping_add(one);
        }
        [one, two]
    }
}

fn words_of(bytes: &[u8], at: usize) -> [u32; 2] {
    [u32::from_be_bytes(part(bytes, at)), u32::from_be_bytes(part(bytes, at + 4))]
}

/// Bytes of a place; 0 where there are none.
pub(super) fn part<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    let part = bytes.get(at..).and_then(<[u8]>::first_chunk::<N>);
    part.copied().unwrap_or([0; N])
}

/// Fills all of a buffer; false at the end of the file.
fn filled(reader: &mut impl Read, buffer: &mut [u8]) -> io::Result<bool> {
    match reader.read_exact(buffer) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}
