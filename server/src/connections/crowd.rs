//! How many connections there are, in all and from one network: nobody takes every place.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ipnet::IpNet;

use crate::device::{is_in, network_of};

/// Connections served at once.
pub(super) const ALL_MAX: usize = 10_000;
/// Connections of one address, or of one IPv6 network: an office with every screen open, or a
/// program that asks without end, has fewer.
pub(super) const NETWORK_MAX: usize = 1_024;

/// Who is connected.
#[derive(Clone)]
pub(super) struct Crowd {
    /// Everybody comes through these.
    proxies: Arc<[IpNet]>,
    places: Arc<Mutex<Places>>,
}

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
        let mut places = self.places();
        if ALL_MAX <= places.all {
            return None;
        }
        if let Some(network) = &network {
            let taken = places.by_network.entry(network.clone()).or_default();
            if NETWORK_MAX <= *taken {
                return None;
            }
            *taken += 1;
        }
        places.all += 1;
        drop(places);
        Some(Place { crowd: self.clone(), network })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut places = self.crowd.places();
        places.all -= 1;
        let Some(network) = &self.network else { return };
        if let Some(taken) = places.by_network.get_mut(network) {
            *taken -= 1;
            if *taken == 0 {
                places.by_network.remove(network);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
