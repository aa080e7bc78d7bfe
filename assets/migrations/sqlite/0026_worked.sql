-- Who saved the text of a draft last, and when: whoever finds another text than the one they read is told whose it is.

alter table drafts add column worked_by blob references people (id);
alter table drafts add column worked_at text;
