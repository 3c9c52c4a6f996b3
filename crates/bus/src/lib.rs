//! How the servers of one desk talk to each other: over NATS, in words that they agree on
//! themselves.
//!
//! A word that is told reaches every other server once, or never: nobody keeps it for who is away.
//! The only crate that names async-nats; knows nothing of tapes.

use std::str::FromStr;
use std::time::Duration;

use async_nats::{Client, ConnectOptions, Event, Message, ServerAddr, Subscriber};
use futures::StreamExt;
use futures::stream::{Select, select};
use tracing::{info, warn};

/// How long an answer may take.
const ANSWER_MAX: Duration = Duration::from_secs(3);
/// The longest pause before a server of NATS that is away is tried again.
const RECONNECT_MAX: Duration = Duration::from_secs(2);

/// Why nothing was said or heard.
#[derive(Debug, thiserror::Error)]
pub enum BusError {
    /// What is configured is no address.
    #[error("`{shown}` is no address of NATS: expected one as nats://nats.example.com:4222")]
    Address {
        /// What was configured, without its password.
        shown: String,
    },
    /// Nobody answered in time.
    #[error("no other server answered")]
    Unanswered,
    /// NATS could not be used.
    #[error("NATS did not {doing}")]
    Broken {
        /// What was tried.
        doing: &'static str,
        /// Its own words.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// A place at which the servers of one desk meet. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Bus {
    client: Client,
    words: String,
    questions: String,
}

/// What the others say.
#[derive(Debug)]
pub struct Hearing {
    bus: Bus,
    messages: Select<Subscriber, Subscriber>,
}

/// Something that another server said.
#[derive(Debug)]
pub enum Heard {
    /// It told everybody.
    Word(Vec<u8>),
    /// It asks, and waits for whoever can answer.
    Question(Vec<u8>, Asker),
}

/// Another server that waits for an answer.
#[derive(Debug)]
pub struct Asker {
    client: Client,
    inbox: async_nats::Subject,
}

fn broken<E>(doing: &'static str) -> impl FnOnce(E) -> BusError
where
    E: std::error::Error + Send + Sync + 'static,
{
    move |source| BusError::Broken { doing, source: Box::new(source) }
}

/// Addresses with a comma between them.
///
/// # Errors
///
/// Where one of them is none.
pub fn check_address(address: &str) -> Result<(), BusError> {
    addresses(address).map(|_| ())
}

fn addresses(text: &str) -> Result<Vec<ServerAddr>, BusError> {
    let one = |text: &str| {
        // What stands before the host may be a password.
        let shown =
            || BusError::Address { shown: text.rsplit('@').next().unwrap_or_default().to_owned() };
        let is_known = ["nats://", "tls://"].iter().any(|scheme| text.starts_with(scheme));
        let address = ServerAddr::from_str(text).ok().filter(|_| is_known);
        address.filter(|address| !address.host().is_empty()).ok_or_else(shown)
    };
    text.split(',').map(str::trim).map(one).collect()
}

impl Bus {
    /// Meets the servers of the desk of this name. Where NATS is away it is tried again until it is
    /// there; nothing is said or heard meanwhile.
    ///
    /// # Errors
    ///
    /// Where the address is none.
    pub async fn connect(address: &str, desk: &str) -> Result<Self, BusError> {
        let options = ConnectOptions::new()
            .name("volaris")
            // Who speaks need not hear it.
            .no_echo()
            .retry_on_initial_connect()
            .connection_timeout(Duration::from_secs(2))
            .request_timeout(Some(ANSWER_MAX))
            .ping_interval(Duration::from_secs(5))
            .reconnect_delay_callback(|tries| {
                let pause = Duration::from_millis(100).saturating_mul(1 << tries.min(5));
                pause.min(RECONNECT_MAX)
            })
            .event_callback(tell_of);
        let client = options.connect(addresses(address)?).await.map_err(broken("connect"))?;
        let subject = |kind: &str| format!("volaris.{desk}.{kind}");
        Ok(Self { client, words: subject("words"), questions: subject("questions") })
    }

    /// Whether NATS is there now.
    pub fn is_connected(&self) -> bool {
        self.client.connection_state() == async_nats::connection::State::Connected
    }

    /// Waits until NATS has taken all that was said.
    ///
    /// # Errors
    ///
    /// Where it is away.
    pub async fn flush(&self) -> Result<(), BusError> {
        self.client.flush().await.map_err(broken("take what was said"))
    }

    /// Tells every other server.
    ///
    /// # Errors
    ///
    /// Where NATS does not take it.
    pub async fn tell(&self, word: Vec<u8>) -> Result<(), BusError> {
        // What is said while nobody hears it would be heard later, when it is not true any more.
        if !self.is_connected() {
            return Ok(());
        }
        let told = self.client.publish(self.words.clone(), word.into()).await;
        told.map_err(broken("take a word"))
    }

    /// Asks the others; the answer of whoever can give one.
    ///
    /// # Errors
    ///
    /// Where nobody does in time, or NATS is away.
    pub async fn ask(&self, question: Vec<u8>) -> Result<Vec<u8>, BusError> {
        if !self.is_connected() {
            return Err(BusError::Unanswered);
        }
        match self.client.request(self.questions.clone(), question.into()).await {
            Ok(answer) => Ok(answer.payload.into()),
            Err(_) => Err(BusError::Unanswered),
        }
    }

    /// Hears all that the others say from now on.
    ///
    /// # Errors
    ///
    /// Where NATS does not take it.
    pub async fn listen(&self) -> Result<Hearing, BusError> {
        let subscribe = async |subject: &String| {
            self.client.subscribe(subject.clone()).await.map_err(broken("let this server listen"))
        };
        let messages = select(subscribe(&self.words).await?, subscribe(&self.questions).await?);
        Ok(Hearing { bus: self.clone(), messages })
    }
}

impl Hearing {
    /// What is said next; nothing when nothing more will be.
    pub async fn next(&mut self) -> Option<Heard> {
        let Message { payload, reply, .. } = self.messages.next().await?;
        Some(match reply {
            Some(inbox) => {
                Heard::Question(payload.into(), Asker { client: self.bus.client.clone(), inbox })
            }
            None => Heard::Word(payload.into()),
        })
    }
}

impl Asker {
    /// Answers.
    ///
    /// # Errors
    ///
    /// Where NATS does not take it.
    pub async fn answer(self, answer: Vec<u8>) -> Result<(), BusError> {
        self.client.publish(self.inbox, answer.into()).await.map_err(broken("take an answer"))
    }
}

async fn tell_of(event: Event) {
    match event {
        Event::Connected => info!("NATS is there"),
        Event::Disconnected => warn!("NATS is away: servers do not hear each other"),
        Event::SlowConsumer(_) => warn!("what other servers say comes faster than it is heard"),
        other => info!(event = %other, "NATS: {other}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_without_their_passwords() {
        for good in ["nats://localhost:4222", "tls://a:b@nats.example.com", "nats://a, nats://b"] {
            assert!(check_address(good).is_ok(), "{good}");
        }
        for bad in ["", "localhost", "http://localhost", "nats://", "nats://u:hidden@", "nats://a,"]
        {
            let why = check_address(bad).expect_err(bad).to_string();
            assert!(why.contains("nats://nats.example.com:4222"), "{why}");
            assert!(!why.contains("hidden"), "{why}");
        }
    }
}
