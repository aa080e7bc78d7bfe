//! Failure groups: what is likely the matter with one, how far its release got, and its jobs.

use ratatui::buffer::Buffer;
use ratatui::text::Span;

use super::panes::{heading, notes, outline, rows};
use super::text::{head, head_of, put, wrap};
use crate::app::layout::{self, PaneBox, Rect};
use crate::app::list::Load;
use crate::app::screen::{self, Group};
use crate::app::verbs::tries_one;
use crate::app::{App, age};
use crate::config::keys::{Action, Place};
use crate::config::theme::Styles;
use crate::domain::destination::Breaker;
use crate::domain::hint::{Remedy, Symptom, hint};
use crate::domain::row::{FailureGroup, Pane};

/// Paints the jobs of a failure group.
pub(crate) fn group(buffer: &mut Buffer, app: &App, body: Rect, group: &Group, styles: &Styles) {
    let (hint_at, body) = screen::group_areas(body);
    let (place, _) = layout::alone(Pane::Queue, body, false);
    let name = format!("{} · {}", head_of(&group.destination), head_of(&group.signature));
    let mut said = notes(&group.list, styles);
    if group.list.load == Load::Ready {
        let more = if group.list.more { "+" } else { "" };
        said.push((format!("{}{more} jobs", group.list.rows.len()), styles.text));
    }
    let found = app.group_of(group);
    said.extend(found.and_then(|found| found.release.as_ref()).map(|release| (release.progress(), styles.info)));
    let title = heading(name, styles.focused, said, usize::from(body.w).saturating_sub(2));
    outline(buffer, &place, title, true, styles);
    if let Some(found) = found {
        for (n, line) in wrap(&hint_line(app, found), hint_at.w.into(), hint_at.h.into()).into_iter().enumerate() {
            put(buffer, hint_at, n, Span::styled(line, styles.info).into());
        }
    }
    rows(buffer, app, &place, &group.list, true, "No job is in this group any more. Esc goes back.", styles);
}

/// Paints what is known of a failure group beside the list.
pub(crate) fn group_aside(buffer: &mut Buffer, app: &App, area: Rect, group: &FailureGroup, styles: &Styles) {
    let place = PaneBox { pane: Pane::Failures, outer: area, first: true, last: true };
    let title = heading(head_of(&group.destination).into_owned(), styles.title, [], usize::from(area.w).saturating_sub(2));
    outline(buffer, &place, title, false, styles);
    let inner = area.inner(2, 1, 2, 1);
    let now = app.now();
    let mut facts = vec![
        ("failed as", head_of(&group.signature).into_owned()),
        (
            "jobs",
            if group.is_cleared() {
                "none any more".to_owned()
            } else {
                format!("{}: {} given up, {} with an unknown outcome", group.count, group.dead, group.unknown)
            },
        ),
        ("since", format!("{} · last {}", group.since.format("%Y-%m-%d %H:%M UTC"), group.last.format("%H:%M UTC"))),
    ];
    if let Some(next) = group.next_try_at {
        let window = group.window_ends_at.map(|at| format!(" · window {} left", age::until(now, at))).unwrap_or_default();
        let tries = format!("next in {} · {}/{} tries used{window}", age::until(now, next), group.attempts, group.max_attempts);
        facts.push(("tries", tries));
    }
    if let Some(stop) = &group.stop {
        let ends = stop.ends().map(|ends| format!("; {ends}")).unwrap_or_default();
        let name = if group.breaker == Breaker::Closed { "paused" } else { "breaker" };
        facts.push((name, format!("{}{ends}", head_of(&stop.said(&group.destination)))));
    }
    if let Some(release) = &group.release {
        let why = release.ended_why.as_deref().map(|why| format!(" · {}", head_of(why))).unwrap_or_default();
        let said = format!("{} {}, by {}: {}{why}", release.number, release.state, head_of(&release.by), release.progress());
        facts.push(("release", said));
    }
    let room = usize::from(inner.w).saturating_sub(10);
    let mut line = 0;
    for (name, value) in facts {
        for (n, part) in wrap(&value, room, 2).into_iter().enumerate() {
            let name = if n == 0 { name } else { "" };
            put(
                buffer,
                inner,
                line,
                vec![Span::styled(format!("{name:<10}"), styles.dim), Span::styled(part, styles.text)].into(),
            );
            line += 1;
        }
    }
    for part in wrap(&hint_line(app, group), inner.w.into(), 3) {
        put(buffer, inner, line, Span::styled(part, styles.info).into());
        line += 1;
    }
    let words = group.example.as_ref().map(head).unwrap_or_default();
    let below = inner.inner(0, u16::try_from(line).unwrap_or(u16::MAX).min(inner.h), 0, 0);
    for (n, line) in wrap(&words, below.w.into(), below.h.into()).into_iter().enumerate() {
        put(buffer, below, n, Span::styled(line, styles.warn).into());
    }
}

/// What is likely the matter, what to do, and the key that does it.
fn hint_line(app: &App, group: &FailureGroup) -> String {
    if group.is_cleared() {
        return "nothing of it fails any more".to_owned();
    }
    let hint = hint(&Symptom::from(group));
    let actions: &[Action] = match hint.remedy {
        // Where it stopped by itself one shows whether the cause is mended; resuming lets all go.
        Remedy::Resume if tries_one(group) => &[Action::Canary, Action::Pause],
        Remedy::Resume => &[Action::Pause],
        // Nothing goes to what stands still, a canary neither.
        Remedy::Release if group.paused => &[Action::Pause, Action::Canary],
        Remedy::Release => &[Action::Canary, Action::Release],
        Remedy::Replay => &[Action::Retry],
        Remedy::Resolve => &[Action::Resolve],
        Remedy::Cancel => &[Action::Cancel],
        Remedy::Wait | Remedy::Look => &[],
    };
    let keys = &app.start().keys;
    let key = |action: &Action| keys.row(*action, &[Place::Failures]).and_then(|row| row.chords.first());
    let pressed: Vec<String> = actions.iter().filter_map(key).map(ToString::to_string).collect();
    let press = if pressed.is_empty() { String::new() } else { format!(": press {}", pressed.join(", then ")) };
    format!("{}{press}", head_of(&hint.to_string()))
}
