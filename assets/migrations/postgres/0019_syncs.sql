-- Providers that are asked: what is fetched for whom, how far that has come, and when it is asked for again.

create table syncs (
    client_id      uuid    not null references clients (id),
    provider       text    not null,
    destination_id uuid    not null references destinations (id),
    -- What arrives by it came in by no URL: a source whose key nobody knows.
    source_id      uuid    not null references sources (id),
    scope          text    not null,
    every_seconds  bigint not null check (every_seconds > 0),
    stale_seconds  bigint not null check (stale_seconds >= every_seconds),
    -- Everything before it is here.
    cursor_at      timestamptz    not null,
    next_at        timestamptz    not null,
    -- The round under way or the last one: its count, until when it reaches, and the page that comes next.
    round          bigint not null default 0,
    until_at       timestamptz,
    page           bigint not null default 1,
    job_id         uuid references jobs (id),
    off_at         timestamptz,
    version        bigint not null default 1,
    updated_at     timestamptz    not null,
    primary key (client_id, provider)
);
create index syncs_due on syncs (next_at) where off_at is null;

grant select, insert, update on internal.syncs to quotedeck_app;
