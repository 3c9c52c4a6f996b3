-- Passkeys: of each what its device lets be known, which opens nothing by itself.
create table passkey (
    id          text not null primary key,  -- the device's own name of it
    account_id  text not null references account (id),
    name        text not null,
    body        text not null,              -- its public key, and how often it was used
    made_at     integer not null,
    used_at     integer
) strict;
create index passkey_account on passkey (account_id);
