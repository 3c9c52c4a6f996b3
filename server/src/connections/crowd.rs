//! How many connections there are, in all and from one network: nobody takes every place.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ipnet::IpNet;

use crate::device::{is_in, network_of};

/// Connections served at once.
pub(super) const ALL_MAX: usize = 10_000;
/// Connections of one address, or of one IPv6 network, while half of the places are free: an office
/// with every screen open, or a program that asks without end, has fewer.
const NETWORK_MAX: usize = 1_024;

/// Who is connected.
#[derive(Clone)]
pub(super) struct Crowd {
    /// Everybody comes through these.
    proxies: Arc<[IpNet]>,
    places: Arc<Mutex<Places>>,
}

/// The places, without a lock.
#[derive(Default)]
struct Places {
    all: usize,
    by_network: HashMap<String, usize>,
}

/// A place that is taken until this is dropped.
pub(super) struct Place {
    crowd: Crowd,
    network: Option<String>,
}

impl Crowd {
    /// Nobody is connected. `proxies` are trusted to limit those who come through them.
    pub(super) fn new(proxies: Arc<[IpNet]>) -> Self {
        Self { proxies, places: Arc::default() }
    }

    fn places(&self) -> MutexGuard<'_, Places> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place for whoever connects from `address`; nothing where there is none left for them.
    pub(super) fn enter(&self, address: IpAddr) -> Option<Place> {
        let network = (!is_in(&self.proxies, address)).then(|| network_of(address));
        let is_in = self.places().enter(network.as_deref());
        is_in.then(|| Place { crowd: self.clone(), network })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.crowd.places().leave(self.network.as_deref());
    }
}

impl Places {
    /// Takes a place, if there is one for that network; a proxy's connections are of none.
    fn enter(&mut self, network: Option<&str>) -> bool {
        let free = ALL_MAX - self.all;
        let Some(network) = network else {
            self.all += usize::from(0 < free);
            return 0 < free;
        };
        let taken = self.by_network.get(network).copied().unwrap_or_default();
        if free == 0 || network_max(free) <= taken {
            return false;
        }
        self.by_network.insert(network.to_owned(), taken + 1);
        self.all += 1;
        true
    }

    fn leave(&mut self, network: Option<&str>) {
        self.all -= 1;
        let Some(network) = network else { return };
        if let Some(taken) = self.by_network.get_mut(network) {
            *taken -= 1;
            if *taken == 0 {
                self.by_network.remove(network);
            }
        }
    }
}

/// Connections that one network may have while so many places are free. With half as many free it
/// is a quarter as many: a few networks that take all they can leave room, and whoever has none
/// yet always finds a place while there is one.
fn network_max(free: usize) -> usize {
    const HALF: usize = ALL_MAX / 2;
    let free = free.min(HALF);
    (NETWORK_MAX * free / HALF * free / HALF).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes all that a network can have; how many that is.
    fn fill(places: &mut Places, network: &str) -> usize {
        (0..ALL_MAX).take_while(|_| places.enter(Some(network))).count()
    }

    #[test]
    fn one_network_leaves_places_for_others() {
        let proxies: [IpNet; 1] = ["10.0.0.0/8".parse().expect("a network")];
        let crowd = Crowd::new(Arc::from(proxies));
        let from = |text: &str| crowd.enter(text.parse().expect("an address"));
        let mut inside: Vec<Place> = Vec::new();
        for n in 0..NETWORK_MAX {
            inside.push(from(&format!("2001:db8:1:2::{n:x}")).expect("room"));
        }
        assert!(from("2001:db8:1:2:ffff::1").is_none(), "the same network");
        assert!(from("2001:db8:1:3::1").is_some());
        inside.pop();
        assert!(from("2001:db8:1:2:ffff::1").is_some(), "one left");
        // Through a proxy come all the others.
        while inside.len() < ALL_MAX {
            inside.push(from("10.1.2.3").expect("room"));
        }
        assert!(from("10.1.2.3").is_none() && from("192.0.2.1").is_none(), "all is taken");
        drop(inside);
        let places = crowd.places();
        assert_eq!((places.all, places.by_network.len()), (0, 0));
    }

    #[test]
    fn many_networks_that_take_all_they_can_leave_places_for_others() {
        for (crowds, left_min, office_min) in [(10, 2_500, 200), (100, 200, 1)] {
            let mut places = Places::default();
            // One after the other, which leaves the least.
            for round in 0..2 {
                for n in 0..crowds {
                    let more = fill(&mut places, &format!("crowd {n}"));
                    assert!(more <= NETWORK_MAX && (round == 0 || more == 0), "{n}: {more}");
                }
            }
            let left = ALL_MAX - places.all;
            assert!(left_min <= left, "{crowds}: {left}");
            // An office that comes now has places, and so has whoever comes after it.
            let office = fill(&mut places, "an office");
            assert!(office_min <= office, "{crowds}: {office}");
            assert!(places.enter(Some("somebody")), "{crowds}");
            assert!(places.enter(None), "{crowds}: through a proxy");
            // Whoever has many takes no place that becomes free by one that left.
            places.leave(Some("somebody"));
            assert!(!places.enter(Some("crowd 0")), "{crowds}");
            assert!(places.enter(Some("somebody")), "{crowds}");
        }
    }

    #[test]
    fn while_there_is_room_a_network_has_what_it_always_had() {
        let mut places = Places::default();
        for n in 0..4 {
            assert_eq!(fill(&mut places, &n.to_string()), NETWORK_MAX);
        }
    }

    #[test]
    fn the_fuller_it_is_the_fewer_has_one_network() {
        for (free, most) in [
            (ALL_MAX, 1_024),
            (5_000, 1_024),
            (2_500, 256),
            (1_250, 64),
            (625, 16),
            (156, 1),
            (1, 1),
        ] {
            let near = network_max(free).abs_diff(most);
            assert!(near <= 1, "{free}: {}", network_max(free));
        }
    }

    #[test]
    fn the_last_place_is_somebodys_who_has_none() {
        let mut places = Places::default();
        while places.all < ALL_MAX - 1 {
            assert!(places.enter(None), "a proxy has all there are");
        }
        assert!(places.enter(Some("somebody")));
        assert!(!places.enter(Some("another")) && !places.enter(None), "there is none left");
        places.leave(None);
        assert!(!places.enter(Some("somebody")), "who has one leaves the last");
        assert!(places.enter(Some("another")));
    }
}
