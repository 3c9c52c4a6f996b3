//! A mail server that speaks SMTP (RFC 5321) over a real socket, with and without TLS, and
//! misbehaves as it is told.

use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio_rustls::rustls;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

/// How it talks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speaks {
    /// So that everybody reads along.
    Plain,
    /// TLS once it is asked for it; nothing is taken before.
    StartTls,
    /// TLS from the first byte.
    Tls,
}

/// What it does with a connection instead of taking its mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// Takes the mail after all.
    Takes,
    /// Says 550 to the sender.
    RefusesSender,
    /// Says 451 to whom the mail is for.
    IsBusy,
    /// Hangs up before its first word.
    HangsUp,
    /// Hangs up in the middle of the mail.
    HangsUpInside,
    /// Says what no mail server says.
    Mumbles,
}

/// A mail that it took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenMail {
    /// Who it came from.
    pub from: String,
    /// Whom it is for.
    pub to: Vec<String>,
    /// All of it, head and body, with single line ends.
    pub text: String,
    /// Whether nobody read along.
    pub is_by_tls: bool,
    /// Whether the user and the password were told and right.
    pub is_logged_in: bool,
}

/// A mail server on this machine, which ends with this.
pub struct MailServer {
    port: u16,
    speaks: Speaks,
    certificate: String,
    shared: Arc<Shared>,
}

struct Shared {
    kept: Mutex<Kept>,
    comes: Condvar,
    is_over: AtomicBool,
    tls: Arc<rustls::ServerConfig>,
    /// What AUTH PLAIN must bring; nothing where nobody is asked.
    login: Option<String>,
}

#[derive(Default)]
struct Kept {
    taken: Vec<TakenMail>,
    manners: VecDeque<Manner>,
    connections: usize,
}

/// How long a test waits for a mail, and the server for a word.
const WAIT_MAX: Duration = Duration::from_secs(20);
/// The longest line that it reads.
const LINE_MAX: usize = 4_096;

impl MailServer {
    /// Starts one that takes everything.
    ///
    /// # Errors
    ///
    /// When there is no port, or no certificate can be made.
    pub fn start(speaks: Speaks) -> io::Result<Self> {
        Self::start_with(speaks, None)
    }

    /// Starts one that asks for a user and a password.
    ///
    /// # Errors
    ///
    /// As [`Self::start`].
    pub fn asking(speaks: Speaks, user: &str, password: &str) -> io::Result<Self> {
        Self::start_with(speaks, Some(base64(format!("\0{user}\0{password}").as_bytes())))
    }

    fn start_with(speaks: Speaks, login: Option<String>) -> io::Result<Self> {
        let signed = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]);
        let signed = signed.map_err(io::Error::other)?;
        let certificate = signed.cert.pem();
        let key = PrivatePkcs8KeyDer::from(signed.signing_key.serialize_der());
        let chain = vec![signed.cert.der().clone()];
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .and_then(|tls| {
                tls.with_no_client_auth().with_single_cert(chain, PrivateKeyDer::from(key))
            })
            .map_err(io::Error::other)?;
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let port = listener.local_addr()?.port();
        let shared = Arc::new(Shared {
            kept: Mutex::default(),
            comes: Condvar::new(),
            is_over: AtomicBool::new(false),
            tls: Arc::new(tls),
            login,
        });
        let theirs = Arc::clone(&shared);
        std::thread::spawn(move || accept(&listener, speaks, &theirs));
        Ok(Self { port, speaks, certificate, shared })
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Where it is, as a setting has it.
    pub fn address(&self) -> String {
        let scheme = if self.speaks == Speaks::Tls { "smtps" } else { "smtp" };
        format!("{scheme}://localhost:{}", self.port)
    }

    /// The certificate of `localhost` that it shows, as PEM.
    pub fn certificate(&self) -> &str {
        &self.certificate
    }

    /// What it does with the next connections, one after the other; then it takes everything.
    pub fn will(&self, manners: impl IntoIterator<Item = Manner>) {
        self.shared.kept().manners.extend(manners);
    }

    /// The mails that it took.
    pub fn taken(&self) -> Vec<TakenMail> {
        self.shared.kept().taken.clone()
    }

    /// How many connections there were.
    pub fn connections(&self) -> usize {
        self.shared.kept().connections
    }

    /// Waits until it took so many mails.
    ///
    /// # Errors
    ///
    /// When they do not come: how many did.
    pub fn wait_for(&self, many: usize) -> Result<Vec<TakenMail>, String> {
        let waiting = self
            .shared
            .comes
            .wait_timeout_while(self.shared.kept(), WAIT_MAX, |kept| kept.taken.len() < many);
        let (kept, waited) = waiting.unwrap_or_else(PoisonError::into_inner);
        match waited.timed_out() {
            true => Err(format!("{} of {many} mails came", kept.taken.len())),
            false => Ok(kept.taken.clone()),
        }
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::Release);
        // So that it looks.
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}

