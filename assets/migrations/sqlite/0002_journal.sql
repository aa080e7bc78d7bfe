-- The append-only log. An entry is written in the transaction of the act it announces, before it. Its hash covers its
-- own content alone; seals chain entries in batches afterwards.

create table journal (
    number     integer primary key autoincrement,
    id         blob not null unique,
    at         text not null,
    actor_kind text not null check (actor_kind in ('person', 'worker', 'intake', 'automation')),
    actor      text not null,
    verb       text not null,
    subject_kind text not null,
    subject_id blob not null,
    lead_id    blob,
    detail     text not null,
    hash       blob not null
) strict;
create index journal_subject on journal (subject_id, number);
create index journal_lead on journal (lead_id, number) where lead_id is not null;

create table seals (
    number   integer primary key,
    at       text    not null,
    entries  integer not null,
    previous blob    not null,
    hash     blob    not null
) strict;

create table seal_entries (
    entry_id blob    not null primary key,
    seal     integer not null references seals (number),
    position integer not null,
    unique (seal, position)
) strict;

create trigger journal_no_update before update on journal begin select raise(abort, 'the journal is append-only'); end;
create trigger journal_no_delete before delete on journal begin select raise(abort, 'the journal is append-only'); end;
create trigger seals_no_update before update on seals begin select raise(abort, 'the journal is append-only'); end;
create trigger seals_no_delete before delete on seals begin select raise(abort, 'the journal is append-only'); end;
create trigger seal_entries_no_update before update on seal_entries begin select raise(abort, 'the journal is append-only'); end;
create trigger seal_entries_no_delete before delete on seal_entries begin select raise(abort, 'the journal is append-only'); end;
