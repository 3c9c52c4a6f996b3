-- What several servers of one desk know together: its name among themselves, which key its secrets
-- are sealed with, who leads, and how often something was tried.
create table desk (
    id          integer not null primary key,  -- 1: there is one
    name        text not null,
    key_check   text not null,              -- sealed; empty until somebody sealed it
    term        integer not null,              -- counts those who led
    leader      text not null,
    led_since   integer not null
) strict;
insert into desk (id, name, key_check, term, leader, led_since)
values (1, lower(hex(randomblob(16))), '', 0, '', 0);

create table attempt (
    name        text not null primary key,  -- SHA-256, hexadecimal
    full_at     integer not null               -- when its quota is whole again
) strict;
create index attempt_full_at on attempt (full_at);
