-- Run once by an administrator (`quotedeck init` runs it when it may): three roles and two schemas.
-- quotedeck_owner owns everything and migrates; quotedeck_app is the program; quotedeck_portal is the client portal.
do $$
begin
    if not exists (select from pg_roles where rolname = 'quotedeck_owner') then
        create role quotedeck_owner nologin nosuperuser nocreatedb nocreaterole nobypassrls;
    end if;
    if not exists (select from pg_roles where rolname = 'quotedeck_app') then
        create role quotedeck_app nologin nosuperuser nocreatedb nocreaterole nobypassrls;
    end if;
    if not exists (select from pg_roles where rolname = 'quotedeck_portal') then
        create role quotedeck_portal nologin nosuperuser nocreatedb nocreaterole nobypassrls;
        alter role quotedeck_portal set default_transaction_read_only = on;
        alter role quotedeck_portal set statement_timeout = '5s';
        alter role quotedeck_portal set search_path = client;
    end if;
    if not pg_has_role(current_user, 'quotedeck_owner', 'member') then
        execute format('grant quotedeck_owner to %I', current_user);
    end if;
    -- The program shows a reviewer what the portal would read, through the portal's own role, which may do less than it.
    if not pg_has_role('quotedeck_app', 'quotedeck_portal', 'member') then
        grant quotedeck_portal to quotedeck_app;
    end if;
end $$;

create schema if not exists internal authorization quotedeck_owner;
create schema if not exists client authorization quotedeck_owner;
revoke all on schema internal, client from public;

-- The portal reads one schema, briefly, and makes nothing: no table of its own, not even a temporary one.
do $$
begin
    execute format('revoke create, temporary on database %I from public', current_database());
    execute format('grant temporary on database %I to quotedeck_owner', current_database());
end $$;
revoke create on schema public from public;

-- Large objects stand in no schema, and a session that only reads may write them up to Postgres 15. Who may not take that right
-- away (a login of a hosting service) leaves it: what is written so is read by nobody.
do $$
begin
    revoke execute on function lo_creat(integer), lo_create(oid), lo_from_bytea(oid, bytea), lo_put(oid, bigint, bytea),
        lowrite(integer, bytea), lo_open(oid, integer), lo_unlink(oid), lo_truncate(integer, integer), lo_truncate64(integer, bigint)
        from public;
exception when insufficient_privilege then null;
end $$;
