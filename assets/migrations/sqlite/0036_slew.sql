-- How far the time that is shared by the processes on this database has been set since the machine started, in milliseconds: workers
-- move it towards their own clocks, a little at a time, so that one whose clock is wrong moves nothing that matters.

alter table steady add column set_ms integer not null default 0;
