-- Everything the desk keeps. A row that belongs to a person carries its owner: 'local' until there
-- are accounts. Prices are ten-thousandths, times are microseconds since 1970 in UTC.

-- Which bars or prints: one row a combination, so that the long tables carry one short key.
create table series (
    id          text collate "C" not null primary key,
    owner       text collate "C" not null,
    tape        text collate "C" not null,
    symbol      text collate "C" not null,
    source      text collate "C" not null,
    span        text collate "C" not null,
    hours       text collate "C" not null,
    adjustment  text collate "C" not null,
    unique (owner, tape, symbol, source, span, hours, adjustment)
);

create table bar (
    series_id   text collate "C" not null references series (id),
    start       bigint not null,
    day         bigint not null,  -- days since 1970, by the date in New York
    open        bigint not null,
    high        bigint not null,
    low         bigint not null,
    close       bigint not null,
    volume      bigint not null,
    revision    bigint not null,  -- counts up when other figures come for the same bar
    primary key (series_id, start)
);

create table print (
    series_id   text collate "C" not null references series (id),
    day         bigint not null,
    place       bigint not null,  -- the order in the file: prints share their microsecond
    at          bigint not null,
    price       bigint not null,
    size        bigint not null,
    mark        bigint not null,  -- 0 ordinary, 1 official close
    primary key (series_id, day, place)
);

create table symbol (
    owner       text collate "C" not null,
    symbol      text collate "C" not null,
    primary key (owner, symbol)
);

create table watchlist (
    owner       text collate "C" not null,
    name        text collate "C" not null,
    symbols     text collate "C" not null,  -- JSON array, in the trader's order
    primary key (owner, name)
);

create table layout (
    id          text collate "C" not null primary key,
    owner       text collate "C" not null,
    name        text collate "C" not null,
    body        text collate "C" not null,  -- JSON
    changed_at  bigint not null,
    unique (owner, name)
);

create table setting (
    owner       text collate "C" not null,
    name        text collate "C" not null,
    value       text collate "C" not null,
    primary key (owner, name)
);
