//! What the client will see, and nothing else: the preview and the portal must not differ.

use crate::domain::draft::DraftDetail;

/// A summary as the portal shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortalText {
    /// Where the facts come from, and of when they are.
    pub heading: String,
    /// The text.
    pub body: String,
}

/// The text with its heading; nothing internal (title, names, model, evidence) has a place in it.
pub(super) fn text(detail: Option<&DraftDetail>, text: &str) -> PortalText {
    let source = detail.map_or("", |detail| detail.source_label.as_str());
    let at = detail.and_then(|detail| detail.evidence_at).map(|at| at.format("%-d %b %Y, %H:%M UTC").to_string());
    let heading = match (source.is_empty(), at) {
        (false, Some(at)) => format!("Source: {source} · {at}"),
        (false, None) => format!("Source: {source}"),
        (true, Some(at)) => at,
        (true, None) => String::new(),
    };
    PortalText { heading, body: text.to_owned() }
}