impl Shared {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn accept(listener: &TcpListener, speaks: Speaks, shared: &Arc<Shared>) {
    for stream in listener.incoming() {
        if shared.is_over.load(Ordering::Acquire) {
            return;
        }
        let Ok(stream) = stream else { continue };
        let shared = Arc::clone(shared);
        // Whoever hangs up first has nothing to be told.
        std::thread::spawn(move || {
            let _ = serve(stream, speaks, &shared);
        });
    }
}

fn serve(mut stream: TcpStream, speaks: Speaks, shared: &Shared) -> io::Result<()> {
    stream.set_read_timeout(Some(WAIT_MAX))?;
    let manner = {
        let mut kept = shared.kept();
        kept.connections += 1;
        kept.manners.pop_front().unwrap_or(Manner::Takes)
    };
    if manner == Manner::HangsUp {
        return Ok(());
    }
    if speaks != Speaks::Tls {
        let offers_tls = speaks == Speaks::StartTls;
        let mut plain = Talk { stream: &mut stream, shared, manner, offers_tls, is_by_tls: false };
        plain.say("220 localhost speaks SMTP")?;
        if !plain.talk()? {
            return Ok(());
        }
    }
    let tls = rustls::ServerConnection::new(Arc::clone(&shared.tls)).map_err(io::Error::other)?;
    let mut stream = rustls::StreamOwned::new(tls, stream);
    let mut safe = Talk { stream: &mut stream, shared, manner, offers_tls: false, is_by_tls: true };
    if speaks == Speaks::Tls {
        safe.say("220 localhost speaks SMTP")?;
    }
    safe.talk().map(|_| ())
}

/// One side of a conversation.
struct Talk<'a, S> {
    stream: &'a mut S,
    shared: &'a Shared,
    manner: Manner,
    offers_tls: bool,
    is_by_tls: bool,
}

