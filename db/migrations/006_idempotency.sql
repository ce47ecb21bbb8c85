-- What the writes with an Idempotency-Key of the last 24 hours were answered (app/questions/once.ts). In a schema of its
-- own, which an import leaves alone.
create schema idempotency;
create table idempotency.kept (
  key         text primary key,
  fingerprint text not null,
  written_at  timestamptz not null default now(),
  product_id  integer not null,
  question_id integer not null,
  answer      text
);
create index kept_by_age on idempotency.kept (written_at);

grant usage on schema idempotency to elier_app;
grant select, delete, insert (key, fingerprint, product_id, question_id, answer) on idempotency.kept to elier_app;
