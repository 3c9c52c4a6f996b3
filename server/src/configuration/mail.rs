//! The mail server, where one is named.

use notify::MailServer;

/// The mail server that these settings name together.
pub(super) fn mail_of(
    mail: Option<String>,
    from: Option<String>,
) -> anyhow::Result<Option<MailServer>> {
    match (mail, from) {
        (Some(mail), Some(from)) => Ok(Some(MailServer::read(&mail, &from)?)),
        (None, None) => Ok(None),
        (Some(_), None) => anyhow::bail!(
            "`mail` is set and `mail_from` is not: say who mails come from, as Desk \
             <desk@example.com>"
        ),
        (None, Some(_)) => anyhow::bail!(
            "`mail_from` is set and `mail` is not: name the mail server, as \
             smtps://user:password@smtp.example.com"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_are_named_or_neither() {
        let of = |mail: Option<&str>, from: Option<&str>| {
            mail_of(mail.map(str::to_owned), from.map(str::to_owned))
        };
        let (mail, from) = ("smtps://ada:s3cret@a.b", "Desk <desk@example.com>");
        let server = of(Some(mail), Some(from)).expect("a server").expect("a server");
        assert_eq!(format!("{server:?}"), "MailServer(a.b:465)");
        assert!(of(None, None).expect("nothing").is_none());
        for (mail, from, names) in [
            (Some(mail), None, "`mail_from`"),
            (None, Some(from), "`mail`"),
            (Some("ada:s3cret@a.b"), Some(from), "`mail`"),
            (Some(mail), Some("nobody"), "`mail_from`"),
        ] {
            let error = of(mail, from).expect_err(names).to_string();
            assert!(error.contains(names) && !error.contains("s3cret"), "{error}");
        }
    }
}
