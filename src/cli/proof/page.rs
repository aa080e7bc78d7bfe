//! A client's published summaries as a page: no script, nothing from elsewhere, and the same content as the JSON.

use std::fmt::Write as _;

use crate::domain::proof::Proof;

const HEAD: &str = "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
<style>body{font:1rem/1.5 system-ui,sans-serif;max-width:42rem;margin:2rem auto;padding:0 1rem}\
article{border-top:1px solid #ccc;padding:1rem 0}p{white-space:pre-wrap}dl{display:grid;grid-template-columns:auto 1fr;gap:.2rem 1rem;\
font-size:.85rem}dt{color:#555}dd{margin:0;overflow-wrap:anywhere}</style>\n";

/// The page.
pub(super) fn page(client: &str, proofs: &[Proof]) -> String {
    let name = escaped(client);
    let mut page = format!("{HEAD}<title>{name}</title>\n</head>\n<body>\n<h1>{name}</h1>\n");
    if proofs.is_empty() {
        page.push_str("<p>No summary is published.</p>\n");
    }
    for proof in proofs {
        let _ = writeln!(page, "<article>\n<p>{}</p>\n<dl>", escaped(&proof.text));
        for (name, value) in proof.beside() {
            let _ = writeln!(page, "<dt>{name}</dt><dd>{}</dd>", escaped(&value));
        }
        page.push_str("</dl>\n</article>\n");
    }
    page.push_str("</body>\n</html>\n");
    page
}

/// Text that stays text in a page.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            sign => escaped.push(sign),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::SummaryId;

    #[test]
    fn nothing_in_a_text_becomes_part_of_the_page() {
        let at = chrono::DateTime::UNIX_EPOCH.fixed_offset();
        let proof = Proof {
            summary_id: SummaryId::new(),
            client: "A&B".into(),
            text: "<script>alert('x')</script>\n\"two\"".into(),
            text_hash: "00".into(),
            source_label: "phone call".into(),
            period: "1 June 2026".into(),
            status: "booked".into(),
            next_action: String::new(),
            fresh_as_of: None,
            approved_at: at,
            published_at: at,
        };
        let page = page("A&B", &[proof]);
        assert!(page.contains("<p>&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;\n&quot;two&quot;</p>"), "{page}");
        assert!(!page.contains("<script") && page.contains("<h1>A&amp;B</h1>") && !page.contains("<dt>Next"));
        assert!(page.contains("<dt>Known as of</dt><dd>not known</dd>"), "{page}");
        assert!(page.contains("<dt>Approved</dt><dd>1 January 1970, 00:00 +00:00</dd>"), "{page}");
    }
}
