// Runs in the report page after uPlot and draws the charts in the colours of the page's theme.
{
  const height_px = 240;
  // Fits A4 and Letter. The printed page has no width yet when the charts are drawn.
  const printed_px = 640;
  const font = '12px system-ui, sans-serif';
  const printing = matchMedia('print');

  const colour = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const number = new Intl.NumberFormat('en', { maximumSignificantDigits: 4 });
  const widthOf = box => Math.min(box.clientWidth, printing.matches ? printed_px : Number.POSITIVE_INFINITY);

  /** The time axis uses minutes for a long run. */
  const isLong = chart => chart.scales.x.max >= 120;
  const seconds = [1, 2, 5, 10, 15, 30];
  const minutes = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600].map(minute => minute * 60);
  const times = (chart, at_s) =>
    at_s.map(at => (isLong(chart) ? `${number.format(at / 60)} min` : `${number.format(at)} s`));

  /** Ticks of a logarithmic axis: powers of ten, with their multiples by 2 and 5 on a short axis. */
  function powers(_chart, _axis, min, max) {
    const steps = max / min > 100 ? [1] : [1, 2, 5];
    const decades = Array.from({ length: 12 }, (_, index) => 10 ** (index - 3));
    return decades
      .flatMap(decade => steps.map(step => Number((decade * step).toPrecision(3))))
      .filter(value => value >= min && value <= max);
  }

  /** Marks the start of each stage, with its name if it fits. Stages that are not judged get a grey background. */
  function drawSpans(chart, spans) {
    const { ctx, bbox } = chart;
    const ratio = devicePixelRatio;
    ctx.save();
    ctx.font = `${12 * ratio}px system-ui, sans-serif`;
    ctx.textBaseline = 'top';
    for (const { name, from_s, to_s, isJudged } of spans) {
      const left = chart.valToPos(from_s, 'x', true);
      const right = Math.min(chart.valToPos(to_s, 'x', true), bbox.left + bbox.width);
      ctx.fillStyle = colour('--band');
      if (!isJudged) ctx.fillRect(left, bbox.top, right - left, bbox.height);
      ctx.fillStyle = colour('--rule');
      ctx.fillRect(left, bbox.top - 18 * ratio, ratio, bbox.height + 18 * ratio);
      ctx.fillStyle = colour('--muted');
      const fits = ctx.measureText(name).width + 12 * ratio < right - left;
      if (fits) ctx.fillText(name, left + 6 * ratio, bbox.top - 18 * ratio);
    }
    ctx.restore();
  }

  function draw({ unit, at_s, lines, spans }, box) {
    const isLogarithmic = unit === 'ms';
    const axis = {
      stroke: () => colour('--muted'),
      font,
      grid: { stroke: () => colour('--rule'), width: 1 },
      ticks: { show: false },
    };
    const options = {
      width: widthOf(box),
      height: height_px,
      padding: [spans.length > 0 ? 24 : 8, 20, 0, 0],
      scales: {
        x: { time: false, range: () => [0, at_s.at(-1) ?? 1] },
        y: isLogarithmic ? { distr: 3 } : { range: (_chart, _min, max) => [0, (max || 1) * 1.08] },
      },
      axes: [
        { ...axis, space: 64, size: 28, incrs: chart => (isLong(chart) ? minutes : seconds), values: times },
        {
          ...axis,
          ...(isLogarithmic && { splits: powers, filter: (_chart, splits) => splits }),
          size: (_chart, labels) =>
            14 + 7 * Math.max(3, ...(labels ?? []).map(label => String(label ?? '').length)),
          values: (_chart, splits) => splits.map(value => (value === null ? null : number.format(value))),
        },
      ],
      series: [
        { value: (chart, at) => (at === null ? '' : `at ${times(chart, [at])[0]}`) },
        ...lines.map(line => ({
          label: line.label,
          stroke: () => colour(line.colour),
          width: 2,
          ...(line.isDashed && { dash: [6, 5] }),
          // The two runs of a comparison have different times.
          spanGaps: true,
          points: { show: at_s.length < 20, size: 6 },
          value: (_chart, value) => (value === null ? '' : `${number.format(value)} ${unit}`),
        })),
      ],
      legend: {
        markers: {
          width: 2,
          stroke: (_chart, index) => `var(${lines[index - 1].colour})`,
          dash: (_chart, index) => (lines[index - 1].isDashed ? 'dashed' : 'solid'),
        },
      },
      cursor: { sync: { key: 'run' }, drag: { x: false, y: false } },
      hooks: { drawClear: [chart => drawSpans(chart, spans)] },
    };
    const chart = new uPlot(options, [at_s, ...lines.map(({ values }) => values)], box);
    const fit = () => chart.setSize({ width: widthOf(box), height: height_px });
    new ResizeObserver(fit).observe(box);
    printing.addEventListener('change', fit);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => chart.redraw());
  }

  const boxes = document.querySelectorAll('.chart');
  JSON.parse(document.getElementById('charts').textContent).forEach((chart, index) => {
    draw(chart, boxes[index]);
  });
}
