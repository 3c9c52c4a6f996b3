-- Option chains that a trader brought in: a day's quotes of a series, as they stood at one moment.
create table chain (
    owner       text not null,
    tape        text not null,
    symbol      text not null,
    day         integer not null,  -- days since 1970, by the date in New York
    series      text not null,     -- SPXW-2024-03-15
    at          integer not null,
    quotes      text not null,     -- JSON: market::SeriesQuotes
    primary key (owner, tape, symbol, day, series)
) strict;
