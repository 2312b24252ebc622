import type { EntryKind } from './kinds.ts';

const base = `
:root { color-scheme: light dark; --ink: #1b1f24; --paper: #fff; --quiet: #57606a; --line: #d0d7de; --mark: #0550ae; --bad: #b00020; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6edf3; --paper: #0d1117; --quiet: #9aa4ae; --line: #30363d; --mark: #79c0ff; --bad: #ff8c94; }
}
body { color: var(--ink); background: var(--paper); font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem; }
h1 { font-size: 1.4rem; overflow-wrap: anywhere; }
fieldset { border: 1px solid var(--line); display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin: 1rem 0; }
ol { list-style: none; margin: 0; padding: 0; }
li { border-bottom: 1px solid var(--line); padding: .35rem 0; }
summary { cursor: pointer; overflow-wrap: anywhere; }
:is(summary, input, pre):focus-visible { outline: 2px solid var(--mark); outline-offset: 2px; }
time, .said, dt { color: var(--quiet); }
time, pre, dd { font-family: ui-monospace, monospace; font-size: .85rem; }
.kind { border: 1px solid var(--line); border-radius: .6rem; font-size: .8rem; padding: 0 .5rem; }
li:is(.alert, .unverified, .dead-letter) b { color: var(--bad); }
dl { display: grid; gap: 0 1rem; grid-template-columns: max-content 1fr; margin: .5rem 1rem; }
dd { margin: 0; overflow-wrap: anywhere; }
pre { border-left: 3px solid var(--line); margin: .5rem 1rem; max-height: 30rem; overflow: auto; padding-left: .75rem; }
@media print {
  :root { --ink: #000; --paper: #fff; --quiet: #444; --line: #bbb; --bad: #000; }
  body { font-size: 10px; margin: 0; max-width: none; }
  fieldset { display: none; }
  li { break-inside: avoid; }
  pre { max-height: none; white-space: pre-wrap; }
}
`;

/** With a rule for each kind: what is not ticked is not there, for readers of the screen as well. */
export const pageStyle = (present: readonly EntryKind[]): string =>
  base +
  present
    .map((kind) => `body:has(#show-${kind}:not(:checked)) li.${kind} { display: none; }\n`)
    .join('');
