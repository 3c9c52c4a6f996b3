//! The binary with a certificate of its own: it speaks TLS, and leads whoever does not to it.
#![expect(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

use std::process::Command;
use std::sync::Arc;

use testkit::desk::RunningDesk;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// A desk, and what it shows of itself.
struct Server {
    desk: RunningDesk,
    certificate: CertificateDer<'static>,
    _folder: tempfile::TempDir,
}

fn start() -> Server {
    let folder = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let (certificate, key) = (folder.path().join("desk.pem"), folder.path().join("desk.key"));
    std::fs::write(&certificate, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_volaris"));
    command.arg("--data").arg(folder.path().join("data"));
    command.env("VOLARIS_TLS_CERTIFICATE", certificate).env("VOLARIS_TLS_KEY", key);
    let desk = RunningDesk::start(command).unwrap();
    Server { desk, certificate: made.cert.der().clone(), _folder: folder }
}

impl Server {
    async fn ask_plainly(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(self.desk.address()).await.unwrap();
        let mut answer = Vec::new();
        stream.write_all(request.as_bytes()).await.unwrap();
        // Whoever is cut off has read what there was.
        let _ = stream.read_to_end(&mut answer).await;
        String::from_utf8_lossy(&answer).into_owned()
    }

    async fn ask(&self, request: &str) -> String {
        let mut roots = RootCertStore::empty();
        roots.add(self.certificate.clone()).unwrap();
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let stream = TcpStream::connect(self.desk.address()).await.unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        let mut stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await.unwrap();
        let mut answer = Vec::new();
        stream.write_all(request.as_bytes()).await.unwrap();
        let _ = stream.read_to_end(&mut answer).await;
        String::from_utf8_lossy(&answer).into_owned()
    }
}

#[tokio::test]
async fn a_desk_with_a_certificate_speaks_tls_and_nothing_else() {
    let server = start();
    let answer =
        server.ask("GET /health HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.contains("strict-transport-security: max-age="), "{answer}");
    // A secret travels by TLS alone.
    let form = "email=ada%40example.com&password=correct+horse+battery";
    let answer = server
        .ask(&format!(
            "POST /account/protect HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\
             sec-fetch-site: same-origin\r\ncontent-type: application/x-www-form-urlencoded\r\n\
             content-length: {}\r\n\r\n{form}",
            form.len()
        ))
        .await;
    assert!(answer.starts_with("HTTP/1.1 303"), "{answer}");
    assert!(answer.contains("set-cookie: __Host-sid=") && answer.contains("; Secure"), "{answer}");

    let port = server.desk.address().port();
    let plain = format!("GET /chart/SPX?a=b HTTP/1.1\r\nhost: localhost:{port}\r\n\r\n");
    let plain = plain.replace("\r\n\r\n", "\r\nconnection: close\r\n\r\n");
    // A program is refused, a person led on.
    let answer = server.ask_plainly(&plain).await;
    assert!(answer.starts_with("HTTP/1.1 426"), "{answer}");
    let plain = plain.replace("\r\n\r\n", "\r\naccept: text/html\r\n\r\n");
    let answer = server.ask_plainly(&plain).await;
    assert!(answer.starts_with("HTTP/1.1 308"), "{answer}");
    let to = format!("location: https://localhost:{port}/chart/SPX?a=b\r\n");
    assert!(answer.contains(&to), "{answer}");
    // Nobody is led to a stranger's address.
    let answer = server.ask_plainly(&plain.replace("localhost", "evil.example")).await;
    assert!(answer.starts_with("HTTP/1.1 421"), "{answer}");
    let answer = server.ask_plainly("\u{16}\u{3}\u{1}\u{0}\u{5}hello").await;
    assert!(!answer.contains("HTTP"), "{answer}");
}
