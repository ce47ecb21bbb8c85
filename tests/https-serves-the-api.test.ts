import { execFile } from 'node:child_process';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { CertificateAuthority } from './support/certificates.ts';
import { refusal, startNginx } from './support/nginx-with-settings.ts';
import { docker } from './support/stack.ts';

const authority = new CertificateAuthority();
const folder = authority.issue('shop', ['shop.example', 'www.shop.example']);
const hsts = 'max-age=31536000; includeSubDomains';
const settings = {
  TLS: 'files',
  CERTIFICATE_FOLDER: folder,
  HTTPS_PORT: '127.0.0.1:18443',
  SERVER_NAMES: 'shop.example, www.shop.example',
  HSTS: hsts,
};

let nginx: Awaited<ReturnType<typeof startNginx>>;
beforeAll(async () => {
  nginx = await startNginx(settings);
}, 60_000);
afterAll(() => nginx.stop());

const toShop = [
  '--cacert',
  '/dev/stdin',
  '--resolve',
  'shop.example:8443:127.0.0.1',
  '--resolve',
  'www.shop.example:8443:127.0.0.1',
];
/** Requests over HTTPS by a client that trusts the authority only. */
const get = (path: string, ...args: string[]) =>
  docker(
    'exec',
    nginx.id,
    'sh',
    '-c',
    `curl -si "$@" <<END\n${authority.certificate}\nEND`,
    'sh',
    ...toShop,
    ...args,
    `https://shop.example:8443${path}`,
  );
const overHttp = (path: string, ...args: string[]) =>
  nginx.curl('-H', 'Host: shop.example', ...args, `http://127.0.0.1:8080${path}`);
/** What openssl's client says about a handshake. */
const handshake = (...args: string[]) =>
  docker(
    'exec',
    nginx.id,
    'sh',
    '-c',
    'openssl s_client -connect 127.0.0.1:8443 "$@" </dev/null 2>&1 || true',
    'sh',
    ...args,
  );

const logsOf = (container: string) =>
  promisify(execFile)('docker', ['logs', container]).then(({ stderr }) => stderr);

describe('over HTTPS', () => {
  it('reads are answered in HTTP/2 and HTTP/1.1, with HSTS', async () => {
    for (const [version, line] of [
      ['--http2', 'HTTP/2 200'],
      ['--http1.1', 'HTTP/1.1 200'],
    ] as const) {
      const response = await get('/products/1', version);
      expect(response).toContain(line);
      expect(response).toMatch(new RegExp(`^strict-transport-security: ${hsts}\\r?$`, 'im'));
      expect(response).toContain('"id":1,');
    }
  });

  it('a write is made once, and seen by the next read', async () => {
    const votes = async () =>
      Number(
        /"question_id":1,.*?"question_helpfulness":(\d+)/.exec(
          await get('/qa/questions?product_id=1&count=500'),
        )?.[1],
      );
    const before = await votes();
    expect(await get('/qa/questions/1/helpful', '-X', 'PUT')).toContain('HTTP/2 204');
    expect(await votes()).toBe(before + 1);
  });

  it('a name that is not served is refused in the handshake, and so is a client that names none', async () => {
    for (const args of [['-servername', 'evil.example'], ['-noservername']]) {
      const said = await handshake(...args);
      expect(said).toMatch(/unrecognized name/);
      expect(said).not.toContain('BEGIN CERTIFICATE');
    }
  });

  it('HTTP on the port of HTTPS gets a problem', async () => {
    const response = await nginx.curl('http://127.0.0.1:8443/products/1');
    expect(response).toMatch(/^HTTP\/1.1 400 /);
    expect(response).toContain('"detail":"The request cannot be read."');
  });

  it('another Host on the connection gets 421', async () => {
    expect(await get('/products/1', '-H', 'Host: evil.example')).toMatch(/^HTTP\/2 421 /);
  });

  it.each([
    ['-tls1_3', 'TLSv1.3'],
    ['-tls1_2', 'TLSv1.2'],
  ])('%s is spoken', async (version, name) => {
    expect(await handshake(version, '-servername', 'shop.example')).toMatch(new RegExp(`New, ${name}`));
  });

  it.each([
    ['TLS 1.1', ['-tls1_1', '-cipher', 'ALL:@SECLEVEL=0']],
    ['a cipher without forward secrecy', ['-tls1_2', '-cipher', 'AES128-GCM-SHA256']],
    ['a cipher in CBC mode', ['-tls1_2', '-cipher', 'ECDHE-RSA-AES128-SHA256']],
  ])('%s is refused', async (_, args) => {
    expect(await handshake('-servername', 'shop.example', ...args)).toContain('Cipher is (NONE)');
  });

  it.each(['-tls1_2', '-tls1_3'])('a session is resumed, %s', async version => {
    const script = `
      session() { { printf 'GET /health/live HTTP/1.1\\r\\nHost: shop.example\\r\\nConnection: close\\r\\n\\r\\n'; sleep 0.3; } |
        openssl s_client -connect 127.0.0.1:8443 -servername shop.example ${version} "$@" 2>&1; }
      session -sess_out /tmp/session >/dev/null; session -sess_in /tmp/session`;
    expect(await docker('exec', nginx.id, 'sh', '-c', script)).toContain('Reused, ');
  });
});

