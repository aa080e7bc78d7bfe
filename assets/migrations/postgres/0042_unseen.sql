-- The planner tells nothing of texts that are not shown. It keeps samples of every column. The barrier keeps functions from
-- hidden rows, but not operators that the planner trusts, as = and <: for those its estimates come from the samples, and by
-- EXPLAIN a portal could read a withdrawn text letter by letter. A view with an offset is planned by itself.
-- The view is dropped and made anew: `create or replace` would drop its barrier silently.

drop view client.summaries;
create view client.summaries with (security_barrier = true) as
select summary_id, client_id, client, text, text_hash, source_label, period, status, next_action, fresh_as_of, approved_at,
    published_at
from internal.approved_texts
where published_at is not null and withdrawn_at is null
offset 0;
grant select on client.summaries to quotedeck_portal;

-- Nor does the number by which people speak of a summary change.
drop trigger summaries_fixed on summaries;
create trigger summaries_fixed before update of number, id, draft_id, client_id, lead_id, approved_by, approved_at on summaries
    for each statement execute function approved_text_is_fixed();
