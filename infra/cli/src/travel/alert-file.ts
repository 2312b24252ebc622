import type { AlertLife } from '@plumbline/consistency-alerts';
import { withLifeEvent } from '@plumbline/consistency-alerts';
import type { AlertRaised, AlertsEvent } from '@plumbline/events';

/** One of the alerts of an order: what was found, and how it stands. */
interface AlertFile {
  readonly raised: AlertRaised | null;
  readonly life: AlertLife | null;
}

/** Folded by the same function by which the rules' own task keeps the lives of alerts. */
export const alertFileOf = (alertId: string) => ({
  initialState: { raised: null, life: null } satisfies AlertFile,
  evolve(file: AlertFile, event: AlertsEvent): AlertFile {
    if (event.type === 'RulesActivated' || event.data.alertId !== alertId) return file;
    if (event.type === 'AlertRaised') {
      const { rule } = event.data;
      return { raised: event.data, life: { alertId, rule, status: 'OPEN' } };
    }
    const [life = null] = withLifeEvent(file.life === null ? [] : [file.life], event);
    return { ...file, life };
  },
  shown: ({ raised, life }: AlertFile): object | null =>
    life === null ? null : { ...life, ...raised },
});
