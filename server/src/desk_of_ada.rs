//! For tests: a database in a folder of its own, and Ada, who owns the desk.

use std::path::Path;
use std::sync::Arc;

use desk::{Account, OwnerId, Role, Store, Tier};
use market::Moment;
use store::{Database, DatabaseUrl};

/// A new database with its tables, where a desk of this folder has it.
pub(crate) async fn new_store(folder: &Path) -> Arc<dyn Store> {
    let database = Database::open(&DatabaseUrl::File(folder.join("volaris.db"))).await;
    let database = database.expect("a database");
    database.migrate().await.expect("its tables");
    Arc::new(database)
}

/// Her account, as it is to be kept; it has no password.
pub(crate) fn ada() -> Account {
    Account {
        id: String::new(),
        owner: OwnerId::read("ada".to_owned()),
        email: "ada@example.com".to_owned(),
        name: String::new(),
        password: String::new(),
        role: Role::Owner,
        tier: Tier::Lite,
        is_suspended: false,
        created_at: Moment(0),
    }
}
