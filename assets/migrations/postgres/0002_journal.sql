-- The append-only log. An entry is written in the transaction of the act it announces, before it. Its hash covers its
-- own content alone; seals chain entries in batches afterwards.

create table journal (
    number     bigint generated always as identity unique,
    id         uuid primary key,
    at         timestamptz not null,
    actor_kind text not null check (actor_kind in ('person', 'worker', 'intake', 'automation')),
    actor      text not null,
    verb       text not null,
    subject_kind text not null,
    subject_id uuid not null,
    lead_id    uuid,
    detail     text not null,
    hash       bytea not null
);
create index journal_subject on journal (subject_id, number);
create index journal_lead on journal (lead_id, number) where lead_id is not null;

create table seals (
    number   bigint primary key,
    at       timestamptz    not null,
    entries  bigint not null,
    previous bytea    not null,
    hash     bytea    not null
);

create table seal_entries (
    entry_id uuid    not null primary key,
    seal     bigint not null references seals (number),
    position bigint not null,
    unique (seal, position)
);

create function refuse_change() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
end $$;
revoke all on function refuse_change() from public;

-- Grants keep the program from changing entries; these triggers stop the owner's slips too, in every replication mode.
create trigger journal_append_only before update or delete or truncate on journal
    for each statement execute function refuse_change();
create trigger seals_append_only before update or delete or truncate on seals
    for each statement execute function refuse_change();
create trigger seal_entries_append_only before update or delete or truncate on seal_entries
    for each statement execute function refuse_change();
alter table journal enable always trigger journal_append_only;
alter table seals enable always trigger seals_append_only;
alter table seal_entries enable always trigger seal_entries_append_only;
