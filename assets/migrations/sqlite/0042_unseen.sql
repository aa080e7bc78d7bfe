-- The planner of Postgres tells nothing of texts that are not shown; SQLite shows a portal no database.

-- Nor does the number by which people speak of a summary change.
drop trigger summaries_fixed;
create trigger summaries_fixed before update of number, id, draft_id, client_id, lead_id, approved_by, approved_at on summaries
begin select raise(abort, 'an approved text cannot be changed; withdraw it and approve a new one'); end;
