import { qaFiles } from '../data-files.ts';
import type { DataSet, Stage, TableBuild } from './data-set.ts';
import { IdMap } from './ids.ts';

const [questionsFile, answersFile, photosFile] = qaFiles;

function stages(): Stage[] {
  const productOfQuestion = new IdMap();
  const questionOfAnswer = new IdMap();
  return [
    {
      file: questionsFile,
      lead: [],
      admit(id, product) {
        productOfQuestion.set(id, product);
        return '';
      },
    },
    {
      file: answersFile,
      lead: ['product_id'],
      parent: 'question',
      admit(id, question) {
        const product = productOfQuestion.get(question);
        if (product === 0) return undefined;
        questionOfAnswer.set(id, question);
        return `${product},`;
      },
    },
    {
      file: photosFile,
      lead: ['product_id', 'question_id'],
      parent: 'answer',
      admit(_id, answer) {
        const question = questionOfAnswer.get(answer);
        return question === 0 ? undefined : `${productOfQuestion.get(question)},${question},`;
      },
    },
  ];
}

const writtenColumns = ['helpful', 'reported', 'user_written', 'date_written', 'body'];
const written = 'helpful, reported, false, to_timestamp(date_written / 1000::double precision), body';

const question: TableBuild = {
  table: 'question',
  columns: ['product_id', 'question_id', ...writtenColumns, 'asker_name', 'asker_email'],
  sorts: 1,
  query: `
    select product_id, id, ${written}, asker_name, asker_email
    from questions
    order by product_id, id`,
};

const answer: TableBuild = {
  table: 'answer',
  columns: [
    ...['product_id', 'question_id', 'answer_id'],
    ...writtenColumns,
    ...['answerer_name', 'answerer_email', 'photos'],
  ],
  sorts: 2,
  finish: `select setval('photo_id', coalesce(max(id), 1), max(id) is not null) from answers_photos`,
  query: `
    with photo_lists (product_id, question_id, id, photos) as (
      select product_id, question_id, answer_id, jsonb_agg(jsonb_build_object('id', id, 'url', url) order by id)
      from answers_photos
      group by product_id, question_id, answer_id
    )
    select product_id, question_id, id, ${written}, answerer_name, answerer_email, coalesce(photos, '[]')
    from answers left join photo_lists using (product_id, question_id, id)
    order by product_id, question_id, id`,
};

export const qa: DataSet = {
  schema: 'qa',
  title: 'questions and answers',
  // The new set lacks the write of each stored key, so a repeated request must write again.
  emptied: ['idempotency'],
  growth: 1.4,
  files: qaFiles,
  stages,
  tables: [question, answer],
  counts: `
    select (select count(*) from question), count(*), sum(jsonb_array_length(photos))
    from answer`,
};
