-- What the books tell of a record changes: an estimate is taken or not, an invoice paid or voided, a customer's number another.

alter table events drop constraint events_kind_check;
alter table events add constraint events_kind_check check (kind in ('call_missed', 'call_answered', 'voicemail_left', 'form_sent',
    'message_received', 'quote_requested', 'job_done', 'review_left', 'quote_sent', 'quote_accepted', 'quote_closed', 'invoiced',
    'invoice_paid', 'invoice_voided', 'customer_changed', 'opt_out', 'opt_in'));

-- Where each record of the books stood when it was last told, and whose lead it is.
create table told (
    client_id  uuid        not null references clients (id),
    provider   text        not null,
    record     text        not null,
    standing   text        not null,
    -- In cents; null where it is not about money, or was told before amounts were kept.
    amount     bigint,
    changed_at timestamptz not null,
    lead_id    uuid references leads (id),
    primary key (client_id, provider, record)
);
grant select, insert, update on internal.told to quotedeck_app;

-- What was told so far is no news.
insert into told (client_id, provider, record, standing, amount, changed_at, lead_id)
    select client_id, provider, record, standing, null, timestamptz '2000-01-01T00:00:00Z', lead_id from (
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
    select client_id, 'quickbooks', replace(thread_key, 'quickbooks:', ''), '', null, timestamptz '2000-01-01T00:00:00Z', id from (
        select client_id, thread_key, coalesce(merged_into, id) as id,
            row_number() over (partition by client_id, thread_key order by number desc) as n
        from leads where thread_key like 'quickbooks:customer:%') t
    where n = 1;
