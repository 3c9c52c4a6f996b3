-- What people may have of the desk where it has tiers, what they used, and what they are told.
alter table account add column tier text not null default 'lite';

create table usage (
    account_id  text not null references account (id),
    day         integer not null,  -- days since 1970, by the date in New York
    what        text not null,     -- 'screens', 'live_minutes' or 'questions'
    count       integer not null,
    primary key (account_id, day, what)
) strict;
create index usage_day on usage (day);

create table announcement (
    id          text not null primary key,
    body        text not null,
    made_by     text not null references account (id),
    made_at     integer not null,
    ends_at     integer not null
) strict;
