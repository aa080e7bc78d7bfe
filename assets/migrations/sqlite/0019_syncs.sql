-- Providers that are asked: what is fetched for whom, how far that has come, and when it is asked for again.

create table syncs (
    client_id      blob    not null references clients (id),
    provider       text    not null,
    destination_id blob    not null references destinations (id),
    -- What arrives by it came in by no URL: a source whose key nobody knows.
    source_id      blob    not null references sources (id),
    scope          text    not null,
    every_seconds  integer not null check (every_seconds > 0),
    stale_seconds  integer not null check (stale_seconds >= every_seconds),
    -- Everything before it is here.
    cursor_at      text    not null,
    next_at        text    not null,
    -- The round under way or the last one: its count, until when it reaches, and the page that comes next.
    round          integer not null default 0,
    until_at       text,
    page           integer not null default 1,
    job_id         blob references jobs (id),
    off_at         text,
    version        integer not null default 1,
    updated_at     text    not null,
    primary key (client_id, provider)
) strict;
create index syncs_due on syncs (next_at) where off_at is null;
