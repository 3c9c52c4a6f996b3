-- What several servers of one desk know together: its name among themselves, which key its secrets
-- are sealed with, who leads, and how often something was tried.
create table desk (
    id          bigint not null primary key,  -- 1: there is one
    name        text collate "C" not null,
    key_check   text collate "C" not null,              -- sealed; empty until somebody sealed it
    term        bigint not null,              -- counts those who led
    leader      text collate "C" not null,
    led_since   bigint not null
);
insert into desk (id, name, key_check, term, leader, led_since)
values (1, replace(gen_random_uuid()::text, '-', ''), '', 0, '', 0);

create table attempt (
    name        text collate "C" not null primary key,  -- SHA-256, hexadecimal
    full_at     bigint not null               -- when its quota is whole again
);
create index attempt_full_at on attempt (full_at);
