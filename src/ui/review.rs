//! Paints the review screen: a heading that tells how things stand, evidence │ draft │ client-safe text, and the
//! findings below.

mod findings;
mod source;
mod text;

#[cfg(test)]
mod tests;

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Borders, Paragraph, Wrap};

use crate::app::review::{Claim, Columns, Face, Reading, Review, Saving, Scene, Shape};
use crate::config::theme::Styles;
use crate::domain::span::Severity;
use crate::domain::text::neutralise;
use crate::ui::text::cut;

/// Paints the screen into `area`.
pub fn draw(frame: &mut Frame<'_>, area: Rect, review: &Review, scene: &Scene<'_>, styles: &Styles) {
    let area = area.intersection(frame.area());
    if area.is_empty() {
        return;
    }
    if review.detail().is_none() {
        let (says, style) = match review.reading() {
            Reading::Failed(why) => (format!("{} cannot be read: {why}", review.record()), styles.bad),
            Reading::Loading | Reading::Ready => (format!("reading {} …", review.record()), styles.dim),
        };
        // The words alone have a style: a styled area would send every blank of the screen over the line.
        let words = Line::styled(neutralise(&says).into_owned(), style);
        frame.render_widget(Paragraph::new(words).wrap(Wrap { trim: true }), area);
        return;
    }
    let shape = review.shape(scene, area.width, area.height);
    let [heading, notices, body, findings] = Layout::vertical([
        Constraint::Length(shape.heading),
        Constraint::Length(shape.notices),
        Constraint::Fill(1),
        Constraint::Length(shape.findings),
    ])
    .areas(area);
    frame.render_widget(heading_line(review, scene, heading.width.into(), styles), heading);
    let room = notices.width.into();
    let line = |notice: &String| Line::styled(cut(&format!(" {}", neutralise(notice)), room).into_owned(), styles.warn);
    let said: Vec<Line<'_>> = review.notices(scene).iter().map(line).collect();
    frame.render_widget(Paragraph::new(said), notices);
    columns(frame, body, review, &shape, styles);
    findings::draw(frame, findings, review, &shape, styles);
}

fn columns(frame: &mut Frame<'_>, body: Rect, review: &Review, shape: &Shape, styles: &Styles) {
    match shape.columns {
        Columns::Three => {
            let widths = [shape.evidence.0, shape.draft.0, shape.text.0].map(Constraint::Length);
            let [evidence, draft, text] = Layout::horizontal(widths).areas(body);
            source::evidence(frame, evidence, review, shape, styles);
            source::draft(frame, draft, review, shape, styles);
            text::draw(frame, text, review, shape, styles);
        }
        Columns::Two => {
            let [strip, rest] = Layout::vertical([Constraint::Length(shape.evidence.1), Constraint::Fill(1)]).areas(body);
            let [draft, text] = Layout::horizontal([shape.draft.0, shape.text.0].map(Constraint::Length)).areas(rest);
            source::evidence(frame, strip, review, shape, styles);
            source::draft(frame, draft, review, shape, styles);
            text::draw(frame, text, review, shape, styles);
        }
        Columns::One => match review.face() {
            Face::Text => text::draw(frame, body, review, shape, styles),
            Face::Evidence => source::evidence(frame, body, review, shape, styles),
            Face::Draft => source::draft(frame, body, review, shape, styles),
        },
    }
}

/// The frame of a column; where there is room for one column alone, its title line is all of it.
fn framed<'a>(shape: &Shape, title: impl Into<Line<'a>>, style: Style) -> Block<'a> {
    let borders = if shape.columns == Columns::One { Borders::TOP } else { Borders::ALL };
    let title = title.into();
    let title_style = style.patch(title.style);
    Block::new().borders(borders).border_style(style).title(title.style(title_style))
}

/// Most important first, because what does not fit is cut.
fn heading_line<'a>(review: &Review, scene: &Scene<'_>, room: usize, styles: &Styles) -> Line<'a> {
    let Some(detail) = review.detail() else { return Line::default() };
    let draft = &detail.draft;
    let mut spans = vec![Span::styled(format!(" {}  ", review.record()), styles.title)];
    if let Some(at) = review.more_known_since() {
        spans.push(Span::styled(format!("! more is known since {} UTC", at.format("%H:%M")), styles.warn));
        spans.push(Span::raw("  "));
    }
    spans.extend(weights(review.checks().weight(), styles));
    let (saving, style) = match review.saving() {
        Saving::Saved => ("saved", styles.dim),
        Saving::Waiting => ("saving…", styles.dim),
        Saving::Recovery => ("in the recovery file", styles.warn),
        Saving::Clash => ("two texts", styles.bad),
    };
    spans.push(Span::styled(format!("  {saving}  "), style));
    let (claim, style) = match review.claim() {
        _ if let Some(state) = review.ended() => (format!("✓ {state}"), styles.good),
        Claim::Mine => ("● yours".to_owned(), styles.good),
        Claim::Asked => ("◐ claiming".to_owned(), styles.dim),
        Claim::Held { by, .. } => (format!("○ {}’s", neutralise(by)), styles.warn),
        Claim::Free | Claim::None => ("○ unclaimed".to_owned(), styles.dim),
    };
    spans.push(Span::styled(claim, style));
    for other in review.others(scene) {
        let doing = if other.editing { "editing" } else { "looking" };
        spans.push(Span::styled(format!("  ● {} {doing}", neutralise(&other.person)), styles.info));
    }
    let tally = scene.tally;
    if tally.done > 0 {
        let left = tally.left.map(|left| format!(" · {left} left")).unwrap_or_default();
        let median = tally.median.map(|median| format!(" · {median} s each")).unwrap_or_default();
        spans.push(Span::styled(format!("  {} done{left}{median}", tally.done), styles.dim));
    }
    // A reference that is cut is another one: it stands first.
    let about = format!("  L-{} · {} · {}", draft.lead_number, draft.title.shown(), neutralise(&draft.client));
    let left = room.saturating_sub(spans.iter().map(Span::width).sum());
    spans.push(Span::styled(cut(&about, left).into_owned(), styles.text));
    Line::from(spans)
}

/// `✗2 !1`, or `✓` when nothing was found.
fn weights<'a>((blocks, warns): (i64, i64), styles: &Styles) -> Vec<Span<'a>> {
    if blocks == 0 && warns == 0 {
        return vec![Span::styled("✓ no findings", styles.good)];
    }
    let bad = if blocks > 0 { styles.bad } else { styles.dim };
    let warn = if warns > 0 { styles.warn } else { styles.dim };
    vec![Span::styled(format!("✗{blocks}"), bad), Span::raw(" "), Span::styled(format!("!{warns}"), warn)]
}

/// Glyph and style of a severity.
fn severity(severity: Severity, styles: &Styles) -> (&'static str, Style) {
    match severity {
        Severity::Block => ("✗", styles.bad),
        Severity::Warn => ("!", styles.warn),
        Severity::Note => ("·", styles.info),
    }
}

/// A row of what would cross the line.
fn ledger<'a>(row: &[(String, bool)], styles: &Styles) -> Line<'a> {
    let spans = row.iter().map(|(words, leaks)| Span::styled(words.clone(), if *leaks { styles.warn } else { styles.dim }));
    Line::from(spans.collect::<Vec<_>>())
}
