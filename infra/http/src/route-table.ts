import type { Route } from './route.ts';

const isParameter = (segment: string): boolean => segment.startsWith(':');

/** Fixed segments before parameters, so that `/payments/order/:x` is not taken for a `:payNo`. */
export function bySpecificity(routes: readonly Route[]): readonly Route[] {
  const rank = ({ path }: Route): string =>
    path
      .split('/')
      .map((segment) => (isParameter(segment) ? '1' : '0'))
      .join('');
  const ranked = [...routes].sort((a, b) => (rank(a) < rank(b) ? -1 : rank(a) > rank(b) ? 1 : 0));
  const seen = new Set<string>();
  for (const { method, path } of ranked) {
    const shape = `${method} ${shapeOf(path)}`;
    if (seen.has(shape)) throw new Error(`${method.toUpperCase()} ${path} is defined twice`);
    seen.add(shape);
  }
  return ranked;
}

const systemPaths = ['/livez', '/readyz', '/actuator/health', '/metrics', '/openapi.json'];

export const isSystemPath = (path: string): boolean => systemPaths.includes(path);

/** Two templates that differ in the names of their parameters alone are one. */
const shapeOf = (template: string): string => template.replace(/:\w+/g, ':');

/**
 * Whether a path is a route's to answer, as OpenAPI has it: `/payments/mock-callback` is not the
 * payment `mock-callback`, whatever the method. The routes stand in the order of
 * {@link bySpecificity}.
 */
export function isPathOf(route: Route, path: string, routes: readonly Route[]): boolean {
  const first = routes.find(({ path: template }) => fits(template, path));
  return first !== undefined && shapeOf(first.path) === shapeOf(route.path);
}

/**
 * The methods that a path has, for the Allow header; empty for an unknown path. The routes
 * stand in the order of {@link bySpecificity}.
 */
export function methodsAt(path: string, routes: readonly Route[]): readonly string[] {
  const methods = new Set<string>();
  if (isSystemPath(path)) methods.add('GET');
  for (const route of routes) {
    if (isPathOf(route, path, routes)) methods.add(route.method.toUpperCase());
  }
  if (methods.has('GET')) methods.add('HEAD');
  return [...methods].sort();
}

function fits(template: string, path: string): boolean {
  const expected = template.split('/');
  const given = path.split('/');
  return (
    expected.length === given.length &&
    expected.every((part, i) => (isParameter(part) ? given[i] !== '' : part === given[i]))
  );
}
