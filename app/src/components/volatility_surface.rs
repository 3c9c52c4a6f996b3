//! All smiles of an underlying at once, as a surface that a hand turns.

use leptos::ev::{KeyboardEvent, PointerEvent};
use leptos::prelude::*;
use market::Series;
use quant::options::Smile;
use wasm_bindgen::JsCast;

use crate::erased::{Erase, heard, memo, part};

/// Deviations from the forward at which the surface has points.
const AWAYS: [f64; 13] = [-3.0, -2.5, -2.0, -1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0];
/// The drawing's own units; it is stretched to the room there is.
const WIDTH: f64 = 1_000.0;
const HEIGHT: f64 = 400.0;
/// How tall the box is, of a base two wide and two deep, and how far all of it may reach from its
/// middle when it is turned, names included.
const TALL: f64 = 1.7;
const REACH: f64 = 2.0;
/// Steps of colour.
const HEATS: f64 = 9.0;
/// What one press of a key, and a pixel of a drag, turns it by, in radians.
const BY_KEY: f64 = 0.12;
const BY_PIXEL: f64 = 0.008;

/// From where it is looked at, in radians.
#[derive(Clone, Copy, Debug, PartialEq)]
struct View {
    /// Round the upright axis.
    yaw: f64,
    /// From the side, 0, to the top.
    pitch: f64,
}

impl Default for View {
    /// Puts and the first expiry in front.
    fn default() -> Self {
        Self { yaw: -0.55, pitch: 0.45 }
    }
}

impl View {
    fn turned(self, yaw: f64, pitch: f64) -> Self {
        let round = core::f64::consts::TAU;
        Self {
            yaw: (self.yaw + yaw).rem_euclid(round),
            pitch: (self.pitch + pitch).clamp(0.1, 1.4),
        }
    }

    /// Where a point of the box −1…1 by −1…1 by 0…1 is seen, in the drawing's units, and how far
    /// away.
    fn seen(self, [x, y, z]: [f64; 3]) -> (f64, f64, f64) {
        let ((sin, cos), (up, flat)) = (self.yaw.sin_cos(), self.pitch.sin_cos());
        let (across, away) = (x * cos - y * sin, x * sin + y * cos);
        let height = (z - 0.5) * TALL;
        let (right, down) = (across / REACH, (away * up + height * flat) / REACH);
        (WIDTH * (0.5 + 0.5 * right), HEIGHT * (0.5 - 0.5 * down), away * flat - height * up)
    }
}

/// What is drawn: expiries, soonest first, and their volatilities at the deviations.
#[derive(Clone, Debug, PartialEq)]
struct Surface {
    /// Each with where it stands in time.
    rows: Vec<(Series, f64, [f64; AWAYS.len()])>,
    low: f64,
    high: f64,
}

impl Surface {
    fn of(smiles: &[(Series, Smile)]) -> Option<Self> {
        let row = |(series, smile): &(Series, Smile)| {
            let mut ivs = [0.0; AWAYS.len()];
            for (iv, away) in ivs.iter_mut().zip(AWAYS) {
                *iv = smile.iv(smile.strike_at(away))?;
            }
            // By the fourth root of their time expiries stand about evenly: many end soon.
            Some((*series, smile.years.sqrt().sqrt(), ivs))
        };
        let rows: Vec<_> = smiles.iter().filter_map(row).collect();
        if rows.len() < 2 {
            return None;
        }
        let mut all: Vec<f64> = rows.iter().flat_map(|(_, _, ivs)| *ivs).collect();
        all.sort_by(f64::total_cmp);
        // The last hours' wings stand like towers: they are cut at what a few in a hundred exceed.
        let high = all[(all.len() - 1) * 97 / 100];
        Some(Self { low: all[0], high, rows })
    }

    /// A volatility as a part of the scale.
    fn part(&self, iv: f64) -> f64 {
        ((iv - self.low) / (self.high - self.low).max(1e-9)).clamp(0.0, 1.0)
    }

    /// Where an expiry stands, from −1 to 1.
    fn depth(&self, row: usize) -> f64 {
        let (first, last) = (self.rows[0].1, self.rows[self.rows.len() - 1].1);
        2.0 * (self.rows[row].1 - first) / (last - first).max(1e-9) - 1.0
    }

