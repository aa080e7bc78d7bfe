-- Paced release of a failure group: what was frozen when somebody said go, and what became of each job. It stands here
-- and not in a deck, so that it goes on when the deck is closed.

create table releases (
    number         integer primary key autoincrement,
    id             blob    not null unique,
    destination_id blob    not null references destinations (id),
    signature      text    not null,
    person_id      blob    not null references people (id),
    reason         text,
    state          text    not null check (state in ('canary', 'releasing', 'stopped', 'done', 'cancelled')),
    total          integer not null check (total > 0),
    steps          integer not null default 0,
    step_size      integer not null default 0,
    stepped_at     text,
    ended_why      text,
    entry_id       blob    not null references journal (id),
    version        integer not null default 1,
    created_at     text    not null,
    updated_at     text    not null,
    finished_at    text,
    check ((state in ('canary', 'releasing')) = (finished_at is null))
) strict;
-- One release of a group at a time.
create unique index releases_open on releases (destination_id, signature) where state in ('canary', 'releasing');
create index releases_newest on releases (created_at desc, id desc);

create table release_jobs (
    release_id blob    not null references releases (id),
    position   integer not null,
    job_id     blob    not null references jobs (id),
    new_job_id blob references jobs (id),
    step       integer,
    outcome    text    not null check (outcome in ('waiting', 'due', 'released', 'succeeded', 'failed', 'skipped')),
    said       text,
    released_at text,
    ended_at   text,
    primary key (release_id, position),
    unique (release_id, job_id),
    check ((step is null) = (outcome = 'waiting'))
) strict;
-- What is on its way is looked at every second.
create index release_jobs_out on release_jobs (release_id) where outcome = 'released';
