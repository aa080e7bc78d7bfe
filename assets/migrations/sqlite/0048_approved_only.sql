-- Nothing stands where portals read but what an approval left there: a text of a draft that is approved and holds that very
-- text, for the draft's own client and under its name and source, and not yet published.

create trigger approved_texts_approved before insert on approved_texts
when new.published_at is not null or new.withdrawn_at is not null or not exists (
    select 1 from summaries s
    join drafts d on d.id = s.draft_id
    join clients c on c.id = s.client_id
    where s.id = new.summary_id and s.state <> 'withdrawn' and s.approved_at = new.approved_at
      and s.client_id = new.client_id and c.name = new.client
      and d.state = 'approved' and d.client_id = s.client_id and d.lead_id = s.lead_id
      and coalesce(d.work, d.text) = new.text and trim(d.source_label) = new.source_label
)
begin
    select raise(abort, 'a text reaches the portal by its approval alone: its draft is approved, holds this text, and is of this client');
end;
