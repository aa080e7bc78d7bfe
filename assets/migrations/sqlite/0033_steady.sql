-- Since when this machine is up, for leases: what passes since then is told by a clock that nobody can set and that all
-- processes of the machine share. One row, of the machine's last start.

create table steady (
    boot     text    not null primary key,
    -- When the row was made, by the clock of whoever made it,
    began_at text    not null,
    -- and how many milliseconds the machine was up then.
    up_ms    integer not null
) strict;
