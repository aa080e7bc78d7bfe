-- What the books tell of a record changes: an estimate is taken or not, an invoice paid or voided, a customer's number another.
-- Only the list of words in a check changes, so the stored definition is amended, as in 0021.

pragma writable_schema = on;
update sqlite_schema set sql = replace(sql, '''quote_accepted'', ''invoiced'', ''opt_out''',
        '''quote_accepted'', ''quote_closed'', ''invoiced'', ''invoice_paid'', ''invoice_voided'', ''customer_changed'', ''opt_out''')
    where type = 'table' and name = 'events';
pragma writable_schema = reset;

-- Where each record of the books stood when it was last told, and whose lead it is.
create table told (
    client_id  blob    not null references clients (id),
    provider   text    not null,
    record     text    not null,
    standing   text    not null,
    -- In cents; null where it is not about money, or was told before amounts were kept.
    amount     integer,
    changed_at text    not null,
    lead_id    blob references leads (id),
    primary key (client_id, provider, record)
) strict;

-- What was told so far is no news.
insert into told (client_id, provider, record, standing, amount, changed_at, lead_id)
    select client_id, provider, record, standing, null, '2000-01-01T00:00:00+00:00', lead_id from (
        select p.client_id, p.provider, replace(replace(p.natural_key, ':accepted', ''), ':rejected', '') as record, e.lead_id,
            case when p.natural_key like '%:accepted' then 'accepted' when p.natural_key like '%:rejected' then 'rejected'
                else 'open' end as standing,
            row_number() over (partition by p.client_id, replace(replace(p.natural_key, ':accepted', ''), ':rejected', '')
                order by p.number desc) as n
        from payloads p left join events e on e.payload_id = p.id
        where p.provider = 'quickbooks' and (p.natural_key like 'estimate:%' or p.natural_key like 'invoice:%')
            and (p.state = 'recorded' or p.natural_key like '%:rejected')) t
    where n = 1;
insert into told (client_id, provider, record, standing, amount, changed_at, lead_id)
    select client_id, 'quickbooks', replace(thread_key, 'quickbooks:', ''), '', null, '2000-01-01T00:00:00+00:00', id from (
        select client_id, thread_key, coalesce(merged_into, id) as id,
            row_number() over (partition by client_id, thread_key order by number desc) as n
        from leads where thread_key like 'quickbooks:customer:%') t
    where n = 1;
