/**
 * Which way imports may point (docs/architecture.md):
 *
 *   kernel ◄── events ◄── infra libraries ◄── streams/runtime ◄── streams/* and services/*
 *                                   applications of infra ──► anything; imported by one another only
 *
 * infra/tidy runs it, counts what it saw and tries every rule on a planted violation.
 */
const libraries =
  'kafka|registry|postgres|redis|vault|http|outbound|config|observability|alerts-client';
const applications = 'local|cli|demo|testing|integrity|tidy|bench|monitoring';
const spec = '[.]spec[.]ts$';
const anyPackage = '^(schemas|infra|streams|services)/[^/]+/';
const ownPackage = '^((?:schemas|infra|streams|services)/[^/]+)/';
const domain = '^((?:services|streams)/[^/]+/src/domain)/';

/** Between packages of ours everything is refused that the rule does not let through. */
const layer = (name, comment, from, allowed) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from },
  to: { path: anyPackage, pathNot: allowed },
});

module.exports = {
  forbidden: [
    layer('kernel-is-alone', 'the kernel knows nothing but itself', '^schemas/kernel/', [
      '^schemas/kernel/',
    ]),
    layer('events-over-kernel', 'events know the kernel only', '^schemas/events/', [
      '^schemas/(kernel|events)/',
    ]),
    layer(
      'libraries-over-events',
      'a library of infra knows no order, no payment and no topology',
      `^infra/(${libraries})/`,
      ['^schemas/', `^infra/(${libraries})/`],
    ),
    layer(
      'runtime-over-libraries',
      'the runtime knows no stream and no service',
      '^streams/runtime/',
      ['^schemas/', `^infra/(${libraries})/`, '^streams/runtime/'],
    ),
    layer(
      'streams-alone',
      'a stream meets others on topics, never by import',
      '^streams/(?!runtime/)([^/]+)/',
      ['^schemas/', `^infra/(${libraries})/`, '^streams/(runtime|$1)/'],
    ),
    layer(
      'services-alone',
      'a service meets others on topics, never by import',
      '^services/([^/]+)/',
      ['^schemas/', `^infra/(${libraries})/`, '^streams/runtime/', '^services/$1/'],
    ),
    {
      name: 'infra-is-known',
      comment: 'a new package of infra is named above, as a library or as an application',
      severity: 'error',
      from: { path: `^infra/(?!(${libraries}|${applications})/)` },
      to: {},
    },
    {
      name: 'domain-is-pure',
      comment: 'a decision imports the kernel, its own folder and types of events: nothing else',
      severity: 'error',
      from: { path: domain, pathNot: spec },
      to: { pathNot: ['^$1/', '^schemas/(kernel|events)/'] },
    },
    {
      name: 'domain-takes-types-only',
      comment: 'of the events a decision may know the shapes, not the code',
      severity: 'error',
      from: { path: domain, pathNot: spec },
      to: { path: '^schemas/events/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-test-tools-in-production',
      comment: 'what a package offers its tests stays out of what it ships',
      severity: 'error',
      from: {
        path: ownPackage,
        pathNot: [spec, '/testing/', '/testing-[^/]+$', `^infra/(${applications})/`],
      },
      to: {
        path: ['/src/testing/', '/src/.+/testing/', '/testing-[^/]+[.]ts$'],
        pathNot: 'node_modules',
      },
    },
    {
      name: 'by-name-between-packages',
      comment: 'another package is imported by its name, so that its exports hold',
      severity: 'error',
      from: { path: ownPackage },
      to: { path: anyPackage, pathNot: '^$1/', dependencyTypes: ['local'] },
    },
    {
      name: 'no-cycles',
      comment: 'modules that need each other are one module; a type alone is no need at run time',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'resolved',
      comment: 'an import that leads nowhere hides what it would have broken',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'declared',
      comment: 'what is imported stands in the package.json beside it',
      severity: 'error',
      from: {},
      // The tools of every package's tests stand in the root's package.json, once.
      to: {
        dependencyTypes: ['npm-no-pkg', 'npm-unknown'],
        pathNot: '/node_modules/(vitest|fast-check)/',
      },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules|/dist/' },
    // Type-only imports count: they are how a domain is allowed to know events.
    tsPreCompilationDeps: true,
    combinedDependencies: false,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@plumbline/source', 'import', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.json', '.d.ts'],
      mainFields: ['main', 'types'],
    },
  },
};
