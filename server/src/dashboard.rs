//! How much of the desk is used, and whether the machine is well, for those who lead it.

use std::collections::BTreeMap;
use std::path::Path;

use app::{Dashboard, UsagePlot, UsedBy, dashboard_document};
use axum::Router;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use desk::{Person, Role, TapeState, Usage, Used};
use http::HeaderMap;
use market::{Freshness, Moment, TapeId, TradingDate, format};
use serde::Deserialize;

use crate::accounts::Accounts;
use crate::clock::{now, stopwatch};
use crate::pages;
use crate::people::Leader;
use crate::rest::Problem;
use crate::settings::settings_of;

/// How many days are shown.
const DAYS: usize = 30;

/// The route of the document.
pub(crate) fn routes() -> Router<Accounts> {
    Router::new().route("/people/usage", get(page))
}

#[derive(Deserialize)]
struct Of {
    #[serde(default)]
    of: String,
}

async fn page(
    leader: Leader,
    State(accounts): State<Accounts>,
    headers: HeaderMap,
    Query(Of { of }): Query<Of>,
) -> Result<Response, Problem> {
    // So that what was used a moment ago is there.
    accounts.doors.counts.write().await?;
    let store = &accounts.doors.store;
    let people = store.people(now()).await?;
    let days = days_until(now().wall_time().date);
    let usage = store.usage_since(days[0]).await?;
    let whose = people.iter().find(|one| one.account.id == of);
    let plotted = usage.iter().filter(|one| whose.is_none_or(|who| who.account.id == one.account));
    let shown = Dashboard {
        health: health(&accounts).await?,
        plots: plots(&days, &plotted.collect::<Vec<_>>()),
        whose: whose.map(|one| one.account.email.clone()),
        people: people.into_iter().map(|one| used_by(&accounts, one, &usage, &days)).collect(),
        days,
    };
    Ok(pages::document(&headers, |files, preferences| {
        dashboard_document((files, preferences), settings_of(leader.account()), shown)
    }))
}

/// Days up to one, all of them: traders are here on Sundays as well.
fn days_until(today: TradingDate) -> Vec<TradingDate> {
    let today = today.epoch_days();
    let count = i32::try_from(DAYS).unwrap_or(i32::MAX);
    (today - count + 1..=today).map(TradingDate::from_epoch_days).collect()
}

/// How many were here on each day, and how much of each they used.
fn plots(days: &[TradingDate], usage: &[&Usage]) -> Vec<UsagePlot> {
    let mut people: BTreeMap<TradingDate, u64> = BTreeMap::new();
    let mut before = None;
    // They come by day and account: one that was not the last is another.
    for one in usage {
        if before.replace((one.day, &one.account)) != Some((one.day, &one.account)) {
            *people.entry(one.day).or_default() += 1;
        }
    }
    let counts = days.iter().map(|day| people.get(day).copied().unwrap_or(0)).collect();
    let here = UsagePlot { told: "People here", counts };
    let of = |what: Used| {
        let on = |day: &TradingDate| {
            let of_day = usage.iter().filter(|one| one.what == what && one.day == *day);
            of_day.map(|one| one.count).sum()
        };
        UsagePlot { told: what.told(), counts: days.iter().map(on).collect() }
    };
    std::iter::once(here).chain(Used::ALL.map(of)).collect()
}

fn used_by(accounts: &Accounts, one: Person, usage: &[Usage], days: &[TradingDate]) -> UsedBy {
    let account = one.account;
    let today = days.last().copied();
    let own = || usage.iter().filter(|used| used.account == account.id);
    let count = |what: Used| {
        let of = || own().filter(move |used| used.what == what);
        let all = of().map(|used| used.count).sum();
        (of().filter(|used| Some(used.day) == today).map(|used| used.count).sum(), all)
    };
    let has_tier = accounts.doors.tiers.are_on() && account.role == Role::Member;
    let tier = if has_tier { format!(", {}", account.tier.told()) } else { String::new() };
    UsedBy {
        counts: Used::ALL.map(count).to_vec(),
        told: format!("{}{tier}", account.role.told()),
        id: account.id,
        email: account.email,
    }
}

/// What the machine says of itself.
async fn health(accounts: &Accounts) -> Result<Vec<(&'static str, String)>, Problem> {
    let began = stopwatch();
    let facts = accounts.doors.store.facts().await?;
    let answered = began.elapsed();
    let (awake, resting) = accounts.desk.tape_states(now());
    let database = format!(
        "{}, tables of version {}, {}, answered in {:.1} ms",
        facts.kind,
        facts.version,
        bytes(facts.bytes),
        answered.as_secs_f64() * 1e3
    );
    let mut health = vec![
        ("Version", env!("CARGO_PKG_VERSION").to_owned()),
        ("Up since", moment(accounts.began)),
        ("Database", database),
        ("Servers", servers(accounts).await?),
        ("Markets being played", format!("{} moving, {resting} resting", awake.len())),
        ("Feeds", feeds(&awake)),
        ("Live streams open", accounts.listeners.total().to_string()),
    ];
    if accounts.doors.mails.is_some() {
        health.push(("Mails waiting", accounts.doors.store.waiting_mails().await?.to_string()));
    }
    health.extend(memory().map(|used| ("Memory", bytes(used))));
    health.extend(disk_left(&accounts.data).map(|left| ("Left on the disk", bytes(left))));
    Ok(health)
}

