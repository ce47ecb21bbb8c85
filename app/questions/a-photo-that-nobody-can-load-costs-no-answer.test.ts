import { startTestService, type TestService } from '../testing/service.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.stop());

/** The photos of the answer that its 201 and its list show. */
async function keptOf(photos: unknown): Promise<string[]> {
  const body = { body: 'It fits', name: 'Shopper', email: 'shopper@mail.example', photos };
  const { status, json } = await service.call('/qa/questions/1/answers', { method: 'POST', body });
  expect(status).toBe(201);
  const { json: list } = await service.call('/qa/questions/1/answers?count=500');
  const listed = list.results.find((answer: { answer_id: number }) => answer.answer_id === json.answer_id);
  expect(json).toEqual(listed);
  return json.photos.map(({ url }: { url: string }) => url);
}

const good = 'https://images.example/a.jpg';

it.each([
  'blob:http://localhost:3000/8a7b',
  'data:image/png;base64,iVBORw0KGgo=',
  `data:image/png;base64,${'A'.repeat(20_000)}`,
  'javascript:alert(1)',
  'example.com/a.jpg',
  '//example.com/a.jpg',
  'ftp://example.com/a.jpg',
  'file:///home/me/a.jpg',
  '',
  ' ',
  'http://',
  'https:// a',
  'http://localhost:3000/a.jpg',
  'http://cat.localhost/a.jpg',
  'http://127.0.0.1/a.jpg',
  'http://2130706433/a.jpg',
  'http://[::1]:3000/a.jpg',
  'http://0.0.0.0/a.jpg',
])('leaves out %.60s and keeps the others', async url => {
  expect(await keptOf([url, good, url])).toEqual([good]);
  expect(await keptOf([url])).toEqual([]);
});

it.each([
  'HTTP://images.example/ä?x=1',
  'https://images.example/my photo.jpg',
  `https://images.example/${'x'.repeat(2060)}`,
  `https://images.example/${'👟'.repeat(1000)}`,
  'http://localhost.example/a.jpg',
  'http://127.example/a.jpg',
  'http://192.168.1.7/a.jpg',
])('keeps %.60s as it is', async url => {
  expect(await keptOf([url])).toEqual([url]);
});

it('counts only those that stay', async () => {
  expect(await keptOf([...Array(90).fill('blob:x'), ...Array(5).fill(good)])).toEqual(Array(5).fill(good));
});
