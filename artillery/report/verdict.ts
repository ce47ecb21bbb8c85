import type { LoadRun } from '../load-run.ts';

export interface Verdict {
  readonly state: 'kept' | 'broken' | 'unjudged';
  /** "All 4 promises kept". */
  readonly title: string;
  /** Which promise broke, or why there is no verdict. */
  readonly reason: string;
}

/** A run is judged by its promises; one of which no stage was judged is neither kept nor broken. */
export function verdictOf({ promises, stages, generatorLimit }: LoadRun): Verdict {
  const broken = promises.filter(({ isKept }) => !isKept);
  if (broken.length > 0) {
    const reasons = broken.map(({ promise, measured }) => `${promise} (it was ${measured})`);
    return {
      state: 'broken',
      title: `${broken.length} of ${plural(promises.length, 'promise')} broken`,
      reason: `Broken: ${reasons.join('; ')}.`,
    };
  }
  if (promises.length === 0 || !stages.some(({ isJudged }) => isJudged)) {
    const reason = generatorLimit
      ? 'The generator was the limit from the first stage on: the run says nothing about the target.'
      : 'The run has no promise that could be kept or broken.';
    return { state: 'unjudged', title: 'Not judged', reason };
  }
  const title = promises.length === 1 ? 'The promise is kept' : `All ${promises.length} promises kept`;
  return { state: 'kept', title, reason: '' };
}

const plural = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`;
