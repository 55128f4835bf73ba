//! Base62 of fixed width, most significant digit first.

pub(crate) const ALPHABET: &[u8; 62] =
    b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Appends `number`, a big-endian integer, as exactly `width` digits.
pub(crate) fn push(out: &mut String, number: &[u8], width: usize) {
    let mut rest = number.to_vec();
    let mut digits = vec![b'0'; width];
    for digit in digits.iter_mut().rev() {
        let mut remainder = 0_u32;
        for byte in &mut rest {
            let value = remainder << 8 | u32::from(*byte);
            // Both fit: value is below 62 * 256.
            *byte = u8::try_from(value / 62).unwrap_or_default();
            remainder = value % 62;
        }
        *digit = ALPHABET[remainder as usize];
    }
    out.extend(digits.into_iter().map(char::from));
}

/// Reads digits that fit 63 bits.
pub(crate) fn parse(digits: &str) -> Option<i64> {
    digits.bytes().try_fold(0_i64, |number, byte| {
        let digit = ALPHABET.iter().position(|c| *c == byte)?;
        number
            .checked_mul(62)?
            .checked_add(i64::try_from(digit).ok()?)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_with_leading_zeros_and_none_of_256_bits_is_lost() {
        let mut text = String::new();
        push(&mut text, &[0, 62], 3);
        assert_eq!(text, "010");
        text.clear();
        push(&mut text, &[0xff; 32], 43);
        assert_eq!(text.len(), 43);
        assert_ne!(text.as_bytes()[0], b'0', "2^256 needs all 43 digits");
    }
}
