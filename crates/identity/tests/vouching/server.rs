//! A small server of JSON on a socket of its own, and keys that sign.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::pin::Pin;
use std::sync::{Arc, Condvar, Mutex};
use std::task::Poll;
use std::thread;

use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

/// What stands at each path, and how often each was asked for.
#[derive(Default)]
struct Shelf {
    pages: BTreeMap<String, Value>,
    asked: BTreeMap<String, u32>,
}

/// Whether it keeps silent.
#[derive(Default)]
struct Tongue {
    is_held: Mutex<bool>,
    is_free: Condvar,
}

/// It answers until its test ends.
#[derive(Clone)]
pub(crate) struct Server {
    pub(crate) address: String,
    shelf: Arc<Mutex<Shelf>>,
    tongue: Arc<Tongue>,
}

impl Server {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let shelf = Arc::new(Mutex::new(Shelf::default()));
        let tongue = Arc::<Tongue>::default();
        let ours = (Arc::clone(&shelf), Arc::clone(&tongue));
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                answer(stream, (&ours.0, &ours.1));
            }
        });
        Self { address, shelf, tongue }
    }

    /// Hears what it is asked, and answers nothing.
    pub(crate) fn hold(&self) {
        *self.tongue.is_held.lock().unwrap() = true;
    }

    /// Answers again, first what it heard meanwhile.
    pub(crate) fn release(&self) {
        *self.tongue.is_held.lock().unwrap() = false;
        self.tongue.is_free.notify_all();
    }

    /// Waits until a path was asked for so often.
    pub(crate) async fn until_asked(&self, path: &str, times: u32) {
        while self.asked(path) < times {
            tokio::task::yield_now().await;
        }
    }

    /// Puts something at a path.
    pub(crate) fn put(&self, path: &str, page: Value) {
        self.shelf.lock().unwrap().pages.insert(path.to_owned(), page);
    }

    /// Takes it away again.
    pub(crate) fn take(&self, path: &str) {
        self.shelf.lock().unwrap().pages.remove(path);
    }

    /// How often a path was asked for.
    pub(crate) fn asked(&self, path: &str) -> u32 {
        self.shelf.lock().unwrap().asked.get(path).copied().unwrap_or_default()
    }
}

/// Asks all of these, each before any of them hears how it came out.
pub(crate) async fn at_once<T>(askers: impl Iterator<Item = impl Future<Output = T>>) -> Vec<T> {
    let mut waiting: Vec<Pin<Box<_>>> = askers.map(Box::pin).collect();
    let mut told = Vec::new();
    poll_fn(|context| {
        waiting.retain_mut(|asker| match asker.as_mut().poll(context) {
            Poll::Ready(outcome) => {
                told.push(outcome);
                false
            }
            Poll::Pending => true,
        });
        if waiting.is_empty() { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    told
}

fn answer(stream: TcpStream, (shelf, tongue): (&Mutex<Shelf>, &Tongue)) {
    let mut reader = BufReader::new(&stream);
    let (mut first, mut length) = (String::new(), 0);
    reader.read_line(&mut first).unwrap();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        let Some((name, value)) = line.trim().split_once(':') else { break };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
    *shelf.lock().unwrap().asked.entry(path.clone()).or_default() += 1;
    drop(tongue.is_free.wait_while(tongue.is_held.lock().unwrap(), |is_held| *is_held));
    let page = shelf.lock().unwrap().pages.get(&path).map(Value::to_string);
    let (status, text) = match &page {
        Some(text) => ("200 OK", text.as_str()),
        None => ("503 Service Unavailable", "{}"),
    };
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
         connection: close\r\n\r\n",
        text.len()
    );
    let mut stream = &stream;
    // Whoever hung up is nobody to complain to.
    let _ = stream.write_all(format!("{head}{text}").as_bytes());
}

/// A key with its name.
pub(crate) struct Signer {
    kid: &'static str,
    key: EncodingKey,
}

impl Signer {
    pub(crate) fn new(kid: &'static str) -> Self {
        let pair = rcgen::KeyPair::generate().unwrap();
        Self { kid, key: EncodingKey::from_ec_der(pair.serialized_der()) }
    }

    pub(crate) fn sign(&self, claims: &Value) -> String {
        let mut header = Header::new(Algorithm::ES256);
        header.kid = Some(self.kid.to_owned());
        jsonwebtoken::encode(&header, claims, &self.key).unwrap()
    }

    fn public(&self) -> Value {
        let mut key = Jwk::from_encoding_key(&self.key, Algorithm::ES256).unwrap();
        key.common.key_id = Some(self.kid.to_owned());
        serde_json::to_value(&key).unwrap()
    }
}

/// The set of some keys.
pub(crate) fn set(signers: &[&Signer]) -> Value {
    json!({ "keys": signers.iter().map(|one| one.public()).collect::<Vec<_>>() })
}