    /// Its faces, the farthest first: corners as a polygon has them, and a step of colour.
    fn faces(&self, view: View) -> Vec<(String, u8)> {
        let corner = |row: usize, column: usize| {
            let x = AWAYS[column] / AWAYS[AWAYS.len() - 1];
            view.seen([x, self.depth(row), self.part(self.rows[row].2[column])])
        };
        let mut faces = Vec::new();
        for row in 1..self.rows.len() {
            for column in 1..AWAYS.len() {
                let at =
                    [(row - 1, column - 1), (row - 1, column), (row, column), (row, column - 1)];
                let seen = at.map(|(row, column)| corner(row, column));
                let points = seen.map(|(x, y, _)| format!("{x:.1},{y:.1}"));
                let away: f64 = seen.iter().map(|(_, _, away)| away).sum();
                let heat = at.map(|(row, column)| self.part(self.rows[row].2[column]));
                let heat = (HEATS * heat.iter().sum::<f64>() / 4.0).round();
                #[expect(clippy::cast_possible_truncation, reason = "0 to 9")]
                #[expect(clippy::cast_sign_loss, reason = "0 to 9")]
                faces.push((away, points.join(" "), heat as u8));
            }
        }
        faces.sort_by(|(one, ..), (other, ..)| other.total_cmp(one));
        faces.into_iter().map(|(_, points, heat)| (points, heat)).collect()
    }

    /// Names along the edges that are nearest: deviations along one, expiries along the other.
    fn names(&self, view: View) -> Vec<(String, f64, f64)> {
        let nearer = |one: [f64; 3], other: [f64; 3]| view.seen(one).2 < view.seen(other).2;
        let y = if nearer([0.0, -1.0, 0.0], [0.0, 1.0, 0.0]) { -1.2 } else { 1.2 };
        let x = if nearer([-1.0, 0.0, 0.0], [1.0, 0.0, 0.0]) { -1.2 } else { 1.2 };
        let along = |name: String, point: [f64; 3]| {
            let (left, top, _) = view.seen(point);
            (name, 100.0 * left / WIDTH, 100.0 * top / HEIGHT)
        };
        let sides = [(-3.0, "−3σ"), (0.0, "forward"), (3.0, "+3σ")];
        // A little inside: at the corner stands an expiry's name.
        let sides = sides.map(|(away, name)| along(name.to_owned(), [away / 3.7, y, 0.0]));
        // As many expiries as do not touch each other.
        let mut expiries = Vec::new();
        let mut last = f64::MIN;
        for row in 0..self.rows.len() {
            let depth = self.depth(row);
            if last + 0.36 < depth {
                last = depth;
                let name = self.rows[row].0.expires.to_string();
                expiries.push(along(name, [x, depth, 0.0]));
            }
        }
        sides.into_iter().chain(expiries).collect()
    }
}

/// The surface; it is turned by dragging and by the arrow keys.
pub(super) fn volatility_surface(smiles: Memo<Vec<(Series, Smile)>>) -> AnyView {
    let surface = memo(move || Surface::of(&smiles.read()));
    let is_there = memo(move || surface.read().is_some());
    part(move || match is_there.get() {
        true => turned(surface),
        false => {
            let why = "There are too few expiries with a curve for a surface.";
            view! { <p class="volatility-curves__none">{why}</p> }.erase()
        }
    })
}

