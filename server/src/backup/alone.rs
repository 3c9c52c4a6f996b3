//! What is done while no desk runs: what one wrote meanwhile would be lost, or sealed with a key
//! that is no more.

use std::net::TcpListener;
use std::time::Duration;

use anyhow::Context;
use desk::{Lead, ServerStore};
use store::{Database, DatabaseUrl};
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::{CLOSE_MAX, wait_until_closed};
use crate::clock::now;
use crate::configuration::Configuration;
use crate::doctor::{open_database, url};

/// The database ends a lead that says nothing for five seconds.
const HOLD_EVERY: Duration = Duration::from_secs(1);
/// How long it is until the lead is asked for again.
const ASK_EVERY: Duration = Duration::from_millis(200);

/// That no desk runs, as long as this is kept: none starts at the same address, and of a server's
/// database none leads.
#[derive(Debug)]
pub(crate) struct Alone {
    _address: TcpListener,
    _lead: JoinSet<()>,
}

/// Refuses while the desk runs: what it writes meanwhile would be lost. Keep what is returned.
pub(super) fn ensure_nothing_listens(configuration: &Configuration) -> anyhow::Result<TcpListener> {
    let listen = configuration.listen;
    let told =
        format!("something listens on {listen}: stop the desk first, so that it writes nothing");
    TcpListener::bind(listen).context(told)
}

/// Opens the database where no desk has it open, by whatever address that listens and on whatever
/// machine it is.
pub(crate) async fn open_alone(configuration: &Configuration) -> anyhow::Result<(Database, Alone)> {
    let address = ensure_nothing_listens(configuration)?;
    let url = url(configuration);
    if let DatabaseUrl::File(place) = &url {
        // Whoever closes it last takes its logs away.
        let opened = Database::open(&url).await;
        opened.with_context(|| format!("{url:?} cannot be read"))?.close().await;
        wait_until_closed(place).await?;
    }
    let database = open_database(configuration).await?;
    let mut lead = JoinSet::new();
    if let DatabaseUrl::Server(_) = url {
        lead.spawn(hold(take_lead(&database).await?));
    }
    Ok((database, Alone { _address: address, _lead: lead }))
}

/// Takes the lead, which one of the servers that run has; whose was just stopped may still have it.
async fn take_lead(database: &Database) -> anyhow::Result<Box<dyn Lead>> {
    let taken = async {
        loop {
            if let Some(lead) = database.try_lead("volaris rotate-key", now()).await? {
                return Ok(lead);
            }
            tokio::time::sleep(ASK_EVERY).await;
        }
    };
    timeout(CLOSE_MAX, taken).await.context(
        "nothing was changed: a server of this desk runs, on whatever machine: stop all of them \
         first",
    )?
}

async fn hold(mut lead: Box<dyn Lead>) {
    while lead.holds().await {
        tokio::time::sleep(HOLD_EVERY).await;
    }
}
