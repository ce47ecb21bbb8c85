import type { LoadRun } from '../load-run.ts';
import { duration, plural } from './format.ts';

export interface Verdict {
  readonly state: 'kept' | 'broken' | 'unjudged';
  /** "All 4 promises kept". */
  readonly title: string;
  /** Which promise broke, or why there is no verdict. */
  readonly reason: string;
}

/** The verdict on a run. The title of an interrupted run says so first. */
export function verdictOf(run: LoadRun): Verdict {
  const verdict = verdictOnPromises(run);
  if (run.interruptedAfter_s === undefined) return verdict;
  const [first = '', ...more] = verdict.title;
  const title = `Interrupted after ${duration(run.interruptedAfter_s)}: ${first.toLowerCase()}${more.join('')}`;
  return { ...verdict, title };
}

function verdictOnPromises(run: LoadRun): Verdict {
  const { promises } = run;
  const broken = promises.filter(({ isKept }) => !isKept);
  if (broken.length > 0) {
    const reasons = broken.map(({ promise, measured }) => `${promise} (it was ${measured})`);
    return {
      state: 'broken',
      title: `${broken.length} of ${plural(promises.length, 'promise')} broken`,
      reason: `Broken: ${reasons.join('; ')}. ${reachOf(run)}`.trim(),
    };
  }
  // Without a judged stage there are no promises.
  if (promises.length === 0) {
    const reason = 'The generator was the limit in the first stage: the run says nothing about the target.';
    return { state: 'unjudged', title: 'Not judged', reason };
  }
  return { state: 'kept', title: `All ${promises.length} promises kept`, reason: reachOf(run) };
}

/**
 * How far a run that ended early came: "Kept up to 1,000 a second. Not judged: 3,000 a second. Not tried: 5,000 a second."
 */
function reachOf({ stages, keptUpTo, notTried = [] }: LoadRun): string {
  const unjudged = stages.filter(({ isJudged }) => !isJudged).map(({ name }) => name);
  const open = Object.entries({ 'Not judged': unjudged, 'Not tried': notTried })
    .filter(([, names]) => names.length > 0)
    .map(([what, names]) => `${what}: ${names.join(', ')}.`);
  return [...(open.length > 0 && keptUpTo ? [`Kept up to ${keptUpTo}.`] : []), ...open].join(' ');
}
