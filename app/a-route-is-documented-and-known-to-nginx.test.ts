import { createLogger } from 'winston';
import { createApp } from './app.ts';
import { Metrics } from './metrics.ts';
import { openapi } from './openapi/document.ts';
import { mapped } from './testing/nginx-maps.ts';

interface Layer {
  readonly route?: { readonly path: string; readonly stack: readonly { readonly method?: string }[] };
  readonly handle: { readonly stack?: readonly Layer[] };
}

/** Each route of the app, as "GET /products/{product_id}"; none is called, so none needs a database. */
function routesOf(layers: readonly Layer[]): string[] {
  return layers.flatMap(({ route, handle }) => {
    if (!route) return routesOf(handle.stack ?? []);
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}');
    const methods = route.stack.flatMap(({ method }) => method ?? []);
    return [...new Set(methods)].map(method => `${method.toUpperCase()} ${path}`);
  });
}
const nothing = {} as any;
const app = createApp({
  database: nothing,
  cache: nothing,
  log: createLogger({ silent: true }),
  metrics: new Metrics(),
  origins: '*',
  cacheDisk: nothing,
});
const routes = routesOf(app.router.stack as unknown as Layer[]).sort();

/** For the internal network only. */
const internal = ['GET /data-sets', 'GET /metrics'];
/** Reads that the app answers anew each time. */
const uncached = ['GET /health/live', 'GET /health/ready', 'GET /openapi.json'];

type Parameter = { readonly $ref?: string; readonly name?: string; readonly in?: string };
const paths: Readonly<Record<string, any>> = openapi.paths;
const components: any = openapi.components;
const parametersOf = (path: string, method: string): Parameter[] =>
  [...(paths[path]?.parameters ?? []), ...(paths[path]?.[method]?.parameters ?? [])].map(
    ({ $ref, ...parameter }: Parameter) =>
      $ref ? components.parameters[$ref.split('/').at(-1) ?? ''] : parameter,
  );

it('finds the routes of the app', () => {
  expect(routes).toContain('GET /products/{product_id}/styles');
  expect(routes).toContain('PUT /qa/answers/{answer_id}/helpful');
  expect(routes.length).toBeGreaterThan(14);
});

it('each route is in the OpenAPI document, which has no other', () => {
  const documented = Object.entries(paths).flatMap(([path, operations]) =>
    ['get', 'post', 'put', 'patch', 'delete']
      .filter(method => method in operations)
      .map(method => `${method.toUpperCase()} ${path}`),
  );
  expect(documented.sort()).toEqual(routes.filter(route => !internal.includes(route)));
});

const reads = routes.filter(route => route.startsWith('GET ') && ![...internal, ...uncached].includes(route));

it.each(reads)('Nginx caches %s, and sends on each parameter that is documented', route => {
  const [, template = ''] = route.split(' ');
  const query = parametersOf(template, 'get').filter(parameter => parameter.in === 'query');
  const given = query.map(({ name }, index) => `${name}=${21 + index}`);
  const path = template.replaceAll(/\{\w+\}/g, '12');
  for (const uri of [path, `${path}/`].map(one => `${one}?${given.join('&')}`)) {
    expect(mapped('route', 'GET', uri)).toMatch(/^(?:catalogue|qa)\/\w+$/);
    const [sentPath, sentQuery = ''] = mapped('sent_uri', 'GET', uri).split('?');
    expect(sentPath).toBe(path);
    expect(sentQuery.split('&').filter(Boolean).sort()).toEqual(given.sort());
  }
});

it.each(routes.filter(route => /^(?:POST|PUT) /.test(route)))('Nginx knows %s', route => {
  const [method = '', template = ''] = route.split(' ');
  expect(mapped('route', method, template.replaceAll(/\{\w+\}/g, '12'))).toBe(method.toLowerCase());
});

it.each(uncached)('Nginx does not cache %s', route => {
  expect(mapped('route', 'GET', route.replace('GET ', ''))).toBe('uncached');
});
