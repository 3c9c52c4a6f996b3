//! Asking an issuer: by TLS, without following it anywhere, and only for so long and so much.

use std::pin::Pin;
use std::time::Duration;

use openidconnect::url::{Host, Url};
use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse, http};

/// How long an answer may take.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);
/// How long it may be.
const ANSWER_BYTES_MAX: usize = 512 * 1024;

/// An address that is not asked.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is no address to ask: expected one by https, or by http on this machine")]
pub struct BadAddress(String);

/// Why nothing came back.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AskError {
    #[error("the connection failed")]
    Failed(#[source] reqwest::Error),
    #[error("the answer has more than {ANSWER_BYTES_MAX} bytes")]
    TooLong,
    #[error("the answer makes no sense")]
    Senseless(#[source] http::Error),
    #[error("it answered {0}")]
    Refused(http::StatusCode),
    #[error(transparent)]
    Address(#[from] BadAddress),
}

/// Whether nobody on the way reads or changes what is asked at an address.
pub fn check_address(text: &str) -> Result<Url, BadAddress> {
    let bad = || BadAddress(text.to_owned());
    let address: Url = text.parse().map_err(|_| bad())?;
    let is_here = match address.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    let is_safe = match address.scheme() {
        "https" => address.host().is_some(),
        "http" => is_here,
        _ => false,
    };
    let is_plain = address.username().is_empty() && address.password().is_none();
    if is_safe && is_plain { Ok(address) } else { Err(bad()) }
}

/// The way to an issuer.
#[derive(Clone)]
pub(crate) struct Connection(reqwest::Client);

impl Connection {
    pub(crate) fn open() -> Result<Self, reqwest::Error> {
        // Another part of the program may have named the same one before.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(ANSWER_TIMEOUT)
            .build()?;
        Ok(Self(client))
    }

    /// Asks; whatever it is answered is an answer.
    pub(crate) async fn ask(&self, request: HttpRequest) -> Result<HttpResponse, AskError> {
        check_address(&request.uri().to_string())?;
        // What stands in an address may be a secret, and errors go to the log.
        let failed = |error: reqwest::Error| AskError::Failed(error.without_url());
        let request = reqwest::Request::try_from(request).map_err(failed)?;
        let mut answer = self.0.execute(request).await.map_err(failed)?;
        let mut told = http::Response::builder().status(answer.status());
        for (name, value) in answer.headers() {
            told = told.header(name, value);
        }
        let mut body = Vec::new();
        while let Some(part) = answer.chunk().await.map_err(failed)? {
            if ANSWER_BYTES_MAX < body.len() + part.len() {
                return Err(AskError::TooLong);
            }
            body.extend_from_slice(&part);
        }
        told.body(body).map_err(AskError::Senseless)
    }

    /// Reads what stands at an address.
    pub(crate) async fn read(&self, address: &str) -> Result<Vec<u8>, AskError> {
        let request = http::Request::get(address)
            .header(http::header::ACCEPT, "application/json")
            .body(Vec::new())
            .map_err(AskError::Senseless)?;
        let answer = self.ask(request).await?;
        if answer.status() != http::StatusCode::OK {
            return Err(AskError::Refused(answer.status()));
        }
        Ok(answer.into_body())
    }
}

impl<'c> AsyncHttpClient<'c> for Connection {
    type Error = AskError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, AskError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.ask(request))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_asked_where_others_listen() {
        for text in [
            "https://accounts.google.com",
            "http://127.0.0.1:9000/a",
            "http://localhost/a",
            "http://[::1]:9000",
        ] {
            assert!(check_address(text).is_ok(), "{text}");
        }
        for text in [
            "",
            "accounts.google.com",
            "http://accounts.google.com",
            "http://10.0.0.1",
            "http://localhost.evil.example",
            "file:///etc/passwd",
            "https://user:word@issuer.example",
        ] {
            assert!(check_address(text).is_err(), "{text}");
        }
    }
}
