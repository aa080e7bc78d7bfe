-- Nothing stands where portals read but what an approval left there: a text of a draft that is approved and holds that very
-- text, for the draft's own client and under its name and source, and not yet published.

create function approved_text_is_approved() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    if new.published_at is not null or new.withdrawn_at is not null or not exists (
        select from internal.summaries s
        join internal.drafts d on d.id = s.draft_id
        join internal.clients c on c.id = s.client_id
        where s.id = new.summary_id and s.state <> 'withdrawn' and s.approved_at = new.approved_at
          and s.client_id = new.client_id and c.name = new.client
          and d.state = 'approved' and d.client_id = s.client_id and d.lead_id = s.lead_id
          and coalesce(d.work, d.text) = new.text and btrim(d.source_label) = new.source_label
    ) then
        raise exception 'a text reaches the portal by its approval alone: its draft is approved, holds this text, and is of this client'
            using errcode = 'restrict_violation';
    end if;
    return new;
end $$;
revoke all on function approved_text_is_approved() from public;
create trigger approved_texts_approved before insert on approved_texts for each row execute function approved_text_is_approved();
