//! How a commit stands in a file of the log.
//!
//! Everything begins on a [block](BLOCK) of its own and is filled up with zeros, so that the disk can be given whole blocks,
//! each once, and a write that fails half-way harms no commit before it. First comes a head: what the file is, whose it is, a checksum. Frames follow: length
//! of the content (4 bytes), checksum (4), the commit's number (8), the content. Numbers are little-endian. After the last
//! frame is whatever was there before: zeros, or frames of the file's former use, whose numbers are lower.

use super::LeftCommit;

/// Bytes that a disk writes at once. No disk wants more; those that want less take these too.
pub(super) const BLOCK: usize = 4096;
/// Bytes of the head that say something.
pub(super) const HEAD: usize = 20;
/// Bytes of a frame before its content.
const FRAME: usize = 16;
const MAGIC: &[u8; 8] = b"COOPLOG\x01";

/// What a commit says.
#[derive(Default)]
pub struct Record(Vec<u8>);

impl Record {
    /// What it says.
    #[must_use]
    pub fn content(&self) -> &[u8] {
        &self.0
    }

    /// Where more can be added to what it says.
    pub const fn content_mut(&mut self) -> &mut Vec<u8> {
        &mut self.0
    }

    /// Whether it says nothing.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Bytes that it takes in a file.
    #[must_use]
    pub const fn size(&self) -> u64 {
        padded(FRAME + self.0.len()) as u64
    }

    /// The frame, numbered. Nothing when it is longer than a length can say.
    pub(super) fn seal(&self, log: i64, number: u64) -> Option<Blocks> {
        let length = u32::try_from(self.0.len()).ok()?;
        let number = number.to_le_bytes();
        let checksum = checksum(log, number, &self.0);
        let parts = [
            &length.to_le_bytes()[..],
            &checksum.to_le_bytes(),
            &number,
            &self.0,
        ];
        Some(Blocks::holding(&parts))
    }
}

/// Whole blocks in memory, beginning where a disk that writes from there itself wants them to.
pub(super) struct Blocks {
    bytes: Vec<u8>,
    start: usize,
    length: usize,
}

impl Blocks {
    /// Blocks that begin with this.
    pub(super) fn holding(parts: &[&[u8]]) -> Self {
        let length = padded(parts.iter().map(|part| part.len()).sum());
        let mut bytes = vec![0; length + BLOCK];
        let address = bytes.as_ptr().addr();
        let start = address.next_multiple_of(BLOCK) - address;
        let mut rest = &mut bytes[start..];
        for part in parts {
            let (here, after) = rest.split_at_mut(part.len());
            here.copy_from_slice(part);
            rest = after;
        }
        Self {
            bytes,
            start,
            length,
        }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes[self.start..self.start + self.length]
    }
}

/// So many bytes filled up to whole blocks.
const fn padded(length: usize) -> usize {
    length.next_multiple_of(BLOCK)
}

/// The head of a file.
pub(super) fn head(log: i64) -> [u8; HEAD] {
    let mut head = [0; HEAD];
    head[..8].copy_from_slice(MAGIC);
    head[8..16].copy_from_slice(&log.to_le_bytes());
    let checksum = crc32fast::hash(&head[..16]);
    head[16..].copy_from_slice(&checksum.to_le_bytes());
    head
}

/// Whose file it is. `None` when this is no head.
pub(super) fn read_head(bytes: &[u8]) -> Option<i64> {
    let log = i64::from_le_bytes(array(bytes, 8)?);
    bytes.starts_with(&head(log)).then_some(log)
}

/// The frames after a file's head, as far as they are whole and follow each other.
pub(super) fn frames(log: i64, file: &[u8]) -> impl Iterator<Item = LeftCommit<'_>> {
    let mut rest = file.get(BLOCK..).unwrap_or_default();
    let mut before = None;
    std::iter::from_fn(move || {
        let (frame, after) = split_frame(log, rest)?;
        // A lower number is a frame of the file's former use.
        if before.is_some_and(|before: u64| before + 1 != frame.number) {
            return None;
        }
        before = Some(frame.number);
        rest = after;
        Some(frame)
    })
}

/// The highest number of a commit in a file, wherever it is whole, also after one that is not.
pub(super) fn newest(log: i64, file: &[u8]) -> Option<u64> {
    let blocks = (BLOCK..file.len()).step_by(BLOCK);
    let numbers = blocks.filter_map(|at| Some(split_frame(log, file.get(at..)?)?.0.number));
    numbers.max()
}

fn split_frame(log: i64, bytes: &[u8]) -> Option<(LeftCommit<'_>, &[u8])> {
    let length = usize::try_from(u32::from_le_bytes(array(bytes, 0)?)).ok()?;
    let sum = u32::from_le_bytes(array(bytes, 4)?);
    let number: [u8; 8] = array(bytes, 8)?;
    let content = bytes.get(FRAME..)?.get(..length)?;
    // The file may end with the content if it was cut off there: nothing follows then.
    let after = bytes.get(padded(FRAME + length)..).unwrap_or_default();
    // Nothing says nothing; what looks like it are zeros.
    let is_whole = length > 0 && checksum(log, number, content) == sum;
    let number = u64::from_le_bytes(number);
    is_whole.then_some((LeftCommit { number, content }, after))
}

