-- How other processes hear of changes: SQLite is polled through `pragma data_version` and needs nothing here. On
-- Postgres this migration makes the triggers behind LISTEN/NOTIFY.

select 1;
