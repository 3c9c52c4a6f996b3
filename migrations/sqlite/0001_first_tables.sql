-- Everything the desk keeps. A row that belongs to a person carries its owner: 'local' until there
-- are accounts. Prices are ten-thousandths, times are microseconds since 1970 in UTC.

-- Which bars or prints: one row a combination, so that the long tables carry one short key.
create table series (
    id          text not null primary key,
    owner       text not null,
    tape        text not null,
    symbol      text not null,
    source      text not null,
    span        text not null,
    hours       text not null,
    adjustment  text not null,
    unique (owner, tape, symbol, source, span, hours, adjustment)
) strict;

create table bar (
    series_id   text not null references series (id),
    start       integer not null,
    day         integer not null,  -- days since 1970, by the date in New York
    open        integer not null,
    high        integer not null,
    low         integer not null,
    close       integer not null,
    volume      integer not null,
    revision    integer not null,  -- counts up when other figures come for the same bar
    primary key (series_id, start)
) strict;

create table print (
    series_id   text not null references series (id),
    day         integer not null,
    place       integer not null,  -- the order in the file: prints share their microsecond
    at          integer not null,
    price       integer not null,
    size        integer not null,
    mark        integer not null,  -- 0 ordinary, 1 official close
    primary key (series_id, day, place)
) strict;

create table symbol (
    owner       text not null,
    symbol      text not null,
    primary key (owner, symbol)
) strict;

create table watchlist (
    owner       text not null,
    name        text not null,
    symbols     text not null,  -- JSON array, in the trader's order
    primary key (owner, name)
) strict;

create table layout (
    id          text not null primary key,
    owner       text not null,
    name        text not null,
    body        text not null,  -- JSON
    changed_at  integer not null,
    unique (owner, name)
) strict;

create table setting (
    owner       text not null,
    name        text not null,
    value       text not null,
    primary key (owner, name)
) strict;
