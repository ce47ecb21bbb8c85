import type { LoadRun } from '../load-run.ts';
import { chartsOfBoth } from './charts.ts';
import { comparisons, testedOn, verdicts } from './comparison.ts';
import { html } from './html.ts';
import { chartFigures, page, table } from './page.ts';

/** A run and the name of its folder. */
export interface NamedRun {
  readonly folder: string;
  readonly run: LoadRun;
}

/** The comparison of two runs as an HTML page. */
export function comparisonPage(a: NamedRun, b: NamedRun): string {
  const charts = chartsOfBoth(a.run, b.run);
  const stages = comparisons(a.run, b.run);
  const content = html`
<header>
<p class="kind">Two load runs side by side</p>
<h1>${[...new Set([a.run.scenario, b.run.scenario])].join(' and ')}</h1>
</header>
<h2>Verdicts</h2>
${table(verdicts([a, b]))}
<h2>Figures</h2>
${stages.length > 0 ? '' : html`<p>The runs have no stage in common.</p>`}
${stages.map(stage => html`<h3>${stage.name}</h3>${table(stage.table)}`)}
<h2>Over time</h2>
${chartFigures(charts)}
<h2>Test environment</h2>
${table(testedOn(a.run, b.run))}`;
  return page(`${a.folder} and ${b.folder}`, charts, content);
}
