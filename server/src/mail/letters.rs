//! What mails say.

use desk::{AuditEntry, MailKind};
use market::{Moment, format};

/// A mail's words.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Letter {
    pub(super) kind: MailKind,
    subject: String,
    text: String,
}

/// An invitation's code and where it is typed.
pub(crate) struct Invited<'a> {
    /// The code.
    pub(crate) code: &'a str,
    /// Where it is typed.
    pub(crate) address: &'a str,
    /// The address of who asks.
    pub(crate) by: &'a str,
    /// When it ends.
    pub(crate) expires_at: Moment,
}

impl Letter {
    /// A code to set the password anew at a desk. No secret stands in an address.
    pub(crate) fn reset_code(entry: &AuditEntry, email: &str, code: &str, desk: &str) -> Self {
        let text = format!(
            "Somebody asked for a new password of {email} at {desk}.\n\nIf that was you, \
             open\n\n    {desk}/reset\n\nand type this code there:\n\n    {}\n\nIt is good for 30 \
             minutes, and once. A second factor stays as it is.\n\nIf it was not you, do nothing: \
             without the code your password stays as it is.\n\nAsked {}.\n",
            in_fours(code),
            when(entry),
        );
        let subject = "A code for a new password at Volaris".to_owned();
        Self { kind: MailKind::ResetCode, subject, text }
    }

    /// An invitation.
    pub(crate) fn invitation(invited: &Invited<'_>) -> Self {
        let Invited { code, address, by, expires_at } = invited;
        let text = format!(
            "{by} invites you to a desk for options traders, Volaris.\n\nOpen\n\n    \
             {address}\n\nand make your account with this e-mail address and this code:\n\n    \
             {}\n\nIt is good until {}, and once. If you do not know who that is, do \
             nothing.\n",
            in_fours(code),
            moment(*expires_at),
        );
        let subject = "You are invited to a Volaris desk".to_owned();
        Self { kind: MailKind::Invitation, subject, text }
    }

    /// Something happened to an account that its person is to know.
    pub(crate) fn about(
        kind: MailKind,
        entry: &AuditEntry,
        email: &str,
        desk: Option<&str>,
    ) -> Self {
        let (subject, what) = match kind {
            MailKind::PasswordChanged => (
                "Your Volaris password was changed",
                "The password was changed. Every other browser was signed out.",
            ),
            MailKind::EmailChanged => (
                "Your Volaris account has another e-mail address",
                "Another e-mail address signs in from now on; this one does not any more.",
            ),
            MailKind::FactorOn => (
                "A second factor was turned on at Volaris",
                "A second factor was turned on: a sign-in takes a code from now on.",
            ),
            MailKind::FactorOff => (
                "Your second factor was turned off at Volaris",
                "The second factor was turned off: a sign-in takes the password alone.",
            ),
            MailKind::Connected => (
                "A sign-in elsewhere opens your Volaris account",
                "A sign-in elsewhere was connected with the account: it opens it from now on, \
                 without the password.",
            ),
            MailKind::PasskeyMade => (
                "A passkey opens your Volaris account",
                "A passkey was made: its device opens the account from now on, without the \
                 password and without a code.",
            ),
            MailKind::KeyMade => (
                "A program has a key of your Volaris account",
                "A key was made: a program that has it reads what the account keeps from now on, \
                 and changes it where the key may.",
            ),
            MailKind::NewBrowser => (
                "A sign-in from another kind of browser at Volaris",
                "Somebody signed in with a kind of browser that this account did not use before.",
            ),
            MailKind::PasswordReset | MailKind::ResetCode | MailKind::Invitation => (
                "Your Volaris password was set anew",
                "The password was set anew. Every browser was signed out.",
            ),
        };
        let place = desk.map(|desk| format!(" at {desk}")).unwrap_or_default();
        let mend = match desk {
            // Nobody sets a password anew by an address that has no account.
            _ if kind == MailKind::EmailChanged => {
                "If it was not you, tell who leads this desk at once.".to_owned()
            }
            Some(desk) => format!(
                "If it was not you, set the password anew at once, by {desk}/forgot, take away \
                 under Security what else opens the account, and tell who leads this desk."
            ),
            None => "If it was not you, set the password anew at once (Forgotten?, where you sign \
                     in), take away under Security what else opens the account, and tell who \
                     leads this desk."
                .to_owned(),
        };
        let text = format!("{what}\n\nAccount: {email}{place}\nWhen: {}\n\n{mend}\n", when(entry));
        Self { kind, subject: subject.to_owned(), text }
    }

