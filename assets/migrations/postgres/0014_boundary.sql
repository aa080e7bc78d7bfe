-- What the portal shows of a summary is complete and fixed: the status joins the copy, and who approved cannot change.
-- The view is dropped and made anew: `create or replace` would drop its barrier silently.

alter table approved_texts add column status text not null default '';
drop trigger approved_texts_fixed on approved_texts;
create trigger approved_texts_fixed before update of summary_id, client_id, client, text, text_hash, source_label, period,
    status, next_action, fresh_as_of, approved_at on approved_texts
    for each statement execute function approved_text_is_fixed();
create trigger summaries_fixed before update of draft_id, client_id, lead_id, approved_by, approved_at on summaries
    for each statement execute function approved_text_is_fixed();

drop view client.summaries;
create view client.summaries with (security_barrier = true) as
select summary_id, client_id, client, text, text_hash, source_label, period, status, next_action, fresh_as_of, approved_at,
    published_at
from internal.approved_texts
where published_at is not null and withdrawn_at is null;
grant select on client.summaries to quotedeck_portal;
