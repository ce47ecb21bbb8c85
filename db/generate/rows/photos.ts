import { FanOut, spreads } from '../fan-out.ts';
import type { Line, Tables } from '../table.ts';
import { photoAddress } from '../text.ts';

const widths = ['668', '1000', '1350', '1650', '2734'];
const appId = '&ixid=eyJhcHBfaWQiOjEyMDd9';
/** Parameters of some URLs. Commas are the hard case for a line that lacks a quote. */
const extras = ['', '', appId, appId, appId, `${appId}&crop=faces,entropy`];

/** The lines of photos.csv. */
export function photoLines(tables: Tables): Line {
  const photos = tables['photos.csv'];
  const styles = new FanOut(tables['styles.csv'], photos, { spread: spreads.even, favoursOldest: true });
  const random = photos.random('text');
  return row => {
    styles.seek(row);
    random.at(row);
    const shared = `"${photoAddress(random)}?ixlib=rb-1.2.1${random.of(extras)}&auto=format&fit=crop&w=`;
    const dirt = photos.dirtOf(row);
    const urlQuote = dirt === 'url quote' ? '' : '"';
    const thumbnailQuote = dirt === 'thumbnail quote' ? '' : '"';
    const urls = `${shared}${random.of(widths)}&q=80${urlQuote},${shared}300&q=80${thumbnailQuote}`;
    return `${photos.idOf(row)},${styles.parentId(row)},${urls}`;
  };
}
