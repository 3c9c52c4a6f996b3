-- What people may have of the desk where it has tiers, what they used, and what they are told.
alter table account add column tier text collate "C" not null default 'lite';

create table usage (
    account_id  text collate "C" not null references account (id),
    day         bigint not null,  -- days since 1970, by the date in New York
    what        text collate "C" not null,  -- 'screens', 'live_minutes' or 'questions'
    count       bigint not null,
    primary key (account_id, day, what)
);
create index usage_day on usage (day);

create table announcement (
    id          text collate "C" not null primary key,
    body        text collate "C" not null,
    made_by     text collate "C" not null references account (id),
    made_at     bigint not null,
    ends_at     bigint not null
);
