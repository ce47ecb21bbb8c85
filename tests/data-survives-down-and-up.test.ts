import { downAll, upAll } from 'docker-compose';
import { newAnswer, newQuestion, ready, request, stack } from './support/stack.ts';

it('after make down and make up all rows of users are there, and no stale page is served', async () => {
  const question = await newQuestion(6);
  const path = `/qa/questions/${question}/answers`;
  for (let read = 0; read < 9; read++) await request(path); // caches a page that is soon outdated
  const { json: answer } = await newAnswer(question, { photos: ['https://images.example/kept'] });
  const before = await request(path);
  expect(before.json.results).toEqual([answer]);
  const products = await request('/products?count=100');

  await downAll(stack);
  await upAll({ ...stack, commandOptions: ready });

  expect((await request(path)).text).toBe(before.text);
  expect((await request('/products?count=100')).text).toBe(products.text);
  expect(await newQuestion(6)).toBeGreaterThan(question);
}, 180_000);
