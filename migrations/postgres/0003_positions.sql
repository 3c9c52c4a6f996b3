-- Positions that traders keep: planned, open or closed. Money is in ten-thousandths of a dollar.
create table position (
    owner       text collate "C" not null,
    id          text collate "C" not null,
    tape        text collate "C" not null,  -- whose prices: practice is never mixed with real
    name        text collate "C" not null,  -- what the trader calls it; empty without a name
    legs        text collate "C" not null,  -- as traders write them: -1 SPXW 27FEB24 5100C; ...
    stage       text collate "C" not null,  -- planned, open, closed
    paid        bigint,           -- what opening it cost; less than nothing came in; null: not told
    received    bigint,           -- what closing it brought; null while it is not closed
    fees        bigint not null,
    opened_at   bigint,           -- in the tape's time
    closed_at   bigint,
    changed_at  bigint not null,
    primary key (owner, id)
);
