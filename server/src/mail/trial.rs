//! `volaris mail test`: sends a line at once, and says what the mail server answered.

use std::process::ExitCode;

use anyhow::{Context, bail};
use desk::{Mail, MailError, Postman, email_of};
use notify::Smtp;

use super::Letter;
use crate::commands::say;
use crate::configuration::Configuration;
use crate::passwords;

/// Sends a trial mail to somebody.
pub(crate) async fn try_out(configuration: &Configuration, to: &str) -> anyhow::Result<ExitCode> {
    let to = email_of(to)?;
    let server = configuration.mail.clone().context(
        "no mail server is named: set `mail`, as smtps://user:password@smtp.example.com, and \
         `mail_from`, as Desk <desk@example.com>",
    )?;
    let postman = Smtp::new(server)?;
    let desk = configuration.address.as_ref().map(ToString::to_string);
    let (subject, text) = Letter::trial(desk.as_deref());
    let mail = Mail { id: passwords::fresh(), to: to.clone(), subject, text };
    match postman.send(&mail).await {
        Ok(answer) => {
            say(&format!("{} took a mail to {to}: {answer}", postman.server()));
            Ok(ExitCode::SUCCESS)
        }
        Err(MailError::Refused { code, said }) => {
            bail!("{} refused it with {code}: {said}", postman.server())
        }
        Err(error) => Err(error).with_context(|| postman.server()),
    }
}
