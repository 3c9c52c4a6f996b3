//! Mail goes to a real mail server on this machine, which misbehaves as it is told.

use proptest::prelude::*;
use testkit::mail_server::{MailServer as Real, Manner, Speaks};

use super::*;

const FROM: &str = "The desk <desk@example.com>";

fn mail(to: &str) -> Mail {
    Mail {
        id: "a1".to_owned(),
        to: to.to_owned(),
        subject: "Your password was changed".to_owned(),
        text: "One line.\n.\nAnother \u{2014} and the last.\n".to_owned(),
    }
}

fn server(address: &str) -> MailServer {
    MailServer::read(address, FROM).expect("a server")
}

/// One that is trusted by its certificate alone, and must be talked to as it says.
fn carrier(real: &Real, safety: Safety) -> Smtp {
    let server = MailServer { safety, ..server(&real.address()) };
    Smtp::trusting(server, Some(real.certificate())).expect("a carrier")
}

async fn send(smtp: &Smtp) -> Result<String, MailError> {
    smtp.send(&mail("ada@example.com")).await
}

#[tokio::test]
async fn a_mail_arrives_as_it_was_written() {
    let real = Real::start(Speaks::Plain).expect("a server");
    let smtp = carrier(&real, Safety::SameMachine);
    assert_eq!(send(&smtp).await.as_deref(), Ok("250 2.0.0 taken"));
    let taken = real.wait_for(1).expect("a mail");
    let [one] = taken.as_slice() else { panic!("{taken:?}") };
    assert_eq!(one.from, "desk@example.com");
    assert_eq!(one.to, ["ada@example.com"]);
    let (head, body) = one.text.split_once("\n\n").expect("head and body");
    for line in [
        "From: \"The desk\" <desk@example.com>",
        "To: ada@example.com",
        "Subject: Your password was changed",
        "Message-ID: <a1@example.com>",
        "Auto-Submitted: auto-generated",
        "Content-Type: text/plain; charset=utf-8",
    ] {
        assert!(head.lines().any(|one| one == line), "{line} is not in\n{head}");
    }
    assert!(head.contains("\nDate: "), "{head}");
    assert!(body.starts_with("One line.\n.\nAnother "), "{body}");
}

#[tokio::test]
async fn nobody_reads_along_on_the_way_to_another_machine() {
    for (speaks, safety) in [(Speaks::Tls, Safety::Tls), (Speaks::StartTls, Safety::StartTls)] {
        let real = Real::asking(speaks, "ada", "s3cret").expect("a server");
        let login = Some(("ada".to_owned(), "s3cret".to_owned()));
        let known = MailServer { safety, login, ..server(&real.address()) };
        let smtp = Smtp::trusting(known.clone(), Some(real.certificate())).expect("a carrier");
        assert_eq!(smtp.greet().await, Ok(()), "{speaks:?}");
        assert!(send(&smtp).await.is_ok(), "{speaks:?}");
        let taken = real.wait_for(1).expect("a mail");
        assert!(taken[0].is_by_tls && taken[0].is_logged_in, "{speaks:?}");
        // Whoever stands in its place has another certificate.
        let Err(MailError::Unreached(why)) = send(&Smtp::new(known).expect("a carrier")).await
        else {
            panic!("a stranger was trusted");
        };
        assert!(why.contains("ertificate"), "{why}");
    }
}

#[tokio::test]
async fn without_tls_nothing_is_said_that_others_may_not_hear() {
    let real = Real::asking(Speaks::Plain, "ada", "s3cret").expect("a server");
    let login = Some(("ada".to_owned(), "s3cret".to_owned()));
    let known = MailServer { safety: Safety::StartTls, login, ..server(&real.address()) };
    let smtp = Smtp::trusting(known, Some(real.certificate())).expect("a carrier");
    for refused in [send(&smtp).await.map(|_| ()), smtp.greet().await] {
        let Err(MailError::Unreached(why)) = refused else { panic!("{refused:?}") };
        assert!(why.contains("STARTTLS"), "{why}");
    }
    assert_eq!(real.taken(), []);
}