describe('over HTTP', () => {
  it.each(['GET', 'POST', 'PUT'])('%s is redirected with 308, without HSTS', async method => {
    const response = await overHttp('/qa/questions?product_id=1&page=2', '-X', method);
    expect(response).toMatch(/^HTTP\/1.1 308 /);
    expect(response).toMatch(
      /^location: https:\/\/shop\.example:18443\/qa\/questions\?product_id=1&page=2\r?$/im,
    );
    expect(response).toMatch(/^cache-control: no-store\r?$/im);
    expect(response).not.toMatch(/strict-transport/i);
  });

  it('a health check is answered, whatever its Host', async () => {
    for (const host of ['shop.example', '172.31.5.6'])
      expect(await nginx.curl('-H', `Host: ${host}`, 'http://127.0.0.1:8080/health/ready')).toMatch(
        /^HTTP\/1.1 200 /,
      );
  });

  it('a Host that is not served is not redirected', async () => {
    expect(await nginx.curl('-H', 'Host: evil.example', 'http://127.0.0.1:8080/products/1')).toMatch(
      /^HTTP\/1.1 421 /,
    );
  });
});

describe('a certificate that was replaced', () => {
  const served = async () =>
    /serial=(\w+)/.exec(
      await docker(
        'exec',
        nginx.id,
        'sh',
        '-c',
        'openssl s_client -connect 127.0.0.1:8443 -servername shop.example </dev/null 2>/dev/null | openssl x509 -noout -serial',
      ),
    )?.[1];

  it('is served within a minute, without a failed request; a broken one never is', async () => {
    const first = await served();
    const failures: string[] = [];
    let isOver = false;
    const reading = (async () => {
      for (; !isOver; await sleep(50)) {
        const response = await get('/products/1').catch(String);
        if (!response.startsWith('HTTP/2 200')) failures.push(response);
      }
    })();
    try {
      authority.issue('shop', ['shop.example', 'www.shop.example']);
      // As from an editor that writes no line end.
      writeFileSync(
        join(folder, 'fullchain.pem'),
        readFileSync(join(folder, 'fullchain.pem'), 'utf8').trimEnd(),
      );
      const until = Date.now() + 60_000;
      while ((await served()) === first && Date.now() < until) await sleep(1000);
      const second = await served();
      expect(second).not.toBe(first);

      writeFileSync(join(folder, 'fullchain.pem'), 'half of a');
      const sentence = 'fullchain.pem in CERTIFICATE_FOLDER is not a certificate.';
      const deadline = Date.now() + 40_000;
      while (!(await logsOf(nginx.id)).includes(sentence) && Date.now() < deadline) await sleep(500);
      expect(await logsOf(nginx.id)).toContain(sentence);
      await sleep(11_000); // Nginx would load it
      expect(await served()).toBe(second);
    } finally {
      isOver = true;
      await reading;
    }
    expect(failures).toEqual([]);
  }, 150_000);
});

describe('a certificate that is no good stops the start with a sentence:', () => {
  const other = authority.issue('other', ['other.example']);
  const ended = authority.issue(
    'ended',
    ['shop.example'],
    '-not_before 20200101000000Z -not_after 20200201000000Z',
  );
  const mixed = authority.issue('mixed', ['shop.example']);
  authority.copy('privkey.pem', 'other', 'mixed');
  const later = authority.issue(
    'later',
    ['shop.example'],
    '-not_before 20990101000000Z -not_after 20990201000000Z',
  );
  const half = authority.issue('half', ['shop.example']);
  appendFileSync(join(half, 'fullchain.pem'), '-----BEGIN CERTIFICATE-----\nMIIB\n');
  const empty = authority.issue('empty', ['shop.example']);
  writeFileSync(join(empty, 'fullchain.pem'), '');

  it.each([
    [
      'of another name',
      other,
      'shop.example',
      'The certificate in CERTIFICATE_FOLDER is not for shop.example, which is one of SERVER_NAMES.',
    ],
    [
      'that ended',
      ended,
      '',
      /^The certificate in CERTIFICATE_FOLDER ended on Feb {2}1 00:00:00 2020 GMT\.$/,
    ],
    [
      'with the key of another',
      mixed,
      '',
      'privkey.pem in CERTIFICATE_FOLDER is the key of another certificate than fullchain.pem.',
    ],
    ['that begins later', later, '', 'The certificate in CERTIFICATE_FOLDER begins on 2099-01-01 00:00:00Z.'],
    ['with half of its chain', half, '', /^Nginx cannot use the files in CERTIFICATE_FOLDER: .*PEM/],
    ['of no bytes', empty, '', 'fullchain.pem in CERTIFICATE_FOLDER is not a certificate.'],
    [
      'that is missing',
      authority.folder,
      '',
      'CERTIFICATE_FOLDER has no fullchain.pem that user 101 may read.',
    ],
  ])('%s', async (_, path, names, sentence) => {
    const { code, lastLine } = await refusal({ TLS: 'files', CERTIFICATE_FOLDER: path, SERVER_NAMES: names });
    expect(lastLine).toMatch(sentence);
    expect(code).toBe(1);
  });

  it('and a wrong HSTS does', async () => {
    const { lastLine } = await refusal({ ...settings, HSTS: 'yes' });
    expect(lastLine).toBe('HSTS must be empty or such as "max-age=31536000; includeSubDomains", not "yes".');
  });
});

it('a certificate that ends within two weeks is served, with a sentence in the log', async () => {
  const soon = await startNginx({
    ...settings,
    CERTIFICATE_FOLDER: authority.issue('soon', ['shop.example', 'www.shop.example'], '-days 3'),
  });
  try {
    expect(await logsOf(soon.id)).toMatch(/^The certificate ends on .* GMT\.$/m);
  } finally {
    await soon.stop();
  }
}, 60_000);
