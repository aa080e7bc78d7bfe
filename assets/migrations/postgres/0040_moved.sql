-- The last sign of life of any worker is looked for first.
create index workers_seen on workers (seen_at);
