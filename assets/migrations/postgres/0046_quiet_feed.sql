-- A statement that changes no row tells nobody. Each worker's round ends with such statements, and what one said woke all the
-- others, whose rounds woke it in turn.

create or replace function say_changed() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    if exists (select 1 from changed) then
        perform pg_notify('quotedeck', tg_table_name);
    end if;
    return null;
end $$;

-- The rows that a statement changed are known to a trigger of one event alone.
do $$
declare
    name text;
begin
    foreach name in array array['clients', 'leads', 'payloads', 'jobs', 'tasks', 'drafts', 'summaries', 'destinations', 'presence', 'releases'] loop
        execute format('drop trigger %I on %I', name || '_changed', name);
        execute format('create trigger %I after insert on %I referencing new table as changed for each statement execute function say_changed()',
            name || '_inserted', name);
        execute format('create trigger %I after update on %I referencing new table as changed for each statement execute function say_changed()',
            name || '_updated', name);
        execute format('create trigger %I after delete on %I referencing old table as changed for each statement execute function say_changed()',
            name || '_deleted', name);
    end loop;
end $$;

-- The last jobs of a release that was stopped end in rows of their own.
create trigger release_jobs_inserted after insert on release_jobs referencing new table as changed
    for each statement execute function say_changed();
create trigger release_jobs_updated after update on release_jobs referencing new table as changed
    for each statement execute function say_changed();
