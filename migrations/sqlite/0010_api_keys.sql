-- Keys that programs ask with in the place of a person.
create table api_key (
    id          text not null primary key,
    account_id  text not null references account (id),
    name        text not null,
    scope       text not null,         -- 'read' or 'write'
    hash        text not null unique,  -- SHA-256 of the key, hexadecimal
    tail        text not null,         -- its last signs
    made_at     integer not null,
    used_at     integer                -- to the minute
) strict;
create index api_key_account on api_key (account_id);
