import { createTestDatabase, type TestDatabase } from '../db/testing/database.ts';
import type { Service } from './serve.ts';
import { call } from './testing/http.ts';
import { startReplica } from './testing/service.ts';

const origins = ['http://localhost:3000', 'https://shop.example'];
let database: TestDatabase;
let service: Service;
beforeAll(async () => {
  database = await createTestDatabase();
  service = await startReplica(database.app, { origins });
});
afterAll(async () => {
  await service.stop();
  await database.drop();
});

const from = (origin: string, method = 'GET', path = '/products') =>
  call(service.port, path, {
    method,
    headers: origin ? { Origin: origin, 'Access-Control-Request-Headers': 'content-type' } : {},
  });
const corsHeaders = (headers: object) =>
  Object.keys(headers).filter(name => name.startsWith('access-control-'));

it.each(origins)('%s is echoed, in errors and preflights too', async origin => {
  for (const response of [
    await from(origin),
    await from(origin, 'GET', '/products/x'),
    await from(origin, 'OPTIONS'),
  ]) {
    expect(response.headers['access-control-allow-origin']).toBe(origin);
    expect(response.headers.vary).toBe('Accept-Encoding, Origin');
  }
});

it.each([
  'https://evil.example',
  'https://shop.example.evil.example',
  'https://shop.example:8443',
  'http://shop.example',
  'null',
  '',
])('%p is not, and gets no Access-Control header', async origin => {
  for (const response of [
    await from(origin),
    await from(origin, 'GET', '/products/x'),
    await from(origin, 'OPTIONS'),
  ]) {
    expect(corsHeaders(response.headers)).toEqual([]);
    expect(response.headers.vary).toBe('Accept-Encoding, Origin');
  }
});
