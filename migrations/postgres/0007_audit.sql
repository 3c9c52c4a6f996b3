-- What happened to accounts. Only grows: each entry's hash covers the one before it.
create table audit (
    seq         bigint not null primary key,
    at          bigint not null,
    account_id  text collate "C" not null,   -- empty where there was none
    event       text collate "C" not null,
    device      text collate "C" not null,
    network     text collate "C" not null,
    hash        text collate "C" not null    -- SHA-256 of the hash before and of this entry
);
create index audit_account on audit (account_id, seq);

create function refuse_audit() returns trigger language plpgsql as $$
begin
    raise exception 'the audit log only grows';
end;
$$;
create trigger audit_stays before update or delete or truncate on audit
    for each statement execute function refuse_audit();
