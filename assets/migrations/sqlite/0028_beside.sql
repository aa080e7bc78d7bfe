-- What stands beside a text says what is true: how fresh it is may be unknown, and a week has a next step of its own.
-- SQLite takes a `not null` back by making the table anew; nothing refers to it, and its triggers go with it.

alter table drafts add column next_action text not null default '';

drop view client_summaries;
create table approved_texts_anew (
    summary_id   blob not null primary key references summaries (id),
    client_id    blob not null references clients (id),
    client       text not null,
    text         text not null,
    text_hash    text not null check (length(text_hash) = 64),
    source_label text not null,
    period       text not null,
    next_action  text not null,
    fresh_as_of  text,
    approved_at  text not null,
    published_at text,
    withdrawn_at text,
    status       text not null default ''
) strict;
insert into approved_texts_anew (summary_id, client_id, client, text, text_hash, source_label, period, next_action, fresh_as_of,
    approved_at, published_at, withdrawn_at, status)
select summary_id, client_id, client, text, text_hash, source_label, period, next_action, fresh_as_of, approved_at, published_at,
    withdrawn_at, status
from approved_texts;
drop table approved_texts;
alter table approved_texts_anew rename to approved_texts;
create trigger approved_texts_fixed before update of summary_id, client_id, client, text, text_hash, source_label, period,
    status, next_action, fresh_as_of, approved_at on approved_texts
begin select raise(abort, 'an approved text cannot be changed; withdraw it and approve a new one'); end;
create trigger approved_texts_no_delete before delete on approved_texts
begin select raise(abort, 'an approved text cannot be deleted; withdraw it'); end;
create view client_summaries as
select summary_id, client_id, client, text, text_hash, source_label, period, status, next_action, fresh_as_of, approved_at,
    published_at
from approved_texts
where published_at is not null and withdrawn_at is null;
