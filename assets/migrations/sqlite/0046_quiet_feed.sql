-- On Postgres this migration keeps statements quiet that change no row. SQLite's `pragma data_version` moves with a change alone.

select 1;
