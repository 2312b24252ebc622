import { allTopics } from '@plumbline/events';
import { avroProblems } from './checks/avro-schemas.ts';
import { deadLinks, decisionProblems } from './checks/docs.ts';
import { environmentReads } from './checks/env-reads.ts';
import { badFileNames, leftoversIn, longFiles } from './checks/file-shape.ts';
import { monitoringProblems } from './checks/monitoring.ts';
import { committedOutput, packageProblems } from './checks/packages.ts';
import { runbookProblems } from './checks/runbooks.ts';
import { unusedSchemas } from './checks/schema-use.ts';
import { silentTests } from './checks/silent-tests.ts';
import { topicsNamedElsewhere } from './checks/topic-names.ts';
import { tracesOfMachines } from './checks/traces.ts';
import type { Problem } from './problem.ts';
import { sourceMetrics } from './source-metrics.ts';
import type { Tree } from './tree.ts';

export interface HouseRule {
  readonly rule: string;
  readonly check: (tree: Tree) => readonly Problem[];
}

const topicNames = allTopics.map(({ name }) => name);
const recordNames = allTopics.flatMap(({ records }) => records);

/** The rules that are about files. What imports may do is in .dependency-cruiser.cjs. */
export const houseRules: readonly HouseRule[] = [
  {
    rule: 'a topic is named in topics.ts only',
    check: (tree) => topicsNamedElsewhere(tree, topicNames),
  },
  {
    rule: 'every record of the catalogue has a producer or a consumer',
    check: (tree) => unusedSchemas(tree, recordNames),
  },
  { rule: 'the environment is read in config.ts only', check: environmentReads },
  { rule: 'every test runs', check: silentTests },
  { rule: 'a file has 400 lines at most, a main.ts 40', check: longFiles },
  { rule: 'the name of a file says what is inside', check: badFileNames },
  { rule: 'nothing is put off or silenced', check: leftoversIn },
  { rule: 'a package has its name, a description and an index.ts', check: packageProblems },
  { rule: 'no output of a build is committed', check: committedOutput },
  { rule: 'an Avro schema explains itself and its enums can grow', check: avroProblems },
  { rule: 'no host of a registry and no path of one machine', check: tracesOfMachines },
  { rule: 'links within the documentation lead somewhere', check: deadLinks },
  {
    rule: 'a metric is named and described where it is made',
    check: (tree) => sourceMetrics(tree).problems,
  },
  { rule: 'what pages an operator asks for what exists', check: monitoringProblems },
  { rule: 'every alert has a runbook, and its commands exist', check: runbookProblems },
  { rule: 'every decision record is listed', check: decisionProblems },
];
