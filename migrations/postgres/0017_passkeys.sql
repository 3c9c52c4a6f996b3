-- Passkeys: of each what its device lets be known, which opens nothing by itself.
create table passkey (
    id          text collate "C" not null primary key,  -- the device's own name of it
    account_id  text collate "C" not null references account (id),
    name        text collate "C" not null,
    body        text collate "C" not null,              -- its public key, and how often it was used
    made_at     bigint not null,
    used_at     bigint
);
create index passkey_account on passkey (account_id);
