//! When nobody writes to a lead, in SQL: read when a message is composed, and asked again in the statement that announces it
//! (C7). Both say it in the same words, or what the one lets pass and the other stops would be composed for ever.

/// Whether a channel is closed for the lead `l`: its number or address opted out, or it closed the channel itself, or one that
/// was merged into it, and did not open it again. Another number or address of the same person opens nothing.
macro_rules! closed {
    ($channel:literal, $address:literal) => {
        concat!(
            "(exists (select 1 from opt_outs o where o.client_id = l.client_id and o.channel = '",
            $channel,
            "' and o.address = l.",
            $address,
            " and o.lifted_at is null) or exists (select 1 from consents k
                where k.lead_id in (select l.id union all select m.id from leads m where m.merged_into = l.id)
                and k.channel = '",
            $channel,
            "' and k.said = 'withdrawn' and not exists (select 1 from consents g join events w on w.id = g.event_id
                    where g.lead_id = k.lead_id and g.channel = k.channel and w.kind = 'opt_in'
                        and (g.kept_at > k.kept_at or g.kept_at = k.kept_at and g.id > k.id))))"
        )
    };
}
pub(super) use closed;

/// Why nobody is to write to the lead `l`, where somebody or a score said so.
macro_rules! hold {
    () => {
        "case when l.state in ('spam', 'merged') then l.state when exists (select 1 from lead_findings f where f.lead_id = l.id
            and f.kind = 'spam' and f.severity = 'block' and f.settled_at is null) then 'looks_spam' end"
    };
}
pub(super) use hold;

/// Whether the lead of a row of `jobs` is one that nobody writes to by its destination.
macro_rules! unwanted {
    () => {
        concat!(
            "exists (select 1 from leads l join destinations d on d.id = jobs.destination_id
                where l.id = jobs.lead_id and (l.consent = 'withdrawn' or (",
            $crate::store::unwanted::hold!(),
            ") is not null or case d.kind when 'email' then ",
            $crate::store::unwanted::closed!("email", "email"),
            " else ",
            $crate::store::unwanted::closed!("sms", "phone"),
            " end))"
        )
    };
}
pub(super) use unwanted;
