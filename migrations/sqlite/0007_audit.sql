-- What happened to accounts. Only grows: each entry's hash covers the one before it.
create table audit (
    seq         integer not null primary key,
    at          integer not null,
    account_id  text not null,   -- empty where there was none
    event       text not null,
    device      text not null,
    network     text not null,
    hash        text not null    -- SHA-256 of the hash before and of this entry, hexadecimal
) strict;
create index audit_account on audit (account_id, seq);

create trigger audit_stays before update on audit
begin
    select raise(abort, 'the audit log only grows');
end;
create trigger audit_remains before delete on audit
begin
    select raise(abort, 'the audit log only grows');
end;
