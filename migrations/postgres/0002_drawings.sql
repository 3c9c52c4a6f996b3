-- What traders draw on their charts.
create table drawing (
    owner       text not null,
    symbol      text not null,
    id          text not null,  -- made by the page that drew it; unique for one owner and symbol
    body        text not null,  -- one line: see crates/chart/src/drawings/words.rs
    primary key (owner, symbol, id)
);
