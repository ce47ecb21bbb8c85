import { startNginx } from './support/nginx-with-settings.ts';
import { request } from './support/stack.ts';

const token = 'loaderio-0123456789abcdef0123456789abcdef';
const paths = [`/${token}.txt`, `/${token}/`];

it.each([token, token.replace('loaderio-', '')])(
  'LOADER_IO_TOKEN=%s serves the token',
  async setting => {
    const nginx = await startNginx({ LOADER_IO_TOKEN: setting });
    try {
      for (const path of paths) {
        const response = await nginx.curl(`http://127.0.0.1:8080${path}`);
        expect(response).toMatch(/^HTTP\/1.1 200 /);
        expect(response).toMatch(/^content-type: text\/plain/im);
        expect(response.split('\r\n\r\n')[1]).toBe(token);
      }
      expect(await nginx.curl('http://127.0.0.1:8080/loaderio-0.txt')).not.toMatch(/^HTTP\/1.1 200 /);
    } finally {
      await nginx.stop();
    }
  },
  60_000,
);

it.each(paths)('without the setting %s is a 404', async path => {
  expect((await request(path)).status).toBe(404);
});
