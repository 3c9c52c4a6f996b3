//! Mail by SMTP (RFC 5321), over TLS unless the mail server is on the same machine.

#[cfg(test)]
mod tests;

use std::error::Error;
use std::time::Duration;

use async_trait::async_trait;
use desk::{Mail, MailError, Postman};
use lettre::address::Address;
use lettre::message::header::{ContentType, Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};

use crate::mail_server::{MailServer, Safety};

/// How long the mail server may take for a word.
const WORD_MAX: Duration = Duration::from_secs(20);
/// And for all of it.
const ALL_MAX: Duration = Duration::from_secs(60);

/// Carries mail to a mail server, each by a connection of its own: there are few.
pub struct Smtp {
    server: MailServer,
    transport: AsyncSmtpTransport<Tokio1Executor>,
}

impl Smtp {
    /// One that trusts whom this machine trusts.
    ///
    /// # Errors
    ///
    /// When the machine's certificates cannot be used.
    pub fn new(server: MailServer) -> Result<Self, MailError> {
        Self::trusting(server, None)
    }

    /// One that trusts another certificate (PEM) besides.
    ///
    /// # Errors
    ///
    /// When that is none, or the machine's cannot be used.
    pub fn trusting(server: MailServer, certificate: Option<&str>) -> Result<Self, MailError> {
        let parameters = || {
            let mut parameters = TlsParameters::builder(server.host.clone());
            if let Some(pem) = certificate {
                let certificate = Certificate::from_pem(pem.as_bytes()).map_err(told)?;
                parameters = parameters.add_root_certificate(certificate);
            }
            parameters.build_rustls().map_err(told)
        };
        let tls = match server.safety {
            Safety::Tls => Tls::Wrapper(parameters()?),
            Safety::StartTls => Tls::Required(parameters()?),
            Safety::SameMachine => Tls::None,
        };
        // The name of the machine is nobody's business; where mails come from is known.
        let hello = ClientId::Domain(server.from.email.domain().to_owned());
        let mut transport =
            AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(server.host.clone())
                .port(server.port)
                .tls(tls)
                .timeout(Some(WORD_MAX))
                .hello_name(hello);
        if let Some((user, password)) = server.login.clone() {
            transport = transport.credentials(Credentials::new(user, password));
        }
        Ok(Self { server, transport: transport.build() })
    }

    /// A mail in the form that it travels in.
    fn message(&self, mail: &Mail) -> Result<Message, MailError> {
        // No words of a mail become lines of its head.
        let is_plain = |text: &str| !text.chars().any(char::is_control);
        if !is_plain(&mail.to) || !is_plain(&mail.subject) {
            return Err(MailError::Malformed("an address and a subject are one line each"));
        }
        if mail.id.is_empty() || !mail.id.chars().all(|one| one.is_ascii_alphanumeric()) {
            return Err(MailError::Malformed("its identity has letters and digits alone"));
        }
        let to: Address =
            mail.to.parse().map_err(|_| MailError::Malformed("no mail reaches its address"))?;
        Message::builder()
            .from(self.server.from.clone())
            .to(Mailbox::new(None, to))
            .subject(mail.subject.clone())
            .message_id(Some(format!("<{}@{}>", mail.id, self.server.from.email.domain())))
            .header(AutoSubmitted)
            .header(ContentType::TEXT_PLAIN)
            .body(mail.text.clone())
            .map_err(|_| MailError::Malformed("it has no sender or nobody to go to"))
    }
}

#[async_trait]
impl Postman for Smtp {
    fn server(&self) -> String {
        self.server.to_string()
    }

    async fn send(&self, mail: &Mail) -> Result<String, MailError> {
        let message = self.message(mail)?;
        let sent = tokio::time::timeout(ALL_MAX, self.transport.send(message)).await;
        let answer = sent.map_err(|_| too_long())?.map_err(told)?;
        let words: Vec<&str> = answer.message().collect();
        Ok(format!("{} {}", answer.code(), words.join(" ")))
    }

    async fn greet(&self) -> Result<(), MailError> {
        let greeted = tokio::time::timeout(ALL_MAX, self.transport.test_connection()).await;
        match greeted.map_err(|_| too_long())?.map_err(told)? {
            true => Ok(()),
            false => Err(MailError::Unreached("it hung up after it let us in".to_owned())),
        }
    }
}

/// Says that no person wrote it, so that nobody's absence is told in return (RFC 3834).
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

fn too_long() -> MailError {
    MailError::Unreached(format!("it took more than {} s", ALL_MAX.as_secs()))
}

/// What went wrong, without anybody's words in what may be logged.
fn told(error: smtp::Error) -> MailError {
    let source = error.source().map(ToString::to_string).unwrap_or_default();
    if let Some(code) = error.status() {
        return MailError::Refused { code: code.into(), said: source };
    }
    if error.is_response() {
        return MailError::Unreached("it said what no mail server says".to_owned());
    }
    if error.is_timeout() {
        return MailError::Unreached(format!("no answer within {} s", WORD_MAX.as_secs()));
    }
    let what = if error.is_tls() { "TLS: " } else { "" };
    MailError::Unreached(format!("{what}{source}"))
}
