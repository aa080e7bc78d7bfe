-- Paced release of a failure group: what was frozen when somebody said go, and what became of each job. It stands here
-- and not in a deck, so that it goes on when the deck is closed.

create table releases (
    number         bigint generated always as identity unique,
    id             uuid    primary key,
    destination_id uuid    not null references destinations (id),
    signature      text    not null,
    person_id      uuid    not null references people (id),
    reason         text,
    state          text    not null check (state in ('canary', 'releasing', 'stopped', 'done', 'cancelled')),
    total          bigint not null check (total > 0),
    steps          bigint not null default 0,
    step_size      bigint not null default 0,
    stepped_at     timestamptz,
    ended_why      text,
    entry_id       uuid    not null references journal (id),
    version        bigint not null default 1,
    created_at     timestamptz  not null,
    updated_at     timestamptz  not null,
    finished_at    timestamptz,
    check ((state in ('canary', 'releasing')) = (finished_at is null))
);
-- One release of a group at a time.
create unique index releases_open on releases (destination_id, signature) where state in ('canary', 'releasing');
create index releases_newest on releases (created_at desc, id desc);

create table release_jobs (
    release_id uuid    not null references releases (id),
    position   bigint not null,
    job_id     uuid    not null references jobs (id),
    new_job_id uuid references jobs (id),
    step       bigint,
    outcome    text    not null check (outcome in ('waiting', 'due', 'released', 'succeeded', 'failed', 'skipped')),
    said       text,
    released_at timestamptz,
    ended_at   timestamptz,
    primary key (release_id, position),
    unique (release_id, job_id),
    check ((step is null) = (outcome = 'waiting'))
);

grant select, insert, update on internal.releases, internal.release_jobs to quotedeck_app;
create trigger releases_changed after insert or update or delete on releases
    for each statement execute function say_changed();
-- What is on its way is looked at every second.
create index release_jobs_out on release_jobs (release_id) where outcome = 'released';
