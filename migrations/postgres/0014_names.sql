-- What people are called by others; empty where that is their e-mail address.
alter table account add column name text not null default '';