fn checksum(log: i64, number: [u8; 8], content: &[u8]) -> u32 {
    let mut sum = crc32fast::Hasher::new();
    sum.update(&log.to_le_bytes());
    sum.update(&number);
    sum.update(content);
    sum.finalize()
}

fn array<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..)?.first_chunk().copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: i64 = 7;

    fn file(commits: &[(u64, &str)]) -> Vec<u8> {
        let mut file = Blocks::holding(&[&head(LOG)]).bytes().to_vec();
        for (number, content) in commits {
            let mut record = Record::default();
            record.content_mut().extend(content.as_bytes());
            let frame = record.seal(LOG, *number).expect("short");
            assert_eq!(frame.bytes().len() as u64, record.size());
            file.extend(frame.bytes());
        }
        file
    }

    fn read(log: i64, file: &[u8]) -> Vec<(u64, String)> {
        let text = |frame: LeftCommit<'_>| String::from_utf8_lossy(frame.content).into_owned();
        let each = |frame: LeftCommit<'_>| (frame.number, text(frame));
        frames(log, file).map(each).collect()
    }

    #[test]
    fn what_was_written_is_read_up_to_the_first_frame_that_is_not_whole() {
        let whole = file(&[(5, "five"), (6, "six"), (7, "seven")]);
        let all = [
            (5, "five".to_owned()),
            (6, "six".to_owned()),
            (7, "seven".to_owned()),
        ];
        let last = FRAME + "seven".len();
        let padding = BLOCK - last;
        assert_eq!(read(LOG, &whole), all);
        assert_eq!(read(LOG, &whole[..whole.len() - padding]), all);
        for cut in 1..=last {
            let kept = whole.len() - padding - cut;
            assert_eq!(read(LOG, &whole[..kept]), all[..2], "without {cut} bytes");
            let mut zeroed = whole.clone();
            zeroed[kept..].fill(0);
            assert_eq!(read(LOG, &zeroed), all[..2], "{cut} bytes zero");
            let mut damaged = whole.clone();
            damaged[kept] ^= 0x10;
            assert_eq!(read(LOG, &damaged), all[..2], "byte {cut} from the end");
        }
    }

    #[test]
    fn a_frame_that_is_not_whole_hides_those_after_it() {
        let whole = file(&[(5, "five"), (6, "six"), (7, "seven")]);
        let mut damaged = whole.clone();
        damaged[2 * BLOCK..3 * BLOCK].fill(0);
        assert_eq!(read(LOG, &damaged), [(5, "five".to_owned())]);
        assert_eq!(newest(LOG, &damaged), Some(7));
        damaged = whole;
        damaged[BLOCK] ^= 1;
        assert!(read(LOG, &damaged).is_empty());
        assert_eq!(newest(LOG, &damaged), Some(7));
        assert_eq!(newest(8, &damaged), None);
    }

    #[test]
    fn a_long_frame_takes_the_blocks_that_it_needs_and_lies_on_their_border() {
        let long = "x".repeat(2 * BLOCK);
        let whole = file(&[(1, &long), (2, "two")]);
        assert_eq!(whole.len(), 5 * BLOCK);
        assert_eq!(read(LOG, &whole), [(1, long), (2, "two".to_owned())]);
        for length in [0, 1, BLOCK - 1, BLOCK, BLOCK + 1] {
            let blocks = Blocks::holding(&[&vec![7; length]]);
            assert_eq!(blocks.bytes().as_ptr().addr() % BLOCK, 0);
            assert_eq!(blocks.bytes().len(), length.next_multiple_of(BLOCK));
        }
    }

    #[test]
    fn frames_of_a_former_use_are_not_read() {
        let old = file(&[(1, "aaaa"), (2, "bbbb"), (3, "cccc")]);
        let new = file(&[(9, "dddd")]);
        let mut mixed = old;
        mixed[..new.len()].copy_from_slice(&new);
        assert_eq!(read(LOG, &mixed), [(9, "dddd".to_owned())]);
    }

    #[test]
    fn zeros_and_nothing_hold_no_frame() {
        let mut empty = Blocks::holding(&[&head(LOG)]).bytes().to_vec();
        assert!(read(LOG, &empty).is_empty());
        empty.extend([0; 2 * BLOCK]);
        assert!(read(LOG, &empty).is_empty());
        assert!(read(LOG, &[]).is_empty());
    }

    #[test]
    fn a_file_is_known_by_its_head_and_a_frame_is_its_logs_own() {
        assert_eq!(read_head(&head(-3)), Some(-3));
        let mut damaged = head(-3);
        damaged[9] ^= 1;
        assert_eq!(read_head(&damaged), None);
        assert_eq!(read_head(&[0; HEAD]), None);
        assert_eq!(read_head(&[]), None);
        assert!(read(8, &file(&[(1, "theirs")])).is_empty());
    }
}
