import type { SyntaxNode, Tree } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';

/** `name{label="value"}` in a query. */
export interface Selector {
  readonly metric: string;
  readonly matchers: readonly Matcher[];
  /** `name[5m]`: a stretch of time, and not a moment. */
  readonly isRange: boolean;
  /** The function around it: `rate`; null where it is none. */
  readonly within: string | null;
}

export interface Matcher {
  readonly label: string;
  readonly operator: string;
  readonly value: string;
}

/** What a query asks for; `problems` say where it is no PromQL. */
export interface Query {
  readonly problems: readonly string[];
  readonly selectors: readonly Selector[];
  /** Labels that it groups, joins or leaves out by. */
  readonly groupings: readonly string[];
  /** It sums up somewhere: labels that it does not group by are gone. */
  readonly isAggregated: boolean;
}

/** Reads a query with Prometheus's own grammar. Of one that is wrong everything readable is listed. */
export function readPromql(text: string): Query {
  const tree: Tree = parser.parse(text);
  const problems: string[] = [];
  const selectors: Selector[] = [];
  const groupings: string[] = [];
  let isAggregated = false;
  tree.iterate({
    enter({ type, node, from, to }) {
      if (type.isError) problems.push(`is no PromQL at "${text.slice(from, to + 12)}"`);
      isAggregated ||= type.name === 'AggregateExpr';
      if (type.name === 'VectorSelector') selectors.push(selectorOf(node, text));
      if (type.name === 'GroupingLabels')
        groupings.push(...node.getChildren('LabelName').map((label) => textOf(label, text)));
    },
  });
  return { problems, selectors, groupings, isAggregated };
}

const textOf = ({ from, to }: SyntaxNode, text: string): string => text.slice(from, to);

function selectorOf(node: SyntaxNode, text: string): Selector {
  const name = node.getChild('Identifier');
  const matchers = node.getChild('LabelMatchers')?.getChildren('UnquotedLabelMatcher') ?? [];
  const isRange = node.parent?.name === 'MatrixSelector';
  const outer = isRange ? node.parent : node;
  const call = outer?.parent?.name === 'FunctionCallBody' ? outer.parent.parent : null;
  const called = call?.getChild('FunctionIdentifier') ?? null;
  return {
    metric: name === null ? '' : textOf(name, text),
    matchers: matchers.map((matcher) => matcherOf(matcher, text)),
    isRange,
    within: called === null ? null : textOf(called, text),
  };
}

function matcherOf(node: SyntaxNode, text: string): Matcher {
  const part = (name: string): string => {
    const child = node.getChild(name);
    return child === null ? '' : textOf(child, text);
  };
  const value = part('StringLiteral').slice(1, -1);
  return { label: part('LabelName'), operator: part('MatchOp'), value };
}
