-- Rows of the queue are written three times in their life: with room left on their pages, the write that changes nothing
-- that an index holds stays on its page and tells no index.
alter table jobs set (fillfactor = 70);
alter table attempts set (fillfactor = 80);
