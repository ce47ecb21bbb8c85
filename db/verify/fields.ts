/** What stands between two commas of a record. */
export interface Field {
  readonly text: string;
  /** Tells the text "null" from a bare null. */
  readonly isQuoted: boolean;
}

/** The fields of one CSV record, without its line end; undefined when a quote is out of place. */
export function fieldsOf(record: string): Field[] | undefined {
  const fields: Field[] = [];
  for (let start = 0; start <= record.length; ) {
    const isQuoted = record[start] === '"';
    const end = isQuoted ? endOfQuoted(record, start) : endOfBare(record, start);
    if (end < record.length && record[end] !== ',') return undefined;
    const text = record.slice(start, end);
    if (!isQuoted) {
      if (text.includes('"')) return undefined;
      fields.push({ text, isQuoted });
    } else {
      if (text.length < 2 || !text.endsWith('"')) return undefined;
      fields.push({ text: text.slice(1, -1).replaceAll('""', '"'), isQuoted });
    }
    start = end + 1;
  }
  return fields;
}

/** One past the quote that closes the one at `start`; past the record's end when none does. */
function endOfQuoted(record: string, start: number): number {
  for (let at = start + 1; ; at += 2) {
    at = record.indexOf('"', at);
    if (at < 0) return record.length + 1;
    if (record[at + 1] !== '"') return at + 1;
  }
}

function endOfBare(record: string, start: number): number {
  const comma = record.indexOf(',', start);
  return comma < 0 ? record.length : comma;
}
