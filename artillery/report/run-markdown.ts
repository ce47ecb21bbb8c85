import type { LoadRun } from '../load-run.ts';
import { moment } from './format.ts';
import { escaped, table } from './markdown.ts';
import { errorsOf } from './stage.ts';
import * as tables from './tables.ts';
import { verdictOf } from './verdict.ts';

/** The report of a run as Markdown, without charts and endpoints. */
export function runMarkdown(run: LoadRun): string {
  const { title, reason } = verdictOf(run);
  const hasErrors = run.stages.some(stage => errorsOf(stage) > 0);
  return `${[
    `# Load run: ${escaped(run.scenario)}`,
    `**${title}.** ${escaped(reason)}`.trim(),
    `${escaped(run.description)} ${escaped(run.target)}, ${moment(run.startedAt)}.`,
    ...(run.generatorLimit ? [`**The generator was the limit.** ${escaped(run.generatorLimit)}`] : []),
    table(tables.promises(run)),
    '## Throughput, latency, error rate',
    table(tables.stages(run)),
    'Latency percentiles, in ms:',
    table(tables.latency(run)),
    '## Responses',
    table(tables.statusCodes(run)),
    `429 Too Many Requests: ${escaped(tables.tooManyRequests(run))}`,
    ...(hasErrors ? [table(tables.errors(run))] : ['No errors.']),
    table(tables.cache(run)),
    '## Test environment',
    table(tables.tested(run)),
    '## Cleaning up',
    escaped(run.cleanUp ?? 'The run wrote no data.'),
  ].join('\n\n')}\n`;
}
