-- Mails that wait to be carried, and codes that set a password anew.
create table mail (
    id          text collate "C" not null primary key,
    account_id  text collate "C" not null references account (id),
    kind        text collate "C" not null,
    address     text collate "C" not null,
    secret      text collate "C" not null,     -- what it says, sealed with the desk's key
    made_at     bigint not null,
    next_at     bigint not null,
    ends_at     bigint not null,  -- given up by then
    tries       bigint not null
);
create index mail_next_at on mail (next_at);
create index mail_account on mail (account_id);

create table password_reset (
    account_id  text collate "C" not null primary key references account (id),
    hash        text collate "C" not null,     -- SHA-256 of the code, hexadecimal
    made_at     bigint not null,
    expires_at  bigint not null
);
