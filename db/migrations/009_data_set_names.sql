-- The name of a data set is a part of the cache keys of its responses, so Nginx keeps a response until its data set is replaced. An
-- import gives its set a new name. So must a migration that changes rows of catalogue.product, and whoever changes rows by hand:
--   update qa.data_set set name = default   -- or catalogue.data_set
create table catalogue.data_set (name uuid not null default gen_random_uuid());
create table qa.data_set (name uuid not null default gen_random_uuid());
insert into catalogue.data_set default values;
insert into qa.data_set default values;
grant select on catalogue.data_set, qa.data_set to elier_app;
