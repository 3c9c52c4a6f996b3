-- Positions that traders keep: planned, open or closed. Money is in ten-thousandths of a dollar.
create table position (
    owner       text not null,
    id          text not null,
    tape        text not null,  -- whose prices: practice is never mixed with real
    name        text not null,  -- what the trader calls it; empty without a name
    legs        text not null,  -- as traders write them: -1 SPXW 27FEB24 5100C; ...
    stage       text not null,  -- planned, open, closed
    paid        integer,        -- what opening it cost; less than nothing came in; null: not told
    received    integer,        -- what closing it brought; null while it is not closed
    fees        integer not null,
    opened_at   integer,        -- in the tape's time
    closed_at   integer,
    changed_at  integer not null,
    primary key (owner, id)
) strict;
