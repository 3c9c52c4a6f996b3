//! What tests start for real, so that nothing has to be faked.

pub mod desk;
pub mod mail_server;
pub mod nats;
pub mod ports;
pub mod postgres;