fn turned(surface: Memo<Option<Surface>>) -> AnyView {
    let seen = RwSignal::new(View::default());
    let dragged = StoredValue::new(None::<(i32, i32)>);
    let hold = move |event: PointerEvent| {
        let place = event.current_target().and_then(|it| it.dyn_into::<web_sys::Element>().ok());
        if let Some(place) = place.filter(|_| event.button() == 0) {
            let _ = place.set_pointer_capture(event.pointer_id());
            dragged.set_value(Some((event.client_x(), event.client_y())));
        }
    };
    let drag = move |event: PointerEvent| {
        let Some((x, y)) = dragged.get_value() else { return };
        let to = (event.client_x(), event.client_y());
        dragged.set_value(Some(to));
        let (across, down) = (f64::from(to.0 - x), f64::from(to.1 - y));
        seen.update(|view| *view = view.turned(-BY_PIXEL * across, BY_PIXEL * down));
    };
    let handle_key = move |event: KeyboardEvent| {
        let (yaw, pitch) = match event.key().as_str() {
            "ArrowLeft" => (-BY_KEY, 0.0),
            "ArrowRight" => (BY_KEY, 0.0),
            "ArrowUp" => (0.0, BY_KEY),
            "ArrowDown" => (0.0, -BY_KEY),
            "Home" => return seen.set(View::default()),
            _ => return,
        };
        event.prevent_default();
        event.stop_propagation();
        seen.update(|view| *view = view.turned(yaw, pitch));
    };
    view! {
        <div
            class="volatility-surface"
            role="group"
            tabindex="0"
            aria-label="Surface of volatility: turned by arrow keys, or by dragging"
            title="Drag, or arrow keys; Home, or a double click, turns it back"
            on:pointerdown=heard(hold)
            on:pointermove=heard(drag)
            on:pointerup=heard(move |_: PointerEvent| dragged.set_value(None))
            on:pointercancel=heard(move |_: PointerEvent| dragged.set_value(None))
            on:dblclick=heard(move |_| seen.set(View::default()))
            on:keydown=heard(handle_key)
        >
            {drawing(surface, seen)}
        </div>
    }
    .into_any()
}

fn drawing(surface: Memo<Option<Surface>>, seen: RwSignal<View>) -> AnyView {
    let faces = move || {
        let surface = surface.read();
        let faces = surface.as_ref().map(|surface| surface.faces(seen.get())).unwrap_or_default();
        let face = |(points, heat): (String, u8)| {
            view! { <polygon points=points data-heat=heat.to_string() /> }.erase()
        };
        faces.into_iter().map(face).collect_view()
    };
    let names = move || {
        let surface = surface.read();
        let names = surface.as_ref().map(|surface| surface.names(seen.get())).unwrap_or_default();
        let name = |(name, left, top): (String, f64, f64)| {
            let (left, top) = (format!("{left:.2}%"), format!("{top:.2}%"));
            view! { <span style:left=left style:top=top>{name}</span> }.erase()
        };
        names.into_iter().map(name).collect_view()
    };
    let scale = move |of: fn(&Surface) -> f64| {
        let text = memo(move || {
            let surface = surface.read();
            surface.as_ref().map(|surface| format!("{:.1} %", 100.0 * of(surface)))
        });
        part(move || text.get())
    };
    view! {
        <svg
            viewBox=format!("0 0 {WIDTH} {HEIGHT}")
            preserveAspectRatio="none"
            aria-hidden="true"
        >
            {part(faces)}
        </svg>
        <div aria-hidden="true">{part(names)}</div>
        <p>
            <i data-heat="9"></i>
            {scale(|surface| surface.high)}
            <i data-heat="0"></i>
            {scale(|surface| surface.low)}
        </p>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_the_box_is_in_the_drawing() {
        for yaw in 0..24 {
            for pitch in 0..8 {
                let view = View { yaw: 0.0, pitch: 0.1 }
                    .turned(f64::from(yaw) * 0.27, f64::from(pitch) * 0.19);
                for x in [-1.2, 1.2] {
                    for y in [-1.2, 1.2] {
                        for z in [0.0, 1.0] {
                            let (left, top, _) = view.seen([x, y, z]);
                            assert!((30.0..=WIDTH - 30.0).contains(&left), "{view:?} {left}");
                            assert!((4.0..=HEIGHT - 4.0).contains(&top), "{view:?} {top}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn what_is_nearer_is_drawn_later() {
        let view = View { yaw: 0.0, pitch: 0.5 };
        // Unturned, the first expiry is in front, and stands lower.
        let (near, far) = (view.seen([0.0, -1.0, 0.5]), view.seen([0.0, 1.0, 0.5]));
        assert!(near.2 < far.2 && far.1 < near.1, "{near:?} {far:?}");
        let turned = view.turned(core::f64::consts::PI, 0.0);
        assert!(turned.seen([0.0, 1.0, 0.5]).2 < turned.seen([0.0, -1.0, 0.5]).2);
    }
}
