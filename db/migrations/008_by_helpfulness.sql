-- A product's questions and a question's answers are read the most helpful first: with these indexes a read takes as many rows as
-- it shows, however many there are. They take the place of the primary keys, which nothing else used; question_by_id and
-- answer_by_id lead from an id to its row. Reads go on while they are built, writes wait.
create index question_by_helpfulness on qa.question (product_id, helpful desc, question_id) where not reported;
create index answer_by_helpfulness on qa.answer (product_id, question_id, helpful desc, answer_id) where not reported;
alter table qa.question drop constraint question_pkey;
alter table qa.answer drop constraint answer_pkey;
