-- Answers by a seller often have no e-mail address in the data files. Only the catalogue of PostgreSQL changes, no row.
alter table qa.question alter asker_email drop not null;
alter table qa.answer alter answerer_email drop not null;
