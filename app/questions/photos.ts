/** Hosts that mean the reader's own machine. */
const ownHost =
  /^(?:(?:.+\.)?localhost\.?|127\.[0-9.]+|0\.0\.0\.0|\[::1?\]|\[::ffff:7f[0-9a-f]{2}:[0-9a-f]{1,4}\])$/;

/**
 * Whether others could load a photo from the URL: http or https, from a host that is not the writer's own machine. Browsers
 * give `blob:` URLs to previews, and front-ends send them. Nothing is fetched.
 */
export function isLoadable(url: string): boolean {
  if (!/^\s*https?:\/\//i.test(url)) return false;
  const hostname = URL.parse(url)?.hostname;
  return hostname !== undefined && hostname !== '' && !ownHost.test(hostname);
}
