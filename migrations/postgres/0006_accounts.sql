-- People who sign in. The first one owns the rows of 'local', from before there were accounts.
create table account (
    id          text collate "C" not null primary key,
    owner       text collate "C" not null unique,
    email       text collate "C" not null unique,  -- in lower case
    password    text collate "C" not null,         -- its hash, a PHC string
    created_at  bigint not null
);

-- Browsers that somebody is signed in with.
create table sign_in (
    hash        text collate "C" not null primary key,  -- SHA-256 of the browser's secret, hexadecimal
    account_id  text collate "C" not null references account (id),
    device      text collate "C" not null,
    since       bigint not null,
    seen_at     bigint not null,
    expires_at  bigint not null
);
create index sign_in_account on sign_in (account_id);
