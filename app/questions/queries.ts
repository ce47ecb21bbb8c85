import type { Statement } from '../connections.ts';
import { query, tooLarge } from '../database.ts';

const isoDate = `to_char(date_written at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/** The most answers that a question shows in the list of its product's questions. The rest has a route of its own. */
export const maxAnswers = 500;

// Rows are bounded before their JSON is built. Its size in bytes: the texts as JSON, and about 150 bytes of an answer's keys, ids and
// dates, 200 of a question's.
const jsonBytes = (text: string) => `octet_length(to_json(${text})::text)`;
const answerBytes = `150 + ${jsonBytes('body')} + ${jsonBytes('answerer_name')} + octet_length(photos::text)`;
const questionBytes = `200 + ${jsonBytes('body')} + ${jsonBytes('asker_name')}`;
/** No response of this size has more answers, whatever they say. */
const answersThatFit = (maxBytes: number) => Math.ceil(maxBytes / 150);

/**
 * The answers to the questions of a page. In a batch, one index scan finds all of them: each descent of an index costs as many
 * blocks as the index has levels. With many answers the page is too large for a batch. Alone, the index answer_by_helpfulness gives
 * the most helpful answers of each question first.
 */
const answersOfPage = {
  together: (maxBytes: number) => `
    select question_id, answer_id, body, date_written, answerer_name, helpful, photos
    from qa.answer
    where product_id = product and question_id = any (array(select question_id from page)) and not reported
    limit ${answersThatFit(maxBytes) + 1}`,
  alone: (maxBytes: number) => `
    select answer.*
    from page, lateral (
      select question_id, answer_id, body, date_written, answerer_name, helpful, photos
      from qa.answer
      where product_id = product and question_id = page.question_id and not reported
      order by helpful desc, answer_id
      limit ${maxAnswers}
    ) answer
    order by helpful desc, answer_id
    limit ${answersThatFit(maxBytes)}`,
};

/**
 * $1 product, $2 offset, $3 count. Returns `<elements>\n<json>`; a product without questions has an empty page. Alone it shows the
 * most helpful answers, as many as fit.
 */
export const questionsPage = query(
  'questions',
  'questions-page',
  (size, maxBytes) => `
    select place, page_text
    from unnest($1::integer[], $2::bigint[], $3::integer[]) with ordinality as query (product, skip, length, place), lateral (
      with page as materialized (
        select question_id, body, date_written, asker_name, helpful, reported
        from qa.question
        where product_id = product and not reported
        order by helpful desc, question_id
        offset skip limit length
      ), size as materialized (
        select coalesce(sum(${questionBytes}), 0) as bytes from page
      ), found as materialized (${answersOfPage[size](maxBytes)}
      ), answer as materialized (
        select *, sum(${answerBytes}) over (order by helpful desc, answer_id rows unbounded preceding)
          + (select bytes from size) as bytes
        from found
      ), answers as materialized (
        select question_id, json_object_agg(answer_id, json_build_object(
            'id', answer_id, 'body', body, 'date', ${isoDate}, 'answerer_name', answerer_name,
            'helpfulness', helpful, 'photos', jsonb_path_query_array(photos, '$[*].url')
          ) order by helpful desc, answer_id) as answers
        from answer
        where bytes <= ${maxBytes}
        group by question_id
      )
      select case
        when (select bytes from size) > ${maxBytes}${
          size === 'alone' ? '' : ` or (select max(bytes) from answer) > ${maxBytes}`
        } then '${tooLarge}'
        else (
          select count(*) || E'\\n' || json_build_object('product_id', product::text, 'results',
            coalesce(json_agg(question order by question_helpfulness desc, question_id), '[]'))
          from (
            select question_id, body as question_body, ${isoDate} as question_date, asker_name,
              helpful as question_helpfulness, reported, coalesce(answers, '{}') as answers
            from page left join answers using (question_id)
          ) question
        ) end as page_text
    ) page_text`,
);

/** $1 question, $2 page, $3 count. No row when there is no such question to see. */
export const answersPage = query(
  'questions',
  'answers-page',
  (_size, maxBytes) => `
    select place, (
      with page as materialized (
        select answer_id, body, ${isoDate} as date, answerer_name, helpful as helpfulness, photos
        from qa.answer
        where product_id = question.product_id and question_id = question.question_id and not reported
        order by helpful desc, answer_id
        offset (number - 1) * length limit length
      )
      select case when (select sum(${answerBytes}) from page) > ${maxBytes} then '${tooLarge}' else (
        select count(*) || E'\\n' || json_build_object('question', question.question_id::text,
          'page', number, 'count', length, 'results',
          coalesce(json_agg(page order by helpfulness desc, answer_id), '[]'))
        from page
      ) end
    )
    from unnest($1::integer[], $2::bigint[], $3::integer[]) with ordinality as query (id, number, length, place)
      join qa.question on question_id = id and not reported`,
);

// Writes. All return the product and the question they touched and, of a POST, its JSON; no row when there is nothing to
// write to. Their first two values are an Idempotency-Key and a fingerprint of the write, or null: the row is then kept
// under the key, by the same statement, so that there is never one without the other. A fingerprint holds the statement's name:
// another name would make a key of yesterday another write's. The third is the deadline, in seconds since 1970.

/** A replica or a server that was frozen makes no write that nobody waits for any more: no cache would learn of it. */
const inTime = 'now() < to_timestamp($3)';

/** `change` is one CTE or more, `written` a select of the row. */
const write = (name: string, change: string, written: string): Statement => ({
  service: 'questions',
  name,
  text: `
    with ${change}, written as (${written}), kept as (
      insert into idempotency.kept (key, fingerprint, product_id, question_id, answer)
      select $1::text, $2::text, product_id, question_id, answer from written where $1 is not null
    )
    select product_id, question_id, answer from written`,
});

/** $4 product, $5 body, $6 name, $7 e-mail. */
export const addQuestion = write(
  'ask-question',
  `added as (
    insert into qa.question (product_id, body, asker_name, asker_email)
    select product_id, $5, $6, $7 from catalogue.product where product_id = $4 and ${inTime}
    returning product_id, question_id, body, date_written, asker_name, helpful, reported
  )`,
  `select product_id, question_id, (select row_to_json(question)::text from (
    select question_id, body as question_body, ${isoDate} as question_date, asker_name,
      helpful as question_helpfulness, reported, '{}'::json as answers
  ) question) as answer
  from added`,
);

/** $4 question, $5 body, $6 name, $7 e-mail, $8 photo URLs. */
export const addAnswer = write(
  'give-answer',
  `added as (
    insert into qa.answer (product_id, question_id, body, answerer_name, answerer_email, photos)
    select product_id, question_id, $5, $6, $7,
      (select coalesce(jsonb_agg(jsonb_build_object('id', nextval('qa.photo_id'), 'url', url) order by place), '[]')
       from unnest($8::text[]) with ordinality as photo (url, place))
    from qa.question
    where question_id = $4 and not reported and ${inTime}
    returning product_id, question_id, answer_id, body, date_written, answerer_name, helpful, photos
  )`,
  `select product_id, question_id, (select row_to_json(answer)::text from (
    select answer_id, body, ${isoDate} as date, answerer_name, helpful as helpfulness, photos
  ) answer) as answer
  from added`,
);

/** $4 question or answer. */
const change = (name: string, update: string) =>
  write(name, `changed as (${update})`, 'select product_id, question_id, null::text as answer from changed');

/** One more vote, up to the largest integer. */
const oneMore = (column: string) => `least(${column}, 2147483646) + 1`;
const ofAnswer = '(question.product_id, question.question_id) = (answer.product_id, answer.question_id)';

export const vote: Record<'question' | 'answer', Statement> = {
  question: change(
    'vote-for-question',
    `update qa.question set helpful = ${oneMore('helpful')}, user_written = true
    where question_id = $4 and not reported and ${inTime}
    returning product_id, question_id`,
  ),
  answer: change(
    'vote-for-answer',
    `update qa.answer set helpful = ${oneMore('answer.helpful')}, user_written = true
    from qa.question
    where answer_id = $4 and ${inTime} and not answer.reported and ${ofAnswer} and not question.reported
    returning answer.product_id, answer.question_id`,
  ),
};

/** A second report is no error, nor one for an answer whose question was reported since. */
export const report: Record<'question' | 'answer', Statement> = {
  question: change(
    'report-question',
    `update qa.question set reported = true, user_written = true
    where question_id = $4 and ${inTime}
    returning product_id, question_id`,
  ),
  answer: change(
    'report-answer',
    `update qa.answer set reported = true, user_written = true
    from qa.question
    where answer_id = $4 and ${inTime} and ${ofAnswer} and (answer.reported or not question.reported)
    returning answer.product_id, answer.question_id`,
  ),
};

/**
 * $1 Idempotency-Key. Returns the fingerprint and the row of the write that had it within 24 hours. Removes up to a hundred older
 * rows, more than are added.
 */
export const keptWrite: Statement = {
  service: 'questions',
  name: 'kept-write',
  text: `
    with removed as (
      delete from idempotency.kept
      where written_at < now() - interval '24 hours' and key = any (array(
        select key from idempotency.kept where written_at < now() - interval '24 hours' order by written_at limit 100
      ) || $1::text)
    )
    select fingerprint, product_id, question_id, answer from idempotency.kept
    where key = $1 and written_at >= now() - interval '24 hours'`,
};
