import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, renameSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A certificate authority and its certificates, made with the openssl of Nginx's image. */
export class CertificateAuthority {
  readonly folder = mkdtempSync(join(tmpdir(), 'elier-certificates-'));
  /** Its own certificate, as PEM. */
  readonly certificate: string;

  constructor() {
    chmodSync(this.folder, 0o755);
    this.#openssl(
      'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout ca.key -out ca.pem -days 30 -subj /CN=ca',
    );
    this.certificate = readFileSync(join(this.folder, 'ca.pem'), 'utf8');
  }

  /**
   * Makes a folder with `fullchain.pem` and `privkey.pem`.
   *
   * @param names the names that the certificate is for
   * @param end how long it is valid, such as "-days 30", or the times of both ends
   */
  issue(folder: string, names: readonly string[], end = '-days 30'): string {
    const path = join(this.folder, folder);
    mkdirSync(path, { recursive: true });
    const alternatives = names.map(name => `DNS:${name}`).join(',');
    this.#openssl(
      `req -newkey rsa:2048 -nodes -keyout ${folder}/new.key -out request -subj /CN=${names[0]}`,
      `x509 -req -in request -CA ca.pem -CAkey ca.key ${end} -out ${folder}/new.pem -extfile <(echo subjectAltName=${alternatives})`,
    );
    renameSync(join(path, 'new.key'), join(path, 'privkey.pem'));
    renameSync(join(path, 'new.pem'), join(path, 'fullchain.pem'));
    return path;
  }

  /** Puts a file of one folder into another. */
  copy(name: string, from: string, to: string): void {
    copyFileSync(join(this.folder, from, name), join(this.folder, to, name));
  }

  #openssl(...commands: readonly string[]): void {
    const script = commands.map(command => `openssl ${command}`).join(' && ');
    const container = [
      '--rm',
      '--user',
      `${process.getuid?.()}:${process.getgid?.()}`,
      '--volume',
      `${this.folder}:/ca`,
      '--workdir',
      '/ca',
      '--entrypoint',
      'bash',
    ];
    execFileSync('docker', ['run', ...container, 'nginx:1.30', '-c', `${script} && chmod -R a+rX .`], {
      stdio: 'pipe',
    });
  }
}
