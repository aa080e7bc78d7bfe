-- How long each source may be silent before what we know is stale: as the configuration says, or as its own past teaches.

create table expectations (
    client_id       blob not null references clients (id),
    provider        text not null,
    -- Nought: it is never stale. Null: the configuration says nothing.
    set_seconds     integer check (set_seconds >= 0),
    set_at          text,
    -- Null: its past is too short to tell.
    learned_seconds integer check (learned_seconds > 0),
    learned_at      text,
    primary key (client_id, provider),
    check ((set_seconds is null) = (set_at is null))
) strict;
