/** The value between two commas of a record, without surrounding spaces and tabs. */
export interface Field {
  readonly text: string;
  /** Distinguishes the text "null" from a bare null. */
  readonly isQuoted: boolean;
}

/** The fields of one CSV record without its line end; undefined when a quote is misplaced. */
export function fieldsOf(record: string): Field[] | undefined {
  const field = /[ \t]*(?:"([^"]*(?:""[^"]*)*)"[ \t]*|((?![ \t])[^",]*))(,|$)/y;
  const fields: Field[] = [];
  for (let separator: string | undefined = ','; separator === ','; ) {
    const match = field.exec(record);
    if (match === null) return undefined;
    const [, quoted, bare = ''] = match;
    if (quoted === undefined) fields.push({ text: bare.replace(/[ \t]+$/, ''), isQuoted: false });
    else fields.push({ text: quoted.replaceAll('""', '"'), isQuoted: true });
    separator = match[3];
  }
  return fields;
}
