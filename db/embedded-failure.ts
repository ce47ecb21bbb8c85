import { getSystemErrorMessage } from 'node:util';

/** Why there is no embedded PostgreSQL, in a sentence for whoever started it. */
export class EmbeddedFailure extends Error {}

/** What the machine did not allow: to write where the data lies, or to initdb. Any other error is a bug, and stays as it is. */
export function asEmbeddedFailure(error: unknown, folder: string): unknown {
  const { code, errno, path, stderr } = error as NodeJS.ErrnoException & { stderr?: string };
  if (typeof errno === 'number' && code && notAllowed.has(code)) {
    const reason = `${path ?? folder} cannot be written: ${getSystemErrorMessage(errno)}`;
    return new EmbeddedFailure(`The embedded PostgreSQL cannot keep its data: ${reason}.`, { cause: error });
  }
  if (stderr === undefined) return error;
  return new EmbeddedFailure(
    `The embedded PostgreSQL cannot make its data folder ${folder}: ${reasonIn(stderr)}.`,
    { cause: error },
  );
}

/** The reason in what initdb said, without the time and the program's name before it. */
function reasonIn(said: string): string {
  if (/no space left|free disk space/i.test(said)) return 'the disk is full';
  const lines = said.trim().split('\n');
  const line = lines.find(text => /\b(?:fatal|panic|error):/i.test(text)) ?? lines.at(-1) ?? '';
  return line.replace(/^.*?\b(?:fatal|panic|error): +/i, '').replace(/\.$/, '');
}

const notAllowed = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'ENOTDIR']);
