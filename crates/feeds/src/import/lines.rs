//! Lines of a text and their fields.

/// Lines that hold something, with their numbers from one; either kind of line end.
pub(super) fn lines(text: &[u8]) -> impl Iterator<Item = (u64, &[u8])> {
    let lines = text.split(|byte| *byte == b'\n').zip(1_u64..);
    lines.filter_map(|(line, number)| {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        (!line.trim_ascii().is_empty()).then_some((number, line))
    })
}

/// Splits a line into its fields, without blanks and quotes round them. False when a quote is not
/// closed.
pub(super) fn split<'a>(line: &'a [u8], delimiter: u8, fields: &mut Vec<&'a [u8]>) -> bool {
    fields.clear();
    let mut rest = line;
    loop {
        let (field, after) = match trimmed(rest, delimiter) {
            [b'"', quoted @ ..] => {
                let Some((field, after)) = cut(quoted, b'"') else { return false };
                let (blank, after) = cut(after, delimiter)
                    .map_or((after, None), |(blank, after)| (blank, Some(after)));
                if !blank.trim_ascii().is_empty() {
                    return false;
                }
                (field, after)
            }
            _ => match cut(rest, delimiter) {
                Some((field, after)) => (field, Some(after)),
                None => (rest, None),
            },
        };
        fields.push(field.trim_ascii());
        match after {
            Some(after) => rest = after,
            None => return true,
        }
    }
}

/// Without the blanks before it; a tab that delimits is none.
fn trimmed(text: &[u8], delimiter: u8) -> &[u8] {
    if text.first() == Some(&delimiter) { text } else { text.trim_ascii_start() }
}

fn cut(text: &[u8], at: u8) -> Option<(&[u8], &[u8])> {
    let place = text.iter().position(|byte| *byte == at)?;
    Some((&text[..place], &text[place + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, delimiter: u8, expected: Option<&[&str]>) {
        let mut fields = Vec::new();
        let is_whole = split(line.as_bytes(), delimiter, &mut fields);
        let fields: Vec<&str> =
            fields.into_iter().map(|field| std::str::from_utf8(field).unwrap()).collect();
        assert_eq!(is_whole.then_some(fields.as_slice()), expected, "{line}");
    }

    #[test]
    fn lines_are_split_into_fields() {
        check("a,b,,c", b',', Some(&["a", "b", "", "c"]));
        check(" a ; b;c ", b';', Some(&["a", "b", "c"]));
        check("a\t\tb", b'\t', Some(&["a", "", "b"]));
        check("\"1,234\",\"b\" , c", b',', Some(&["1,234", "b", "c"]));
        check("\"a\"\t\"b\"\t", b'\t', Some(&["a", "b", ""]));
        check("a,", b',', Some(&["a", ""]));
        check("\"a,b", b',', None);
        check("\"a\"b,c", b',', None);
        check("", b',', Some(&[""]));
    }

    #[test]
    fn empty_lines_count_and_are_not_read() {
        let text = b"a\r\n\r\n  \nb\nc";
        let read: Vec<_> = lines(text).collect();
        assert_eq!(read, [(1, &b"a"[..]), (4, b"b"), (5, b"c")]);
    }
}
