//! What several servers of one desk know together.

use desk::{AttemptStore, AuditEntry, AuditEvent, AuditStore, Quota, ServerStore};
use market::{Moment, Span};

use super::home::{Home, on_both};

on_both!(
    a_desk_has_a_name_of_its_own,
    the_first_key_is_the_desks,
    attempts_run_out_and_come_back,
    attempts_by_a_clock_that_was_ahead_shut_nobody_out,
    of_many_attempts_at_once_no_more_are_free,
    who_leads_is_counted,
    what_was_written_last_is_known,
    only_a_server_has_a_clock,
);

const NOON: Moment = Moment(1_764_176_400_000_000);
const QUOTA: Quota = Quota { burst: 3, every: Span::minutes(1) };

async fn a_desk_has_a_name_of_its_own(home: Home) {
    let name = home.open().await.desk_facts().await.unwrap().name;
    assert_eq!(name.len(), 32, "{name}");
    assert_eq!(home.open().await.desk_facts().await.unwrap().name, name);
    let other = Home::on_sqlite().open().await.desk_facts().await.unwrap().name;
    assert_ne!(name, other);
}

async fn the_first_key_is_the_desks(home: Home) {
    let store = home.open().await;
    assert_eq!(store.desk_facts().await.unwrap().key_check, "");
    let all = futures::future::join_all(["a", "b", "c"].map(|one| store.write_key_check("", one)));
    let kept: Vec<bool> = all.await.into_iter().map(Result::unwrap).collect();
    assert_eq!(kept.iter().filter(|one| **one).count(), 1, "{kept:?}");
    let first = store.desk_facts().await.unwrap().key_check;
    assert!(!store.write_key_check("z", "d").await.unwrap());
    assert!(store.write_key_check(&first, "e").await.unwrap());
    assert_eq!(store.desk_facts().await.unwrap().key_check, "e");
}

fn names(all: &[&str]) -> Vec<(String, Quota)> {
    all.iter().map(|one| ((*one).to_owned(), QUOTA)).collect()
}

async fn attempts_run_out_and_come_back(home: Home) {
    // Two servers, one desk.
    let (here, there) = (home.open().await, home.open().await);
    let both = names(&["account ada", "network 192.0.2.1"]);
    let tries = async |store: &store::Database, names: &[(String, Quota)], at| {
        store.try_once(names, at).await.unwrap()
    };
    assert!(tries(&here, &both, NOON).await);
    assert!(tries(&there, &both, NOON).await);
    assert!(tries(&here, &both, NOON).await);
    assert!(!tries(&there, &both, NOON).await, "whichever is asked");
    assert!(!tries(&here, &names(&["account ada"]), NOON).await);
    assert!(!tries(&here, &names(&["account eve", "network 192.0.2.1"]), NOON).await);
    assert!(tries(&here, &names(&["account bob", "network 192.0.2.2"]), NOON).await);
    // Whoever has none left takes none of anybody else's.
    for _ in 0..5 {
        assert!(!tries(&here, &names(&["account cid", "network 192.0.2.1"]), NOON).await);
    }
    let of_cid = names(&["account cid", "network 192.0.2.3"]);
    for left in [true, true, true, false] {
        assert_eq!(tries(&there, &of_cid, NOON).await, left);
    }
    // Each minute gives one back, and none more than there were.
    let later = NOON + Span::minutes(1);
    assert!(tries(&there, &both, later).await);
    assert!(!tries(&there, &both, later).await);
    let tomorrow = NOON + Span::hours(24);
    for left in [true, true, true, false] {
        assert_eq!(tries(&here, &both, tomorrow).await, left);
    }
    // Each has a quota of its own: what is short of it is what counts.
    let wide = Quota { burst: 5, every: Span::seconds(6) };
    let of_all = ("account dee".to_owned(), wide);
    for (network, left) in [("a", 3), ("b", 2)] {
        let here_and_all = [(format!("account dee from {network}"), QUOTA), of_all.clone()];
        for _ in 0..left {
            assert!(tries(&here, &here_and_all, tomorrow).await, "{network}");
        }
        assert!(!tries(&here, &here_and_all, tomorrow).await, "{network}");
    }
    // What is forgotten is what is whole again.
    here.forget_attempts(tomorrow + Span::minutes(1)).await.unwrap();
    assert!(tries(&here, &both, tomorrow + Span::minutes(1)).await);
    assert!(!tries(&here, &both, tomorrow + Span::minutes(1)).await);
}

