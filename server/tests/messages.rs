//! Where a message of HTTP ends: what could be read in two ways is refused or read in the one that
//! the standard has (RFC 9112, 6.3), so that nobody slips a question in behind another's.
#![expect(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

use std::process::Command;

use testkit::desk::RunningDesk;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What follows the message: answered with 200, where it is a question of its own.
const NEXT: &str = "GET /health HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";

/// The statuses of all that is answered to these words.
async fn statuses(desk: &RunningDesk, words: &str) -> Vec<String> {
    let mut stream = TcpStream::connect(desk.address()).await.unwrap();
    stream.write_all(words.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let parts = answer.split("HTTP/1.1 ").skip(1);
    parts.map(|part| part.split(' ').next().unwrap_or_default().to_owned()).collect()
}

#[tokio::test]
async fn a_message_ends_in_one_place() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_volaris"));
    command.arg("--data").arg(folder.path().join("data"));
    let desk = RunningDesk::start(command).unwrap();
    let check = async |told: &str, head: &str, body: &str, expected: &[&str]| {
        let words = format!(
            "POST /settings/appearance HTTP/1.1\r\nhost: localhost\r\n\
             sec-fetch-site: same-origin\r\ncontent-type: application/x-www-form-urlencoded\r\n\
             {head}\r\n\r\n{body}{NEXT}"
        );
        assert_eq!(statuses(&desk, &words).await, expected, "{told}");
    };
    let (form, chunks) = ("look=dark", "9\r\nlook=dark\r\n0\r\n\r\n");
    let both = ["303", "200"];
    check("a length", "content-length: 9", form, &both).await;
    check("chunks", "transfer-encoding: chunked", chunks, &both).await;
    check("the same length twice", "content-length: 9\r\ncontent-length: 9", form, &both).await;
    // Chunks count, whatever a length says besides, and nothing is read after them: of a length
    // that was believed the form would be another one, and a part of it be a question.
    for length in ["0", "3", "1000"] {
        let head = format!("content-length: {length}\r\ntransfer-encoding: chunked");
        check("a length and chunks", &head, chunks, &["303"]).await;
        let head = format!("transfer-encoding: chunked\r\ncontent-length: {length}");
        check("chunks and a length", &head, chunks, &["303"]).await;
    }
    for (told, head) in [
        ("two lengths", "content-length: 9\r\ncontent-length: 5"),
        ("a list of lengths", "content-length: 9, 5"),
        ("a length that is none", "content-length: +9"),
        ("less than nothing", "content-length: -1"),
        ("another coding", "transfer-encoding: gzip"),
        ("a coding after the chunks", "transfer-encoding: chunked, identity"),
        ("a coding that looks like chunks", "transfer-encoding: xchunked"),
        ("a blank before the colon", "transfer-encoding : chunked"),
        ("a folded line", "x-a: b\r\n transfer-encoding: chunked"),
        ("a line that ends too early", "x-a: b\rcontent-length: 9"),
    ] {
        check(told, head, form, &["400"]).await;
    }
}
