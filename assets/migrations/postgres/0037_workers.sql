-- Which workers live, and what they send to: a job that waits for a worker that knows its destination says so.

create table internal.workers (
    -- As in leases: machine, process and a few letters.
    name     text        not null primary key,
    began_at timestamptz not null,
    seen_at  timestamptz not null,
    -- A list of names of destinations; null for one that reaches all of them.
    reaches  text
);
grant select, insert, update, delete on internal.workers to quotedeck_app;

-- Which job was let through last while a breaker was open: another goes next, where there is one, for that one may be
-- refused by itself.
alter table destinations add column last_probe uuid references jobs (id);
