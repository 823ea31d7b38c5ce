//! Circles of files that use each other.

use super::uses::Arrows;
use std::collections::{BTreeMap, VecDeque};
use std::path::{Path, PathBuf};

/// Returns a shortest circle for each arrow that closes one, as `a → b → a`.
pub(super) fn circles(arrows: &Arrows) -> Vec<String> {
    let mut arrows = arrows.clone();
    let mut found = Vec::new();
    while let Some(circle) = shortest(&arrows) {
        let names: Vec<_> = circle.iter().map(|file| file.display().to_string()).collect();
        found.push(format!("{} → {}", names.join(" → "), names[0]));
        if let Some(used) = circle.last().and_then(|last| arrows.get_mut(last)) {
            used.remove(&circle[0]);
        }
    }
    found
}

fn shortest(arrows: &Arrows) -> Option<Vec<PathBuf>> {
    arrows.keys().filter_map(|file| circle_through(arrows, file)).min_by_key(Vec::len)
}

fn circle_through(arrows: &Arrows, start: &Path) -> Option<Vec<PathBuf>> {
    let mut from: BTreeMap<&Path, &Path> = BTreeMap::new();
    let mut waiting = VecDeque::from([start]);
    while let Some(file) = waiting.pop_front() {
        for used in arrows.get(file).into_iter().flatten() {
            if used == start {
                let mut way: Vec<_> = std::iter::successors(Some(file), |file| from.get(file).copied()).collect();
                way.reverse();
                return Some(way.into_iter().map(Path::to_owned).collect());
            }
            if !from.contains_key(used.as_path()) {
                from.insert(used, file);
                waiting.push_back(used);
            }
        }
    }
    None
}

#[test]
fn circle_is_named_once_and_by_its_shortest_way() {
    let uses = [("a", "b"), ("b", "c"), ("c", "a"), ("b", "d"), ("d", "b"), ("d", "e")];
    let mut arrows = Arrows::new();
    for (from, to) in uses {
        arrows.entry(from.into()).or_default().insert(to.into());
    }
    assert_eq!(circles(&arrows), ["b → d → b", "a → b → c → a"]);
}
