-- Mails that wait to be carried, and codes that set a password anew.
create table mail (
    id          text not null primary key,
    account_id  text not null references account (id),
    kind        text not null,
    address     text not null,
    secret      text not null,     -- what it says, sealed with the desk's key
    made_at     integer not null,
    next_at     integer not null,
    ends_at     integer not null,  -- given up by then
    tries       integer not null
) strict;
create index mail_next_at on mail (next_at);
create index mail_account on mail (account_id);

create table password_reset (
    account_id  text not null primary key references account (id),
    hash        text not null,     -- SHA-256 of the code, hexadecimal
    made_at     integer not null,
    expires_at  integer not null
) strict;
