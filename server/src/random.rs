//! The one source of randomness: the operating system's generator, asked for a page at a time.

use std::cell::RefCell;

/// Bytes asked for at once. A system call for every token is a measurable part of a request.
const PAGE: usize = 1024;

struct Pool {
    bytes: [u8; PAGE],
    used: usize,
}

thread_local! {
    static POOL: RefCell<Pool> = const { RefCell::new(Pool { bytes: [0; PAGE], used: PAGE }) };
}

/// `N` random bytes, good enough for keys. Each is handed out once and then forgotten.
///
/// # Panics
/// When the operating system has no randomness to give. Nothing that could be answered then would be safe.
#[must_use]
pub fn bytes<const N: usize>() -> [u8; N] {
    const { assert!(N <= PAGE, "more than a page at once") };
    POOL.with_borrow_mut(|pool| {
        if PAGE - pool.used < N {
            #[expect(
                clippy::disallowed_methods,
                reason = "this is the module that everybody else has to ask"
            )]
            getrandom::fill(&mut pool.bytes).expect("the operating system gives random bytes");
            pool.used = 0;
        }
        let taken = &mut pool.bytes[pool.used..pool.used + N];
        let mut bytes = [0; N];
        bytes.copy_from_slice(taken);
        taken.fill(0);
        pool.used += N;
        bytes
    })
}

/// 64 random bits.
#[must_use]
pub fn u64() -> u64 {
    u64::from_le_bytes(bytes())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_bytes_are_handed_out_twice_not_even_across_pages_and_threads() {
        let take = || (0..500).map(|_| bytes::<16>()).collect::<Vec<_>>();
        let other = std::thread::spawn(take);
        let mut all = take();
        all.extend(other.join().expect("no panic"));
        assert_eq!(all.iter().collect::<HashSet<_>>().len(), 1000);
    }
}
