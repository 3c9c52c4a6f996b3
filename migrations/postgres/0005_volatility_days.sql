-- What options said of volatility at the close of a day; nulls where they said nothing.
create table volatility_day (
    owner       text collate "C" not null,
    tape        text collate "C" not null,
    symbol      text collate "C" not null,
    day         bigint not null,   -- days since 1970, by the date in New York
    iv30        double precision,  -- at the money, of thirty days, a fraction a year
    skew30      double precision,  -- (put - call) / at the money at deltas of 25 %
    primary key (owner, tape, symbol, day)
);
