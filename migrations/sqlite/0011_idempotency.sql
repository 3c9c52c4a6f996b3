-- Changes that programs named, so that asking again does nothing again. Kept for a day.
create table idempotency (
    owner       text not null,
    name        text not null,     -- the program's own key for it
    asked       text not null,     -- SHA-256 of what was asked, hexadecimal
    answer      text not null,     -- identities of what was written
    made_at     integer not null,
    primary key (owner, name)
) strict;
create index idempotency_made_at on idempotency (made_at);
