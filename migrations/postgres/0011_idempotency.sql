-- Changes that programs named, so that asking again does nothing again. Kept for a day.
create table idempotency (
    owner       text collate "C" not null,
    name        text collate "C" not null,     -- the program's own key for it
    asked       text collate "C" not null,     -- SHA-256 of what was asked, hexadecimal
    answer      text collate "C" not null,     -- identities of what was written
    made_at     bigint not null,
    primary key (owner, name)
);
create index idempotency_made_at on idempotency (made_at);
