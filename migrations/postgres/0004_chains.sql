-- Option chains that a trader brought in: a day's quotes of a series, as they stood at one moment.
create table chain (
    owner       text collate "C" not null,
    tape        text collate "C" not null,
    symbol      text collate "C" not null,
    day         bigint not null,            -- days since 1970, by the date in New York
    series      text collate "C" not null,  -- SPXW-2024-03-15
    at          bigint not null,
    quotes      text collate "C" not null,  -- JSON: market::SeriesQuotes
    primary key (owner, tape, symbol, day, series)
);