    /// A line to see whether mail arrives.
    pub(super) fn trial(desk: Option<&str>) -> (String, String) {
        let place = desk.map(|desk| format!(" at {desk}")).unwrap_or_default();
        let text =
            format!("This is a trial: the desk{place} can send mail. Nothing has to be done.\n");
        ("A trial mail of Volaris".to_owned(), text)
    }

    /// All of it as one text, which is sealed: the subject is its first line.
    pub(super) fn sealed(&self) -> String {
        format!("{}\n{}", self.subject, self.text)
    }
}

/// Subject and text of what was sealed.
pub(super) fn opened(sealed: &str) -> (String, String) {
    let (subject, text) = sealed.split_once('\n').unwrap_or((sealed, ""));
    (subject.to_owned(), text.to_owned())
}

/// In fours, as it is typed.
fn in_fours(code: &str) -> String {
    let letters: Vec<char> = code.chars().collect();
    let fours: Vec<String> = letters.chunks(4).map(|four| four.iter().collect()).collect();
    fours.join("-")
}

/// `2026-11-28 10:30 ET with Firefox on Linux, from 192.0.2.7`.
fn when(entry: &AuditEntry) -> String {
    let AuditEntry { device, network, at, .. } = entry;
    let with = match device.as_str() {
        "" => ", on the machine that the desk runs on".to_owned(),
        name => format!(" with {name}"),
    };
    let from = if network.is_empty() { String::new() } else { format!(", from {network}") };
    format!("{}{with}{from}", moment(*at))
}

fn moment(at: Moment) -> String {
    format!("{} {} ET", at.wall_time().date, format::minute(at))
}

#[cfg(test)]
mod tests {
    use desk::AuditEvent;

    use super::*;

    fn entry() -> AuditEntry {
        AuditEntry {
            // 2024-02-23 09:30 in New York.
            at: Moment(1_708_698_600_000_000),
            account: "a".to_owned(),
            event: AuditEvent::CodeSent,
            about: String::new(),
            device: "Firefox on Linux".to_owned(),
            network: "192.0.2.7".to_owned(),
        }
    }

    #[test]
    fn a_code_is_in_the_text_and_in_no_address() {
        let desk = "https://desk.example.com";
        let letter = Letter::reset_code(&entry(), "ada@example.com", "abcdefghjkmnpqrs", desk);
        let Letter { subject, text, .. } = &letter;
        assert!(text.contains("\n    abcd-efgh-jkmn-pqrs\n"), "{text}");
        assert!(text.contains("\n    https://desk.example.com/reset\n"), "{text}");
        assert!(text.contains("Asked 2024-02-23 09:30 ET with Firefox on Linux, from 192.0.2.7."));
        assert!(!subject.contains("abcd"), "{subject}");
        assert_eq!(opened(&letter.sealed()), (subject.clone(), text.clone()));
    }

    #[test]
    fn what_happened_is_told_with_what_to_do() {
        let desk = Some("https://desk.example.com");
        for kind in [
            MailKind::PasswordChanged,
            MailKind::PasswordReset,
            MailKind::FactorOn,
            MailKind::FactorOff,
            MailKind::NewBrowser,
        ] {
            let Letter { subject, text, .. } =
                Letter::about(kind, &entry(), "ada@example.com", desk);
            assert!(subject.contains("Volaris") && subject.len() < 60, "{subject}");
            for part in ["ada@example.com", "09:30 ET", "https://desk.example.com/forgot"] {
                assert!(text.contains(part), "{part}: {text}");
            }
        }
        let Letter { text, .. } =
            Letter::about(MailKind::EmailChanged, &entry(), "ada@example.com", desk);
        assert!(text.contains("tell who leads") && !text.contains("/forgot"), "{text}");
        let by_hand = AuditEntry { device: String::new(), network: String::new(), ..entry() };
        let Letter { text, .. } =
            Letter::about(MailKind::PasswordReset, &by_hand, "ada@example.com", None);
        assert!(text.contains("09:30 ET, on the machine that the desk runs on\n"), "{text}");
    }
}
