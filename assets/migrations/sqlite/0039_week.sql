-- Which leads a draft of a week counts, by when they arrived: it speaks of all of them, and names sixty. Null for a draft of a
-- lead, and for weeks that were drafted before.
alter table drafts add column leads_from text;
alter table drafts add column leads_until text;
