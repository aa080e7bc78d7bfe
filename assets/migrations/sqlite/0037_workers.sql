-- Which workers live, and what they send to: a job that waits for a worker that knows its destination says so.

create table workers (
    -- As in leases: machine, process and a few letters.
    name     text not null primary key,
    began_at text not null,
    seen_at  text not null,
    -- A list of names of destinations; null for one that reaches all of them.
    reaches  text
) strict;

-- Which job was let through last while a breaker was open: another goes next, where there is one, for that one may be
-- refused by itself.
alter table destinations add column last_probe blob references jobs (id);
