-- How other processes hear of changes: one notification per statement, holding the table's name and nothing else
-- (every listener of the database reads it). Postgres folds equal notifications of one transaction into one.

create function say_changed() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    perform pg_notify('quotedeck', tg_table_name);
    return null;
end $$;
revoke all on function say_changed() from public;
grant execute on function say_changed() to quotedeck_app;

create trigger clients_changed after insert or update or delete on clients for each statement execute function say_changed();
create trigger leads_changed after insert or update or delete on leads for each statement execute function say_changed();
create trigger payloads_changed after insert or update or delete on payloads for each statement execute function say_changed();
create trigger jobs_changed after insert or update or delete on jobs for each statement execute function say_changed();
create trigger tasks_changed after insert or update or delete on tasks for each statement execute function say_changed();
create trigger drafts_changed after insert or update or delete on drafts for each statement execute function say_changed();
create trigger summaries_changed after insert or update or delete on summaries for each statement execute function say_changed();
create trigger destinations_changed after insert or update or delete on destinations
    for each statement execute function say_changed();
create trigger presence_changed after insert or update or delete on presence for each statement execute function say_changed();
