-- What options said of volatility at the close of a day; nulls where they said nothing.
create table volatility_day (
    owner       text not null,
    tape        text not null,
    symbol      text not null,
    day         integer not null,  -- days since 1970, by the date in New York
    iv30        real,              -- at the money, of thirty days, a fraction a year
    skew30      real,              -- (put - call) / at the money at deltas of 25 %
    primary key (owner, tape, symbol, day)
) strict;
