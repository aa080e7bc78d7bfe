-- What a person's consent, or its withdrawal, rests on: what was shown, when, and from where it was said. Added to, never changed.
create table consents (
    id          blob not null primary key,
    client_id   blob not null references clients (id),
    lead_id     blob not null references leads (id),
    event_id    blob not null references events (id),
    channel     text not null check (channel in ('sms', 'email')),
    address     text not null,
    said        text not null check (said in ('given', 'implied', 'withdrawn')),
    shown       text not null,
    page        text not null,
    from_ip     text,
    from_number text,
    said_at     text not null,
    kept_at     text not null
) strict;
create index consents_address on consents (client_id, channel, address, said_at desc);
create index consents_lead on consents (lead_id, said_at);
create trigger consents_no_update before update on consents
begin select raise(abort, 'evidence of a consent cannot be changed'); end;
create trigger consents_no_delete before delete on consents
begin select raise(abort, 'evidence of a consent cannot be deleted'); end;

-- Where a request came from: of a form in a browser, the person's own address.
alter table arrivals add column from_ip text;