impl<S: Read + Write> Talk<'_, S> {
    fn say(&mut self, words: &str) -> io::Result<()> {
        self.stream.write_all(format!("{words}\r\n").as_bytes())?;
        self.stream.flush()
    }

    /// A line without its end, read by the byte: what follows may be TLS already.
    fn hear(&mut self) -> io::Result<String> {
        let mut line = Vec::new();
        let mut byte = [0];
        while line.len() < LINE_MAX {
            self.stream.read_exact(&mut byte)?;
            line.push(byte[0]);
            if line.ends_with(b"\r\n") {
                line.truncate(line.len() - 2);
                return Ok(String::from_utf8_lossy(&line).into_owned());
            }
        }
        Err(io::ErrorKind::InvalidData.into())
    }

    /// Talks until the other side leaves; true where TLS begins instead.
    fn talk(&mut self) -> io::Result<bool> {
        let (mut from, mut to, mut is_logged_in) = (String::new(), Vec::new(), false);
        loop {
            let line = self.hear()?;
            let word = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
            match word.as_str() {
                "EHLO" => self.greet()?,
                "STARTTLS" if self.offers_tls => {
                    self.say("220 go ahead")?;
                    return Ok(true);
                }
                "MAIL" | "AUTH" if self.offers_tls => self.say("530 STARTTLS first")?,
                "AUTH" => {
                    let told = line.strip_prefix("AUTH PLAIN ").map(str::to_owned);
                    is_logged_in = told.is_some() && told == self.shared.login;
                    let words = ["535 wrong user or password", "235 come in"];
                    self.say(words[usize::from(is_logged_in)])?;
                }
                "MAIL" if self.shared.login.is_some() && !is_logged_in => {
                    self.say("530 who are you?")?;
                }
                "MAIL" if self.manner == Manner::RefusesSender => {
                    self.say("550 5.7.1 that sender is not ours")?;
                }
                "MAIL" => {
                    from = named(&line);
                    self.say("250 ok")?;
                }
                "RCPT" if self.manner == Manner::IsBusy => {
                    self.say("451 4.3.0 come again later")?
                }
                "RCPT" => {
                    to.push(named(&line));
                    self.say("250 ok")?;
                }
                "DATA" => {
                    self.say("354 go on, and end with a dot")?;
                    let Some(text) = self.take()? else { return Ok(false) };
                    let (from, to) = (std::mem::take(&mut from), std::mem::take(&mut to));
                    let is_by_tls = self.is_by_tls;
                    let mail = TakenMail { from, to, text, is_by_tls, is_logged_in };
                    self.shared.kept().taken.push(mail);
                    self.shared.comes.notify_all();
                    self.say("250 2.0.0 taken")?;
                }
                "NOOP" | "RSET" => self.say("250 ok")?,
                "QUIT" => {
                    self.say("221 bye")?;
                    return Ok(false);
                }
                _ => self.say("502 not known here")?,
            }
        }
    }

    fn greet(&mut self) -> io::Result<()> {
        if self.manner == Manner::Mumbles {
            return self.say("what?");
        }
        let mut offers = vec!["localhost", "8BITMIME", "SMTPUTF8"];
        if self.offers_tls {
            offers.push("STARTTLS");
        } else if self.shared.login.is_some() {
            offers.push("AUTH PLAIN");
        }
        let last = offers.len() - 1;
        for (place, offer) in offers.into_iter().enumerate() {
            let mark = if place == last { ' ' } else { '-' };
            self.say(&format!("250{mark}{offer}"))?;
        }
        Ok(())
    }

    /// A whole mail; nothing where the server hangs up meanwhile.
    fn take(&mut self) -> io::Result<Option<String>> {
        let mut text = String::new();
        loop {
            let line = self.hear()?;
            if self.manner == Manner::HangsUpInside {
                return Ok(None);
            }
            if line == "." {
                return Ok(Some(text));
            }
            text.push_str(line.strip_prefix('.').unwrap_or(&line));
            text.push('\n');
        }
    }
}

/// What stands between angles.
fn named(line: &str) -> String {
    let inside = line.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
    inside.map(|(name, _)| name.to_owned()).unwrap_or_default()
}

/// RFC 4648, as AUTH PLAIN brings what it knows.
fn base64(bytes: &[u8]) -> String {
    const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let part = |place: usize| u32::from(three.get(place).copied().unwrap_or(0));
        let bits = (part(0) << 16) | (part(1) << 8) | part(2);
        for place in 0..4 {
            let sign = usize::try_from((bits >> (18 - 6 * place)) & 63).unwrap_or(0);
            text.push(if place <= three.len() { char::from(SIGNS[sign]) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_is_written_as_the_standard_has_it() {
        for (plain, expected) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foobar", "Zm9vYmFy")] {
            assert_eq!(base64(plain.as_bytes()), expected);
        }
    }
}
