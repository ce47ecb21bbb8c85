const figures: [string, number][] = [];

/** Notes a figure that a test measured. It is printed, not compared: machines differ. */
export function noteFigure(name: string, value: number): void {
  figures.push([name, Math.round(value * 10) / 10]);
}

export function printFigures(): void {
  const rows = figures.map(([name, value]) => `| ${name} | ${value} |`);
  process.stdout.write(`\n| figure | value |\n| --- | ---: |\n${rows.join('\n')}\n\n`);
}
