//! The binary with a certificate of its own: it speaks TLS, and leads whoever does not to it.
#![expect(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

use std::process::Command;
use std::sync::Arc;

use testkit::desk::RunningDesk;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::version::{TLS12, TLS13};
use tokio_rustls::rustls::{
    ClientConfig, ProtocolVersion, RootCertStore, SupportedProtocolVersion,
};

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

    /// Connects by one of these versions.
    async fn connect(
        &self,
        versions: &[&'static SupportedProtocolVersion],
    ) -> TlsStream<TcpStream> {
        let mut roots = RootCertStore::empty();
        roots.add(self.certificate.clone()).unwrap();
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(versions)
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let stream = TcpStream::connect(self.desk.address()).await.unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        TlsConnector::from(Arc::new(config)).connect(name, stream).await.unwrap()
    }

    async fn ask(&self, request: &str) -> String {
        let mut stream = self.connect(&[&TLS13, &TLS12]).await;
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

/// A browser's first words, by one version of TLS and with these ways to encrypt, as RFC 5246 has
/// them; nothing that is newer is offered.
fn hello(version: [u8; 2], suites: &[[u8; 2]]) -> Vec<u8> {
    let sized =
        |body: Vec<u8>| [&u16::try_from(body.len()).unwrap().to_be_bytes()[..], &body].concat();
    let mut body = version.to_vec();
    body.extend([7; 32]);
    body.push(0);
    body.extend(sized(suites.concat()));
    body.extend([1, 0]);
    // The curve P-256 and X25519, points as they are, and what certificates are signed with.
    let curves = [&[0, 10][..], &sized(sized(vec![0, 23, 0, 29]))].concat();
    let points = vec![0, 11, 0, 2, 1, 0];
    let signed = [&[0, 13][..], &sized(sized(vec![4, 3, 8, 4, 4, 1, 2, 1]))].concat();
    body.extend(sized([curves, points, signed].concat()));
    let length = u32::try_from(body.len()).unwrap().to_be_bytes();
    let message = [&[1][..], &length[1..], &body].concat();
    [&[22, 3, 1][..], &sized(message)].concat()
}

#[tokio::test]
async fn what_is_agreed_on_is_new_and_authenticated() {
    let server = start();
    // The newest, whoever has it.
    for (offered, expected) in [
        (&[&TLS13, &TLS12] as &[_], ProtocolVersion::TLSv1_3),
        (&[&TLS12], ProtocolVersion::TLSv1_2),
    ] {
        let stream = server.connect(offered).await;
        let (_, agreed) = stream.get_ref();
        assert_eq!(agreed.protocol_version(), Some(expected));
        let suite = format!("{:?}", agreed.negotiated_cipher_suite().unwrap().suite());
        assert!(suite.contains("_GCM_") || suite.contains("CHACHA20_POLY1305"), "{suite}");
        let is_forward = suite.starts_with("TLS13_") || suite.starts_with("TLS_ECDHE_");
        assert!(is_forward, "{suite}");
    }
    // Our own library offers nothing older: said by hand, it is answered with an alert (21), that
    // of a version (70) or of a handshake (40) that cannot be.
    let good = [0xc0, 0x2b];
    let answered = async |version, suites: &[[u8; 2]]| {
        let mut stream = TcpStream::connect(server.desk.address()).await.unwrap();
        stream.write_all(&hello(version, suites)).await.unwrap();
        let mut answer = [0; 7];
        stream.read_exact(&mut answer).await.unwrap();
        (answer[0], answer[6])
    };
    assert_eq!(answered([3, 3], &[good]).await.0, 22, "TLS 1.2 is agreed on: the words are right");
    for (old, told) in [([3, 0], "SSL 3"), ([3, 1], "TLS 1.0"), ([3, 2], "TLS 1.1")] {
        assert_eq!(answered(old, &[good, [0xc0, 0x09], [0, 0x2f]]).await, (21, 70), "{told}");
    }
    for (weak, told) in [
        ([0, 0x05], "RC4"),
        ([0, 0x0a], "3DES"),
        ([0, 0x2f], "no forward secrecy"),
        ([0, 0x9c], "GCM without forward secrecy"),
        ([0xc0, 0x09], "CBC"),
        ([0xc0, 0x23], "CBC with SHA-256"),
        ([0, 0x00], "nothing"),
    ] {
        assert_eq!(answered([3, 3], &[weak]).await, (21, 40), "{told}");
    }
}
