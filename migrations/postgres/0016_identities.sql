-- People whom somebody elsewhere vouches for: by the issuer's name of them, which stays theirs, and
-- not by their address, which may become another's.
create table identity (
    issuer      text collate "C" not null,
    subject     text collate "C" not null,
    account_id  text collate "C" not null references account (id),
    linked_at   bigint not null,
    primary key (issuer, subject),
    unique (account_id, issuer)
);

-- What a browser was sent out for; it comes back once, with a secret that only it has.
create table errand (
    hash        text collate "C" not null primary key,      -- SHA-256 of that secret, hexadecimal
    account_id  text collate "C" references account (id),   -- nothing where it is not known yet whose it is
    what        text collate "C" not null,
    secret      text collate "C" not null,                  -- what is compared when it comes back
    expires_at  bigint not null
);
create index errand_expires on errand (expires_at);
