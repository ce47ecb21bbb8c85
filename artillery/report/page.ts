import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { altText, type Chart } from './charts.ts';
import { Html, html, json } from './html.ts';
import type { Table } from './tables.ts';

const readFile = (name: string) => readFileSync(join(import.meta.dirname, name), 'utf8');
const uplot = (name: string) => readFile(`../../node_modules/uplot/dist/${name}`);

const maxPage_bytes = 500_000;

/**
 * A self-contained HTML page with styles, charts and data inline. Its Content-Security-Policy blocks all loads and all other
 * scripts. Throws a `RangeError` for a page of more than 500 kB.
 */
export function page(title: string, charts: readonly Chart[], content: Html): string {
  const script = `${uplot('uPlot.iife.min.js')}\n${readFile('charts.js')}`;
  const style = `${uplot('uPlot.min.css')}\n${readFile('page.css')}`;
  const hash = createHash('sha256').update(script).digest('base64');
  const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${hash}'`;
  const { text } = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${new Html(style)}</style>
</head>
<body>
<main>
${content}
</main>
<script type="application/json" id="charts">${json(charts)}</script>
<script>${new Html(script)}</script>
</body>
</html>
`;
  const bytes = Buffer.byteLength(text);
  if (bytes > maxPage_bytes)
    throw new RangeError(`The report has ${bytes} bytes; the limit is ${maxPage_bytes}.`);
  return text;
}

/** On a phone, a table with more columns shows one cell per line, with the column's name. */
const maxPhoneColumns = 4;

/** An HTML table that scrolls horizontally when it is wider than the page. */
export function table({ caption, columns, rows, holdsTexts }: Table): Html {
  const isWide = !holdsTexts && columns.length > maxPhoneColumns;
  const kind = holdsTexts ? ' texts' : isWide ? ' wide' : '';
  return html`
<div class="table${kind}" role="region" aria-label="${caption}" tabindex="0">
<table>
<caption>${caption}</caption>
${heads(columns)}
<tbody>
${rows.map(
  ({ name, cells, note }) => html`<tr>
<th scope="row">${breakable(name)}${note ? html` <span class="note">${note}</span>` : ''}</th>
${cells.map((text, index) => cell(text, isWide ? columns[index + 1] : undefined))}
</tr>
`,
)}</tbody>
</table>
</div>`;
}

/** HTML figures with the charts and their descriptions. */
export const chartFigures = (charts: readonly Chart[]): Html => html`${charts.map(
  chart => html`
<figure>
<h3>${chart.title}</h3>
<div class="chart" role="img" aria-label="${chart.title}. ${altText(chart)}"></div>
<figcaption>${altText(chart)}</figcaption>
</figure>`,
)}
<noscript><p>The charts need JavaScript; the tables do not.</p></noscript>`;

const heads = (columns: readonly string[]) =>
  columns.some(column => column !== '')
    ? html`<thead><tr>${columns.map(column => html`<th scope="col">${column}</th>`)}</tr></thead>`
    : html``;

/** Allows a line break before each slash. */
const breakable = (name: string) =>
  name.split(/(?=\/)/).map((part, index) => (index > 0 ? html`<wbr>${part}` : html`${part}`));

function cell(text: string, column: string | undefined): Html {
  if (text === 'kept' || text === 'broken') return html`<td class="${text}">${text}</td>`;
  return column === undefined ? html`<td>${text}</td>` : html`<td data-column="${column}">${text}</td>`;
}
