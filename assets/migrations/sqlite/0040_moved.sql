-- The last sign of life of any worker is looked for first.
create index workers_seen on workers (seen_at);

-- How long the machine was up, in milliseconds, when the shared time was moved last, and when it was moved by more than a
-- little: a text that may have left is asked for a minute later, whatever the clock says meanwhile.
alter table steady add column moved_up_ms integer not null default 0;
alter table steady add column leapt_up_ms integer not null default 0;
