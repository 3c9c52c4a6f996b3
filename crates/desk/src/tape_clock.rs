//! How fast a tape's time passes. Wall time comes in, tape time comes out.

use market::{Moment, Span};
use serde::{Deserialize, Serialize};

/// Tape seconds that pass in a second: 1 to [`Speed::MAX`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub struct Speed(u16);

/// What no tape can run at.
#[derive(Debug, thiserror::Error)]
#[error("a tape cannot run at `{0}`×: choose 1 to {max}", max = Speed::MAX)]
pub struct BadSpeed(u16);

/// The clock of one tape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TapeClock {
    at: Moment,
    speed: Speed,
    is_paused: bool,
    wall: Option<Moment>,
}

impl Speed {
    /// As fast as life.
    pub const LIFE: Self = Self(1);
    /// The fastest.
    pub const MAX: u16 = 600;

    /// A speed, if it is one.
    pub fn new(times: u16) -> Option<Self> {
        (1..=Self::MAX).contains(&times).then_some(Self(times))
    }

    /// Tape seconds in a second.
    pub fn times(self) -> u16 {
        self.0
    }
}

impl TryFrom<u16> for Speed {
    type Error = BadSpeed;

    fn try_from(times: u16) -> Result<Self, BadSpeed> {
        Self::new(times).ok_or(BadSpeed(times))
    }
}

impl From<Speed> for u16 {
    fn from(speed: Speed) -> Self {
        speed.0
    }
}

impl TapeClock {
    /// The longest stretch of wall time that is played at once. A machine that slept for a night
    /// goes on where it fell asleep, as a trader who closed the lid expects.
    const LEAP_MAX: Span = Span::seconds(2);

    /// A clock that shows `at` and runs as fast as life once it hears of wall time.
    pub fn new(at: Moment) -> Self {
        Self { at, speed: Speed::LIFE, is_paused: false, wall: None }
    }

    /// Tells the clock what the wall shows; gives the tape's time.
    pub fn handle_wall(&mut self, now: Moment) -> Moment {
        let before = self.wall.replace(now).unwrap_or(now);
        if !self.is_paused {
            let passed = (now - before).clamp(Span::ZERO, Self::LEAP_MAX);
            self.at += Span(passed.0 * i64::from(self.speed.0));
        }
        self.at
    }

    /// The tape's time.
    pub fn at(&self) -> Moment {
        self.at
    }

    /// Jumps.
    pub fn set_at(&mut self, at: Moment) {
        self.at = at;
    }

    /// Tape seconds in a second.
    pub fn speed(&self) -> Speed {
        self.speed
    }

    /// Runs at another speed from now on.
    pub fn set_speed(&mut self, speed: Speed) {
        self.speed = speed;
    }

    /// Whether it stands still.
    pub fn is_paused(&self) -> bool {
        self.is_paused
    }

    /// Stands still.
    pub fn pause(&mut self) {
        self.is_paused = true;
    }

    /// Another clock is followed meanwhile: the wall's next word starts this one anew.
    pub fn forget_wall(&mut self) {
        self.wall = None;
    }

    /// Runs on from where it stands.
    pub fn play(&mut self) {
        self.is_paused = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_passes_at_the_chosen_speed_and_not_while_paused() {
        let start = Moment(1_000_000);
        let mut clock = TapeClock::new(start);
        let wall = |seconds: i64| Moment(seconds * 1_000_000);
        assert_eq!(clock.handle_wall(wall(100)), start, "the first word of the wall starts it");
        assert_eq!(clock.handle_wall(wall(101)), start + Span::seconds(1));
        clock.set_speed(Speed::new(60).expect("60 is a speed"));
        assert_eq!(clock.handle_wall(wall(102)), start + Span::seconds(61));
        clock.pause();
        assert_eq!(clock.handle_wall(wall(110)), start + Span::seconds(61));
        clock.play();
        assert_eq!(clock.handle_wall(wall(111)), start + Span::seconds(121));
    }

    #[test]
    fn a_wall_clock_that_jumps_does_not_move_the_tape_far_or_back() {
        let mut clock = TapeClock::new(Moment(0));
        clock.handle_wall(Moment(5_000_000));
        assert_eq!(clock.handle_wall(Moment(1_000_000)), Moment(0), "never back");
        let slept = clock.handle_wall(Moment(3_600_000_000));
        assert_eq!(slept, Moment(0) + TapeClock::LEAP_MAX);
    }

    #[test]
    fn speeds_have_a_limit() {
        assert_eq!(Speed::new(0), None);
        assert_eq!(Speed::new(Speed::MAX + 1), None);
        assert_eq!(Speed::new(10).map(Speed::times), Some(10));
    }
}
