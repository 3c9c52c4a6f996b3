//! Which mail server there is, as somebody who runs a desk writes it down.

use std::fmt;
use std::net::IpAddr;

use lettre::message::Mailbox;
use percent_encoding::percent_decode_str;
use url::Url;

/// A mail server, and who mails come from.
#[derive(Clone)]
pub struct MailServer {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) safety: Safety,
    /// The user's name and password, where it asks for them.
    pub(crate) login: Option<(String, String)>,
    pub(crate) from: Mailbox,
}

/// How nobody on the way reads along.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Safety {
    /// TLS from the first byte.
    Tls,
    /// TLS after the first words; without it nothing is sent.
    StartTls,
    /// There is no way: it is on this machine.
    SameMachine,
}

/// Why something is no mail server. None of it shows what was written but the sender: there may be
/// a password in it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadMailServer {
    /// It is no address at all.
    #[error(
        "`mail` is no address of a mail server: expected smtps://user:password@smtp.example.com, \
         with what is neither letter nor digit in user and password as %XX"
    )]
    Address,
    /// Another protocol.
    #[error(
        "`mail` is no address of a mail server: it begins with smtps:// (TLS at once) or smtp:// \
         (STARTTLS)"
    )]
    Scheme,
    /// A path or a question.
    #[error("`mail` ends with its host or port: leave away what follows")]
    Surplus,
    /// Half of a login.
    #[error("`mail` has a user and no password, or the other way round: name both or neither")]
    Login,
    /// There is nobody that mails come from.
    #[error("`mail_from` is `{0}`: expected who mails come from, as Desk <desk@example.com>")]
    From(String),
}

impl MailServer {
    /// Reads where it is, as `smtps://user:password@smtp.example.com`, and who mails come from, as
    /// `Desk <desk@example.com>`.
    ///
    /// # Errors
    ///
    /// What is wrong with which, and what is expected.
    pub fn read(address: &str, from: &str) -> Result<Self, BadMailServer> {
        let bad_from = || BadMailServer::From(from.to_owned());
        if from.chars().any(char::is_control) {
            return Err(bad_from());
        }
        let from: Mailbox = from.trim().parse().map_err(|_| bad_from())?;
        let url: Url = address.trim().parse().map_err(|_| BadMailServer::Address)?;
        let is_tls = match url.scheme() {
            "smtps" => true,
            "smtp" => false,
            _ => return Err(BadMailServer::Scheme),
        };
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or(BadMailServer::Address)?;
        let host = host.trim_matches(['[', ']']).to_owned();
        let is_bare = matches!(url.path(), "" | "/");
        if !is_bare || url.query().is_some() || url.fragment().is_some() {
            return Err(BadMailServer::Surplus);
        }
        let login = match (decoded(url.username())?, url.password()) {
            (user, None) if user.is_empty() => None,
            (user, Some(password)) if !user.is_empty() && !password.is_empty() => {
                Some((user, decoded(password)?))
            }
            _ => return Err(BadMailServer::Login),
        };
        let (safety, port) = match (is_tls, is_same_machine(&host)) {
            (true, _) => (Safety::Tls, 465),
            (false, false) => (Safety::StartTls, 587),
            (false, true) => (Safety::SameMachine, 25),
        };
        Ok(Self { port: url.port().unwrap_or(port), host, safety, login, from })
    }
}

fn decoded(text: &str) -> Result<String, BadMailServer> {
    let text = percent_decode_str(text).decode_utf8().map_err(|_| BadMailServer::Address)?;
    match text.chars().any(char::is_control) {
        true => Err(BadMailServer::Address),
        false => Ok(text.into_owned()),
    }
}

fn is_same_machine(host: &str) -> bool {
    let address: Option<IpAddr> = host.parse().ok();
    host.eq_ignore_ascii_case("localhost")
        || address.is_some_and(|address| address.to_canonical().is_loopback())
}

impl fmt::Display for MailServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

impl fmt::Debug for MailServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Neither the user nor the password belongs in a log.
        f.debug_tuple("MailServer").field(&format_args!("{self}")).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FROM: &str = "Desk <desk@example.com>";

    #[test]
    fn an_address_says_how_nobody_reads_along() {
        let check = |address: &str, safety, host: &str, port| {
            let server = MailServer::read(address, FROM).expect(address);
            assert_eq!((server.safety, server.port), (safety, port), "{address}");
            assert_eq!(server.host, host, "{address}");
        };
        check("smtps://smtp.example.com", Safety::Tls, "smtp.example.com", 465);
        check("smtps://localhost:1465/", Safety::Tls, "localhost", 1465);
        check("smtp://smtp.example.com", Safety::StartTls, "smtp.example.com", 587);
        check("smtp://192.0.2.7:2525", Safety::StartTls, "192.0.2.7", 2525);
        check("smtp://localhost", Safety::SameMachine, "localhost", 25);
        check("smtp://127.0.0.1:1025", Safety::SameMachine, "127.0.0.1", 1025);
        check("smtp://[::1]", Safety::SameMachine, "::1", 25);
        check("smtp://[2001:db8::1]", Safety::StartTls, "2001:db8::1", 587);
        // A name that only looks like this machine's is another's.
        check("smtp://localhost.example.com", Safety::StartTls, "localhost.example.com", 587);
    }

    #[test]
    fn user_and_password_are_read_and_never_shown() {
        let server = MailServer::read("smtps://ada%40example.com:p%C3%A4ss%2Fw0rd@a.b", FROM);
        let server = server.expect("a server");
        let login = ("ada@example.com".to_owned(), "p\u{e4}ss/w0rd".to_owned());
        assert_eq!(server.login, Some(login));
        for told in [format!("{server:?}"), server.to_string()] {
            assert!(told.contains("a.b:465"), "{told}");
            assert!(!told.contains("w0rd") && !told.contains("ada"), "{told}");
        }
        assert_eq!(MailServer::read("smtps://a.b", FROM).expect("a server").login, None);
    }

    #[test]
    fn a_mistake_is_told_without_the_password() {
        for (address, why) in [
            ("", BadMailServer::Address),
            ("smtp.example.com", BadMailServer::Address),
            ("smtps://", BadMailServer::Address),
            ("smtps://ada:s3cret@:465", BadMailServer::Address),
            ("smtps://ada:s3cret%FF@a.b", BadMailServer::Address),
            ("smtps://ada:s3cret%0D%0A@a.b", BadMailServer::Address),
            ("https://ada:s3cret@a.b", BadMailServer::Scheme),
            ("smtps://ada:s3cret@a.b/inbox", BadMailServer::Surplus),
            ("smtps://ada:s3cret@a.b?tls=none", BadMailServer::Surplus),
            ("smtps://ada:s3#cret@a.b", BadMailServer::Address),
            ("smtps://ada@a.b", BadMailServer::Login),
            ("smtps://:s3cret@a.b", BadMailServer::Login),
        ] {
            let bad = MailServer::read(address, FROM).expect_err(address);
            assert_eq!(bad, why, "{address}");
            let told = bad.to_string();
            assert!(told.contains("`mail`") && !told.contains("cret"), "{told}");
        }
        for from in ["", "Desk", "desk@", "a@b, c@d", "Desk <desk@example.com>\r\nBcc: eve@b.c"] {
            let bad = MailServer::read("smtps://a.b", from).expect_err(from);
            assert!(bad.to_string().contains("`mail_from`"), "{bad}");
        }
    }
}
