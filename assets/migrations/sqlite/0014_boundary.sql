-- What the portal shows of a summary is complete and fixed: the status joins the copy, and who approved cannot change.

alter table approved_texts add column status text not null default '';
drop trigger approved_texts_fixed;
create trigger approved_texts_fixed before update of summary_id, client_id, client, text, text_hash, source_label, period,
    status, next_action, fresh_as_of, approved_at on approved_texts
begin select raise(abort, 'an approved text cannot be changed; withdraw it and approve a new one'); end;
create trigger summaries_fixed before update of draft_id, client_id, lead_id, approved_by, approved_at on summaries
begin select raise(abort, 'an approved text cannot be changed; withdraw it and approve a new one'); end;

drop view client_summaries;
create view client_summaries as
select summary_id, client_id, client, text, text_hash, source_label, period, status, next_action, fresh_as_of, approved_at,
    published_at
from approved_texts
where published_at is not null and withdrawn_at is null;
