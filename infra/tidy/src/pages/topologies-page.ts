import type { Topology } from '@plumbline/runtime';
import { code, head } from './markdown.ts';

const introduction = `Drawn from the values that run in production ([topology.ts](../../streams/runtime/src/topology.ts)): what each reads, in
which order, what it keeps, and what it writes. Solid: records. Dotted: its own state, and what it could not process.`;

const orderings: Readonly<Record<Topology['ordering'], string>> = {
  arrival: 'as they come',
  time: 'merged by broker time, with frontiers',
};

/** Mermaid wants ids of letters and digits; the name is the label. */
function idsOf(topology: Topology): (topic: string) => string {
  const { inputs, outputs, changelog, deadLetters } = topology;
  const all = [
    ...new Set([...inputs.map(({ topic }) => topic), ...outputs, changelog, deadLetters]),
  ];
  return (topic) => `t${all.indexOf(topic)}`;
}

function drawing(topology: Topology): string {
  const id = idsOf(topology);
  const node = (topic: string): string => `${id(topic)}(["${topic}"])`;
  const { name, inputs, outputs, changelog, deadLetters } = topology;
  return [
    '```mermaid',
    'flowchart LR',
    `  p["${name}"]`,
    ...inputs.map(({ topic, kind }) => `  ${node(topic)} -- ${kind} --> p`),
    ...outputs.map((topic) => `  p --> ${node(topic)}`),
    `  p <-. state .-> ${node(changelog)}`,
    `  p -. dead letters .-> ${node(deadLetters)}`,
    '```',
  ].join('\n');
}

function section(topology: Topology): string {
  const outcomes = topology.inputs.flatMap((input) =>
    input.kind === 'commands' ? [`${code(input.topic)} on ${code(input.outcomes)}`] : [],
  );
  const lines = [
    `- takes its inputs ${orderings[topology.ordering]}; within a millisecond in the order ${topology.inputs.map(({ topic }) => code(topic)).join(', ')}`,
    ...(outcomes.length === 0 ? [] : [`- answers ${outcomes.join(', ')}`]),
    `- keeps ${topology.stores.map(({ name }) => code(name)).join(', ') || 'nothing'} in ${code(topology.changelog)}`,
    `- is the only writer of ${topology.owns.map(code).join(', ') || 'no topic of events'}`,
  ];
  return `\n## ${topology.name}\n\n${drawing(topology)}\n\n${lines.join('\n')}\n`;
}

export const topologiesPage = (topologies: readonly Topology[]): string =>
  head('Topologies', introduction) + topologies.map(section).join('');
