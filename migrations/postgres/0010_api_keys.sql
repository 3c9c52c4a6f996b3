-- Keys that programs ask with in the place of a person.
create table api_key (
    id          text collate "C" not null primary key,
    account_id  text collate "C" not null references account (id),
    name        text collate "C" not null,
    scope       text collate "C" not null,         -- 'read' or 'write'
    hash        text collate "C" not null unique,  -- SHA-256 of the key, hexadecimal
    tail        text collate "C" not null,         -- its last signs
    made_at     bigint not null,
    used_at     bigint                -- to the minute
);
create index api_key_account on api_key (account_id);
