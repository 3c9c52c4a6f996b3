-- People who sign in. The first one owns the rows of 'local', from before there were accounts.
create table account (
    id          text not null primary key,
    owner       text not null unique,
    email       text not null unique,  -- in lower case
    password    text not null,         -- its hash, a PHC string
    created_at  integer not null
) strict;

-- Browsers that somebody is signed in with.
create table sign_in (
    hash        text not null primary key,  -- SHA-256 of the browser's secret, hexadecimal
    account_id  text not null references account (id),
    device      text not null,
    since       integer not null,
    seen_at     integer not null,
    expires_at  integer not null
) strict;
create index sign_in_account on sign_in (account_id);
