-- What people may do on the desk, and who is asked in.
alter table account add column role text collate "C" not null default 'member';
alter table account add column is_suspended bigint not null default 0;
-- There was one at most: whoever protected the desk.
update account set role = 'owner';

create table invitation (
    email       text collate "C" not null primary key,  -- whom it is for, in lower case
    hash        text collate "C" not null unique,       -- SHA-256 of the code, hexadecimal
    role        text collate "C" not null,
    made_by     text collate "C" not null references account (id),
    made_at     bigint not null,
    expires_at  bigint not null
);

-- The account that something was done with, where that is not the one that did it.
alter table audit add column about text collate "C" not null default '';
create index audit_about on audit (about, seq);
