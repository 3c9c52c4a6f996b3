-- People whom somebody elsewhere vouches for: by the issuer's name of them, which stays theirs, and
-- not by their address, which may become another's.
create table identity (
    issuer      text not null,
    subject     text not null,
    account_id  text not null references account (id),
    linked_at   integer not null,
    primary key (issuer, subject),
    unique (account_id, issuer)
) strict;

-- What a browser was sent out for; it comes back once, with a secret that only it has.
create table errand (
    hash        text not null primary key,      -- SHA-256 of that secret, hexadecimal
    account_id  text references account (id),   -- nothing where it is not known yet whose it is
    what        text not null,
    secret      text not null,                  -- what is compared when it comes back
    expires_at  integer not null
) strict;
create index errand_expires on errand (expires_at);
