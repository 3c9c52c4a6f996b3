//! Ports that nobody listens at.

use std::net::TcpListener;

/// One of them.
///
/// # Errors
///
/// Where there is none.
pub fn free_port() -> std::io::Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}