/// What the markets that are played hear of their feeds.
fn feeds(tapes: &[TapeState]) -> String {
    let practice = tapes.iter().filter(|one| matches!(one.tape, TapeId::Practice { .. })).count();
    let mut told = vec![
        (practice, "practice"),
        (tapes.len() - practice, "recorded"),
        (tapes.iter().filter(|one| one.is_paused).count(), "paused"),
        (tapes.iter().filter(|one| one.is_ended).count(), "at their end"),
        (tapes.iter().filter(|one| is_silent(one)).count(), "silent"),
    ];
    told.retain(|(count, _)| 0 < *count);
    match told.is_empty() {
        true => "none is heard".to_owned(),
        false => told.iter().map(|(n, what)| format!("{n} {what}")).collect::<Vec<_>>().join(", "),
    }
}

/// Whether a feed is late by more than its promise, as the desk's screen judges it.
fn is_silent(tape: &TapeState) -> bool {
    let is_over = tape.is_paused || tape.is_ended;
    let heard = Freshness::judge(tape.at - tape.heard_at, tape.heartbeat, None);
    !is_over && matches!(heard, Freshness::Stale { .. })
}

/// How many there are, and which of them leads.
async fn servers(accounts: &Accounts) -> Result<String, Problem> {
    let facts = accounts.doors.store.desk_facts().await?;
    let others = accounts.listeners.servers_elsewhere();
    let count = match others {
        0 => "this one".to_owned(),
        more => format!("{} that hear each other", more + 1),
    };
    Ok(match facts.leader.as_str() {
        "" => count,
        leader => format!("{count}; {leader} leads since {}", moment(facts.led_since)),
    })
}

fn moment(at: Moment) -> String {
    format!("{} {} ET", at.wall_time().date, format::minute(at))
}

/// `1.5 GB`.
#[expect(clippy::cast_precision_loss, reason = "two digits are shown")]
pub(crate) fn bytes(count: u64) -> String {
    let (unit, size) = match count {
        0..1_000_000 => ("kB", 1e3),
        1_000_000..1_000_000_000 => ("MB", 1e6),
        _ => ("GB", 1e9),
    };
    format!("{:.1} {unit}", count as f64 / size)
}

/// What this process keeps in memory, where the system tells.
fn memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kilobytes * 1024)
}

/// What is left on the disk for who runs this process, where the system tells.
#[cfg(unix)]
pub(crate) fn disk_left(folder: &Path) -> Option<u64> {
    let facts = rustix::fs::statvfs(folder).ok()?;
    Some(facts.f_bavail.saturating_mul(facts.f_frsize))
}

#[cfg(not(unix))]
pub(crate) fn disk_left(_: &Path) -> Option<u64> {
    None
}

#[cfg(test)]
mod tests {
    use desk::Speed;
    use market::Span;

    use super::*;

    #[test]
    fn a_feed_that_breaks_its_promise_is_silent() {
        let at = Moment(0) + Span::hours(24);
        let heard = TapeState {
            tape: TapeId::Practice { seed: 1 },
            epoch: 0,
            began_at: Moment(0),
            at,
            speed: Speed::try_from(1).expect("a speed"),
            is_paused: false,
            is_ended: false,
            heard_at: at,
            heartbeat: Span::seconds(10),
            first: Moment(0),
            last: at,
        };
        let silent = TapeState { heard_at: at - Span::seconds(16), ..heard.clone() };
        let paused = TapeState { is_paused: true, ..silent.clone() };
        assert_eq!(feeds(&[]), "none is heard");
        assert_eq!(feeds(&[heard.clone(), heard.clone()]), "2 practice");
        assert_eq!(feeds(&[heard, silent, paused]), "3 practice, 1 paused, 1 silent");
    }

    #[test]
    fn people_are_counted_once_a_day() {
        let days = days_until("2026-11-26".parse().expect("a date"));
        assert_eq!((days.len(), days[0].to_string().as_str()), (30, "2026-10-28"));
        let usage = |account: &str, day: usize, what, count| Usage {
            account: account.to_owned(),
            day: days[day],
            what,
            count,
        };
        let all = [
            usage("a", 28, Used::LiveMinutes, 5),
            usage("a", 28, Used::Screens, 2),
            usage("b", 28, Used::Screens, 3),
            usage("b", 29, Used::Screens, 1),
        ];
        let plots = plots(&days, &all.iter().collect::<Vec<_>>());
        let last: Vec<(&str, [u64; 2])> =
            plots.iter().map(|one| (one.told, [one.counts[28], one.counts[29]])).collect();
        assert_eq!(
            last,
            [
                ("People here", [2, 1]),
                ("Screens opened", [5, 1]),
                ("Live minutes", [5, 0]),
                ("Questions of programs", [0, 0]),
            ]
        );
    }

    #[test]
    fn bytes_are_read_by_people() {
        assert_eq!(bytes(51_234), "51.2 kB");
        assert_eq!(bytes(1_500_000), "1.5 MB");
        assert_eq!(bytes(20_000_000_000), "20.0 GB");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_machine_is_asked() {
        assert!(1_000_000 < memory().expect("memory"));
        assert!(disk_left(Path::new("/")).is_some());
    }
}
