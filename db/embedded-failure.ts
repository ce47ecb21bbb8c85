import { getSystemErrorMessage } from 'node:util';

/** The embedded PostgreSQL cannot be used. The message is one sentence for the user. */
export class EmbeddedFailure extends Error {}

/** Converts an error of the file system or of initdb. Any other error is a bug, and is returned unchanged. */
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

/** The reason in initdb's output, without the time and the program's name. */
function reasonIn(output: string): string {
  if (/no space left|free disk space/i.test(output)) return 'the disk is full';
  const lines = output.trim().split('\n');
  const line = lines.find(text => /\b(?:fatal|panic|error):/i.test(text)) ?? lines.at(-1) ?? '';
  return line.replace(/^.*?\b(?:fatal|panic|error): +/i, '').replace(/\.$/, '');
}

const notAllowed = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'ENOTDIR']);
