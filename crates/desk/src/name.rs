//! Names that traders give to what they keep.

use crate::DeskError;

/// The name without blanks around it, if it has one to `letters_max` letters; `of` says what has
/// it: `a layout`.
pub(crate) fn checked_name<'a>(
    name: &'a str,
    of: &str,
    letters_max: usize,
) -> Result<&'a str, DeskError> {
    let name = name.trim();
    if name.is_empty() || letters_max < name.chars().count() || name.contains(char::is_control) {
        return Err(DeskError::Malformed(format!("{of}'s name has 1 to {letters_max} letters")));
    }
    Ok(name)
}
