import type { LoadRun, Stage } from '../load-run.ts';
import { chartsOf } from './charts.ts';
import { count, figure, moment, percent } from './format.ts';
import { type Html, html } from './html.ts';
import { chartFigures, page, table } from './page.ts';
import { errorRate, errorsOf, hitRate, throughput } from './stage.ts';
import * as tables from './tables.ts';
import { type Verdict, verdictOf } from './verdict.ts';

/** The report of a run as an HTML page. */
export function runPage(run: LoadRun): string {
  const charts = chartsOf(run);
  const verdict = verdictOf(run);
  const content = html`
<header>
<p class="kind">Load run</p>
<h1>${run.scenario}</h1>
<p class="lead">${run.description}</p>
<p class="facts">${run.target} · ${moment(run.startedAt)}</p>
</header>
<section class="verdict ${verdict.state}">
${mark(verdict)}
<h2>${verdict.title}</h2>
${verdict.reason ? html`<p>${verdict.reason}</p>` : ''}
</section>
${run.generatorLimit ? generatorLimit(run.generatorLimit) : ''}
${glance(run)}
<h2>Promises</h2>
${table(tables.promises(run))}
<h2>Throughput, latency, error rate</h2>
${table(tables.stages(run))}
<h3>Latency percentiles</h3>
${table(tables.latency(run))}
<h2>Over time</h2>
${chartFigures(charts)}
<h2>Responses</h2>
${table(tables.statusCodes(run))}
<p class="limited"><strong>429 Too Many Requests:</strong> ${tables.tooManyRequests(run)}</p>
<h3>Errors</h3>
${run.stages.some(stage => errorsOf(stage) > 0) ? table(tables.errors(run)) : html`<p>None.</p>`}
<h3>Cache</h3>
${table(tables.cache(run))}
<h2>Endpoints</h2>
${run.stages.map(stage => html`<h3>${stage.name}</h3>${table(tables.endpoints(stage))}`)}
<h2>Test environment</h2>
${table(tables.tested(run))}
<h2>Cleaning up</h2>
<p>${run.cleanUp ?? 'The run wrote no data.'}</p>`;
  return page(`${verdict.title}: ${run.scenario}`, charts, content);
}

/** Four key figures of the last judged stage. */
function glance({ stages }: LoadRun): Html {
  const stage = stages.findLast(({ isJudged }) => isJudged);
  if (!stage) return html``;
  const { mean, p95, p99 } = stage.latency_ms;
  const value = (text: string, unit = '') =>
    html`<dd class="value">${text}${unit ? html` <small>${unit}</small>` : ''}</dd>`;
  return html`
${stages.length > 1 ? html`<p class="facts">The last judged stage, ${stage.name}:</p>` : ''}
<dl class="glance">
<div><dt>Throughput</dt>${value(figure(throughput(stage)), '/s')}
<dd class="of">${figure(stage.offered_s)} sent, ${figure(stage.planned_s)} planned</dd></div>
<div><dt>Latency</dt>${value(figure(mean), 'ms')}
<dd class="of">mean; p95 ${figure(p95)}, p99 ${figure(p99)}</dd></div>
<div><dt>Error rate</dt>${value(percent(errorRate(stage)))}
<dd class="of">${failed(stage)}</dd></div>
<div><dt>Cache hit rate</dt>${value(percent(hitRate(stage)))}
<dd class="of">of cacheable responses</dd></div>
</dl>`;
}

const failed = (stage: Stage) => `${count(errorsOf(stage))} of ${count(stage.requests)} requests`;

const generatorLimit = (sentence: string) => html`
<aside class="notice"><p><strong>The generator was the limit.</strong> ${sentence}</p></aside>`;

const strokes: Readonly<Record<Verdict['state'], string>> = {
  kept: 'M7 12.5l3.5 3.5 7-8',
  broken: 'M8 8l8 8M16 8l-8 8',
  unjudged: 'M7 12h10',
};

const mark = ({ state }: Verdict) => html`<svg viewBox="0 0 24 24" fill="none" stroke="currentColor"
stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">
<circle cx="12" cy="12" r="11"/>
<path d="${strokes[state]}"/></svg>`;
