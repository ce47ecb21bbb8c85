import { add, appliedCount, array, change, id, object, read, schema, text } from '../openapi/parts.ts';
import { maxInteger } from '../parameters.ts';

const idText = { type: 'string', pattern: '^[1-9][0-9]*$' };
const date = {
  type: 'string',
  pattern: '^[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]\\.[0-9]{3}Z$',
};
const helpfulness = { type: 'integer', minimum: 0, maximum: maxInteger };

// Lengths are counted in code points. Each description completes the sentence "Must be …" that a client reads
// when it breaks the rule.
const writtenText = (maxLength: number) => ({
  type: 'string',
  minLength: 1,
  maxLength,
  // White space, then the first other character: there is one way to match, so it takes linear time.
  pattern: '^\\s*[^\\s\\u0000\\p{Surrogate}][^\\u0000\\p{Surrogate}]*$',
  description: `text of 1 to ${maxLength} characters, not only white space, without NUL or lone surrogates`,
});
const writtenBy = {
  body: writtenText(1000),
  name: writtenText(60),
  email: {
    type: 'string',
    format: 'email',
    maxLength: 60,
    description: 'an e-mail address of at most 60 characters',
  },
};

export const newQuestion = {
  type: 'object',
  description: 'a JSON object',
  properties: {
    ...writtenBy,
    product_id: {
      type: ['integer', 'string'],
      minimum: 1,
      maximum: maxInteger,
      pattern: '^[1-9][0-9]{0,9}$',
      format: 'positive-int32',
      description: `a whole number from 1 to ${maxInteger}, or its digits as text`,
    },
  },
  required: ['body', 'name', 'email', 'product_id'],
};

export const newAnswer = {
  type: 'object',
  description: 'a JSON object',
  properties: {
    ...writtenBy,
    photos: {
      type: 'array',
      maxItems: 100,
      items: { type: 'string', description: 'text' },
      description:
        'a list of at most 100 texts: URLs, of which those that others cannot load are left out, and at most 5 others',
    },
  },
  required: ['body', 'name', 'email'],
};

const answer = { body: text, date, answerer_name: text, helpfulness };

export const questionSchemas = {
  NewQuestion: newQuestion,
  NewAnswer: newAnswer,
  QuestionsPage: object({ product_id: idText, results: array(schema('Question')) }),
  Question: object({
    question_id: id,
    question_body: text,
    question_date: date,
    asker_name: text,
    question_helpfulness: helpfulness,
    reported: { const: false },
    answers: {
      type: 'object',
      description:
        'The answers that are not reported, by their ids; of more than 1 MiB on the page the most helpful.',
      patternProperties: { '^[1-9][0-9]*$': object({ id, ...answer, photos: array(text) }) },
      additionalProperties: false,
    },
  }),
  AnswersPage: object({
    question: idText,
    page: id,
    count: appliedCount,
    results: array(schema('Answer')),
  }),
  Answer: object({ answer_id: id, ...answer, photos: array(object({ id, url: text })) }),
};

export const questionPaths = {
  '/qa/questions': {
    get: read(
      "A product's questions with their answers, the most helpful first.",
      ['of_product'],
      schema('QuestionsPage'),
      {
        isPage: true,
      },
    ),
    post: add('Asks a question about a product.', [], schema('NewQuestion'), schema('Question')),
  },
  '/qa/questions/{question_id}/answers': {
    get: read("A question's answers, the most helpful first.", ['question_id'], schema('AnswersPage'), {
      isPage: true,
    }),
    post: add('Answers a question.', ['question_id'], schema('NewAnswer'), schema('Answer')),
  },
  '/qa/questions/{question_id}/helpful': { put: change('Votes for a question.', ['question_id']) },
  '/qa/questions/{question_id}/report': {
    put: change('Reports a question, which hides it.', ['question_id']),
  },
  '/qa/answers/{answer_id}/helpful': { put: change('Votes for an answer.', ['answer_id']) },
  '/qa/answers/{answer_id}/report': { put: change('Reports an answer, which hides it.', ['answer_id']) },
};
