-- What somebody has besides the password. The secret is sealed with the desk's key.
create table second_factor (
    account_id    text collate "C" not null primary key references account (id),
    secret        text collate "C" not null,
    is_confirmed  bigint not null,
    last_step     bigint not null  -- of the last code that was used: each is used once
);

-- Codes for who lost it, each good for once.
create table recovery_code (
    account_id  text collate "C" not null references account (id),
    hash        text collate "C" not null,  -- SHA-256, hexadecimal
    primary key (account_id, hash)
);
