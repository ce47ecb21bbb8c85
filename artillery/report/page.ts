import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Chart, inWords } from './charts.ts';
import { Html, html, json } from './html.ts';
import type { Table } from './tables.ts';

const beside = (name: string) => readFileSync(join(import.meta.dirname, name), 'utf8');
const uplot = (name: string) => beside(`../../node_modules/uplot/dist/${name}`);

/** The most bytes of a page: what is committed as an example stays small. */
const maxPage_bytes = 500_000;

/**
 * A page that needs nothing but itself: style, charts and their data are in it, and its policy lets it load
 * nothing and run no script but its own. Throws a `RangeError` for a page of more than 500 kB.
 */
export function page(title: string, charts: readonly Chart[], content: Html): string {
  const script = `${uplot('uPlot.iife.min.js')}\n${beside('charts.js')}`;
  const style = `${uplot('uPlot.min.css')}\n${beside('page.css')}`;
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
    throw new RangeError(`The report has ${bytes} bytes; ${maxPage_bytes} is the most.`);
  return text;
}

/** A table with more columns has each row on lines of its own on a phone, its figures with the names of their columns. */
const mostPhoneColumns = 4;

/** A table that scrolls by itself where it is wider than the page. */
export function table({ caption, columns, rows, holdsTexts }: Table): Html {
  const isWide = !holdsTexts && columns.length > mostPhoneColumns;
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

/** The figures of the charts, each with what it shows in words. */
export const figures = (charts: readonly Chart[]): Html => html`${charts.map(
  chart => html`
<figure>
<h3>${chart.title}</h3>
<div class="chart" role="img" aria-label="${chart.title}. ${inWords(chart)}"></div>
<figcaption>${inWords(chart)}</figcaption>
</figure>`,
)}
<noscript><p>The charts need JavaScript; the tables do not.</p></noscript>`;

const heads = (columns: readonly string[]) =>
  columns.some(column => column !== '')
    ? html`<thead><tr>${columns.map(column => html`<th scope="col">${column}</th>`)}</tr></thead>`
    : html``;

/** A path may go on in another line, from a slash. */
const breakable = (name: string) =>
  name.split(/(?=\/)/).map((part, index) => (index > 0 ? html`<wbr>${part}` : html`${part}`));

function cell(text: string, column: string | undefined): Html {
  if (text === 'kept' || text === 'broken') return html`<td class="${text}">${text}</td>`;
  return column === undefined ? html`<td>${text}</td>` : html`<td data-column="${column}">${text}</td>`;
}
