-- What a client's own books tell: a quote was given, or accepted; the work was invoiced.
-- Only the list of words in a check changes, so the stored definition is amended, as SQLite's page on ALTER TABLE describes:
-- the table made anew would take with it what refers to it.

pragma writable_schema = on;
update sqlite_schema set sql = replace(sql, '''review_left'', ''opt_out''', '''review_left'', ''quote_sent'', ''quote_accepted'', ''invoiced'', ''opt_out''')
    where type = 'table' and name = 'events';
pragma writable_schema = reset;

-- Every open connection reads the definitions again after a change that it notices.
create table books_noticed (n integer) strict;
drop table books_noticed;