async fn attempts_by_a_clock_that_was_ahead_shut_nobody_out(home: Home) {
    let store = home.open().await;
    let ada = names(&["account ada"]);
    let tries = async |at| store.try_once(&ada, at).await.unwrap();
    for ahead in [Span::hours(2), Span::hours(24 * 365)] {
        assert!(tries(NOON + ahead).await);
        for left in [true, true, true, false] {
            assert_eq!(tries(NOON).await, left, "{ahead:?}");
        }
        store.forget_attempts(NOON + Span::hours(1)).await.unwrap();
    }
    // Clocks are never quite alike: what another server counts holds here as well.
    let soon = NOON + Span::minutes(20);
    for left in [true, true, true, false] {
        assert_eq!(tries(soon).await, left);
    }
    assert!(!tries(NOON).await);
    // What is not over is not forgotten; what only a clock that was ahead has written is.
    store.forget_attempts(NOON).await.unwrap();
    assert!(!tries(NOON).await);
    let in_a_year = NOON + Span::hours(24 * 365);
    for left in [true, true, true, false] {
        assert_eq!(tries(in_a_year).await, left);
    }
    store.forget_attempts(NOON).await.unwrap();
    assert!(tries(in_a_year).await);
}

async fn of_many_attempts_at_once_no_more_are_free(home: Home) {
    let (here, there) = (home.open().await, home.open().await);
    let names = names(&["account ada", "network 192.0.2.1"]);
    let all = (0..24).map(|n| {
        let store = if n % 2 == 0 { &here } else { &there };
        store.try_once(&names, NOON)
    });
    let free = futures::future::join_all(all).await.into_iter().map(Result::unwrap);
    assert_eq!(free.filter(|one| *one).count(), 3);
}

async fn who_leads_is_counted(home: Home) {
    let store = home.open().await;
    let mut first = store.try_lead("a/1", NOON).await.unwrap().unwrap();
    assert!(first.holds().await);
    assert_eq!(first.term(), 1);
    drop(first);
    // The database hears a moment later that the connection is gone.
    let mut second = None;
    for _ in 0..200 {
        second = store.try_lead("b/2", NOON + Span::seconds(1)).await.unwrap();
        if second.is_some() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert_eq!(second.unwrap().term(), 2);
    let facts = store.desk_facts().await.unwrap();
    assert_eq!((facts.leader.as_str(), facts.led_since), ("b/2", NOON + Span::seconds(1)));
}

/// A file has one server, which leads; of several on PostgreSQL one does.
#[tokio::test(flavor = "multi_thread")]
async fn of_several_servers_one_leads() {
    let home = Home::on_postgres();
    let servers = [home.open().await, home.open().await, home.open().await];
    let all = servers.iter().map(|one| one.try_lead("a", NOON));
    let mut leads: Vec<_> =
        futures::future::join_all(all).await.into_iter().filter_map(Result::unwrap).collect();
    assert_eq!(leads.len(), 1);
    let mut lead = leads.remove(0);
    for server in &servers {
        assert!(server.try_lead("b", NOON).await.unwrap().is_none());
    }
    assert!(lead.holds().await);
    // Whoever is cut off by the database knows that it does not lead any more.
    home.tamper(
        "select pg_terminate_backend(pid) from pg_locks \
         where locktype = 'advisory' and objid = 1987013729 \
         and database = (select oid from pg_database where datname = current_database())",
    )
    .await;
    assert!(!lead.holds().await);
    assert!(servers[1].try_lead("b", NOON).await.unwrap().is_some());
}

async fn what_was_written_last_is_known(home: Home) {
    let store = home.open().await;
    assert_eq!(store.newest_moment().await.unwrap(), None, "nothing was written");
    // On a desk without accounts its servers alone write down when they began.
    let lead = store.try_lead("a", NOON).await.unwrap().unwrap();
    assert_eq!(store.newest_moment().await.unwrap(), Some(NOON));
    drop(lead);
    for (at, newest) in [(NOON + Span::minutes(2), 2), (NOON + Span::minutes(1), 2)] {
        let entry = AuditEntry {
            at,
            account: String::new(),
            event: AuditEvent::KeyRotated,
            about: String::new(),
            device: String::new(),
            network: String::new(),
        };
        store.add_audit(&entry).await.unwrap();
        let found = store.newest_moment().await.unwrap();
        assert_eq!(found, Some(NOON + Span::minutes(newest)));
    }
}

async fn only_a_server_has_a_clock(home: Home) {
    let store = home.open().await;
    let (first, second) = (store.clock().await.unwrap(), store.clock().await.unwrap());
    assert_eq!(first.is_some(), matches!(home.url, store::DatabaseUrl::Server(_)));
    assert!(first <= second, "{first:?} {second:?}");
    // In microseconds: it is later than when this was written, and not by thirty years.
    let is_plausible = |at: Moment| NOON < at && at < NOON + Span::hours(24 * 10_000);
    assert!(first.is_none_or(is_plausible), "{first:?}");
}
