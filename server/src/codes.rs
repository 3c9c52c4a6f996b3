//! Codes that people read and type: recovery codes and invitations.

use sha2::{Digest, Sha256};

use crate::passwords;

/// One of so many letters and digits (at most 26), five bits each.
pub(crate) fn fresh(signs: usize) -> String {
    passwords::fresh().chars().take(signs).collect()
}

/// What is kept of one; how it was written does not matter.
pub(crate) fn hash_of(code: &str) -> String {
    hex::encode(Sha256::digest(plain(code)))
}

/// A code without what stands between its signs.
pub(crate) fn plain(code: &str) -> String {
    let plain: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
    plain.to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_the_same_however_it_is_written() {
        assert_eq!(hash_of("abcde 23456"), hash_of(" ABCDE-23456\n"));
        assert_ne!(hash_of("abcde23456"), hash_of("abcde23457"));
        assert_eq!(fresh(20).len(), 20);
        assert_ne!(fresh(20), fresh(20));
    }
}
