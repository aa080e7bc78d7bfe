//! Tools to prove state machines: what a sequence of acts does, and what can be reached at all.

use strum::VariantArray;

/// The steps that were legal, as (before, act, after); acts that are refused change nothing.
pub(crate) fn walk<S: Copy, A: Copy, E>(first: S, acts: &[A], after: impl Fn(S, A) -> Result<S, E>) -> Vec<(S, A, S)> {
    let mut state = first;
    let mut steps = Vec::new();
    for act in acts {
        if let Ok(next) = after(state, *act) {
            steps.push((state, *act, next));
            state = next;
        }
    }
    steps
}

/// Every state that some acts lead to, from a first one, in the order of the enum.
pub(crate) fn reachable<S: Copy + Ord, A: VariantArray + Copy, E>(first: S, after: impl Fn(S, A) -> Result<S, E>) -> Vec<S> {
    let mut reached = vec![first];
    let mut at = 0;
    while let Some(state) = reached.get(at).copied() {
        let next = A::VARIANTS.iter().filter_map(|act| after(state, *act).ok());
        for state in next.collect::<Vec<_>>() {
            if !reached.contains(&state) {
                reached.push(state);
            }
        }
        at += 1;
    }
    reached.sort_unstable();
    reached
}
