import { rows } from './dashboard-rows.ts';

/** What Grafana calls units. */
export type Unit = 'short' | 's' | 'ms' | 'ops' | 'percentunit' | 'bytes' | 'dateTimeFromNow';

export interface PanelQuery {
  readonly expr: string;
  /** With labels: `{{rule}}`. */
  readonly legend: string;
}

export interface Panel {
  readonly title: string;
  /** For whoever looks at it at night: what is good, and what is not. */
  readonly description: string;
  /** `stat` shows the newest value, large. */
  readonly kind: 'timeseries' | 'stat';
  readonly unit: Unit;
  readonly queries: readonly PanelQuery[];
}

export interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

/** Every query of the dashboard, with the panel that it stands in. */
export const dashboardQueries = (): readonly (PanelQuery & { readonly panel: string })[] =>
  rows.flatMap(({ panels }) =>
    panels.flatMap(({ title, queries }) => queries.map((query) => ({ ...query, panel: title }))),
  );

const source = { type: 'prometheus', uid: '${datasource}' };

/** Grafana's grid has 24 columns: three panels beside one another. */
const panelSize = { w: 8, h: 7 };
const panelsPerLine = 24 / panelSize.w;

/** The dashboard as Grafana imports it; the same text for the same panels. */
export function dashboardJson(): string {
  const panels: object[] = [];
  let y = 0;
  for (const row of rows) {
    panels.push({
      ...{ id: panels.length + 1, type: 'row', title: row.title, collapsed: false, panels: [] },
      gridPos: { x: 0, y, w: 24, h: 1 },
    });
    y += 1;
    for (const [index, panel] of row.panels.entries()) {
      const x = (index % panelsPerLine) * panelSize.w;
      const line = Math.floor(index / panelsPerLine);
      const gridPos = { x, y: y + line * panelSize.h, ...panelSize };
      panels.push({ id: panels.length + 1, gridPos, ...panelJson(panel) });
    }
    y += Math.ceil(row.panels.length / panelsPerLine) * panelSize.h;
  }
  return `${JSON.stringify({ ...frame, panels }, null, 2)}\n`;
}

const frame = {
  uid: 'plumbline',
  title: 'Plumbline',
  description: 'What an operator pages on, and what stands behind it',
  tags: ['plumbline'],
  schemaVersion: 39,
  version: 1,
  editable: true,
  refresh: '30s',
  time: { from: 'now-3h', to: 'now' },
  timezone: 'browser',
  templating: {
    list: [{ name: 'datasource', type: 'datasource', query: 'prometheus', label: 'Prometheus' }],
  },
};

const panelJson = ({ title, description, kind, unit, queries }: Panel) => ({
  ...{ title, description, type: kind, datasource: source },
  fieldConfig: { defaults: { unit, min: unit === 'dateTimeFromNow' ? null : 0 }, overrides: [] },
  options:
    kind === 'stat'
      ? { reduceOptions: { calcs: ['lastNotNull'] }, colorMode: 'none', textMode: 'auto' }
      : { legend: { displayMode: 'table', placement: 'bottom', calcs: ['lastNotNull', 'max'] } },
  targets: queries.map(({ expr, legend }, index) => ({
    ...{ refId: String.fromCharCode(65 + index), datasource: source, expr, legendFormat: legend },
    ...(kind === 'stat' ? { instant: true } : {}),
  })),
});