#[tokio::test]
async fn a_refusal_is_told_by_its_number_and_the_next_try_may_do_better() {
    let real = Real::start(Speaks::Plain).expect("a server");
    let smtp = carrier(&real, Safety::SameMachine);
    real.will([
        Manner::RefusesSender,
        Manner::IsBusy,
        Manner::HangsUp,
        Manner::HangsUpInside,
        Manner::Mumbles,
    ]);
    let refused = |code: u16, words: &str, error: MailError| {
        let MailError::Refused { code: told, said } = &error else { panic!("{error:?}") };
        assert_eq!(*told, code);
        assert!(said.contains(words), "{said}");
        assert!(!error.to_string().contains(words), "its words are in no log: {error}");
    };
    refused(550, "sender is not ours", send(&smtp).await.expect_err("refused"));
    refused(451, "come again later", send(&smtp).await.expect_err("busy"));
    for what in ["hung up", "hung up inside", "mumbled"] {
        let error = send(&smtp).await.expect_err(what);
        assert!(matches!(error, MailError::Unreached(_)), "{what}: {error:?}");
    }
    assert_eq!(real.taken(), []);
    assert!(send(&smtp).await.is_ok());
    assert_eq!(real.wait_for(1).expect("a mail").len(), 1);
}

#[tokio::test]
async fn a_wrong_password_is_told_and_not_shown() {
    let real = Real::asking(Speaks::Tls, "ada", "s3cret").expect("a server");
    let login = Some(("ada".to_owned(), "s3crets".to_owned()));
    let known = MailServer { login, ..server(&real.address()) };
    let smtp = Smtp::trusting(known, Some(real.certificate())).expect("a carrier");
    let error = smtp.greet().await.expect_err("a wrong password");
    assert!(matches!(error, MailError::Refused { code: 535, .. }), "{error:?}");
    assert!(!format!("{error:?}").contains("s3cret"), "{error:?}");
}

#[tokio::test]
async fn a_mail_server_that_is_away_is_told() {
    // A port on which nobody listens: it was free a moment ago.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let smtp = Smtp::new(server(&format!("smtp://127.0.0.1:{port}"))).expect("a carrier");
    let error = smtp.greet().await.expect_err("nobody is there");
    assert!(error.to_string().contains("refused"), "{error}");
}

/// The lines of a head, with what goes on in the next line joined.
fn head_of(message: &Message) -> Vec<String> {
    let bytes = message.formatted();
    let text = String::from_utf8(bytes).expect("text");
    let (head, _) = text.split_once("\r\n\r\n").expect("a head");
    let mut lines: Vec<String> = Vec::new();
    for line in head.split("\r\n") {
        assert!(!line.contains(['\r', '\n']), "{line:?}");
        match (line.starts_with([' ', '\t']), lines.last_mut()) {
            (true, Some(last)) => last.push_str(line),
            _ => lines.push(line.to_owned()),
        }
    }
    lines
}

proptest! {
    /// Whatever stands in an address or a subject, a mail goes to one person and has the lines
    /// that it should have, or there is no mail.
    #[test]
    fn nothing_in_an_address_or_a_subject_becomes_a_line_of_the_head(
        name in "[a-z\"<>,;: \\r\\n\\t\u{0}@.\u{2028}]{0,12}",
        place in "[a-z.\\r\\n ,:<>\u{85}]{0,12}",
        subject in "\\PC{0,40}|[ -~\\r\\n\\t\u{0}]{0,80}|(a\\r\\nBcc: eve@example.com){1,3}",
        id in "[a-z0-9]{1,8}|[a-z>\\r\\n@]{0,8}",
    ) {
        let smtp = Smtp::new(server("smtp://127.0.0.1")).expect("a carrier");
        let to = format!("{name}@{place}");
        let has_lines = [&to, &subject].iter().any(|text| text.chars().any(char::is_control));
        let mail = Mail { id, to: to.clone(), subject, text: "x".to_owned() };
        let made = smtp.message(&mail);
        prop_assert!(!(has_lines && made.is_ok()), "{mail:?} {to:?}");
        let Ok(message) = made else { return Ok(()) };
        let expected = [
            "From", "To", "Subject", "Message-ID", "Auto-Submitted", "Content-Type",
            "Content-Transfer-Encoding", "Date",
        ];
        let mut names: Vec<String> = head_of(&message)
            .iter()
            .map(|line| line.split(':').next().unwrap_or_default().to_owned())
            .collect();
        names.sort_unstable();
        let mut expected = expected.map(str::to_owned);
        expected.sort_unstable();
        prop_assert_eq!(names, expected);
        prop_assert_eq!(message.envelope().to().len(), 1);
    }
}
