-- What somebody has besides the password. The secret is sealed with the desk's key.
create table second_factor (
    account_id    text not null primary key references account (id),
    secret        text not null,
    is_confirmed  integer not null,
    last_step     integer not null  -- of the last code that was used: each is used once
) strict;

-- Codes for who lost it, each good for once.
create table recovery_code (
    account_id  text not null references account (id),
    hash        text not null,  -- SHA-256, hexadecimal
    primary key (account_id, hash)
) strict;
