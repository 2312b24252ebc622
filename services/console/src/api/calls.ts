import { idCharsMax, pageEntries, timelinePagesMax } from '../limits.ts';
import type { Client } from './client.ts';
import type { IncidentApi } from './incidents.ts';
import { createIncidentApi } from './incidents.ts';
import { ApiProblem } from './problem.ts';
import type { RemedyApi } from './remedies.ts';
import { createRemedyApi } from './remedies.ts';
import type {
  Alert,
  AlertAction,
  AlertOutcome,
  AlertWithHistory,
  Balance,
  Entry,
  Item,
  Order,
  Purchase,
  Role,
  RuleSummary,
  SessionView,
} from './views.ts';

export interface Buying {
  readonly idempotencyKey: string;
  readonly items: readonly { readonly sku: string; readonly quantity: number }[];
  readonly currency: string;
  /** Major units, as text. */
  readonly balance: string;
  readonly channel: string | null;
}

export interface AlertFilters {
  readonly rule?: string;
  readonly severity?: string;
  readonly status?: string;
  readonly standing?: string;
  readonly tenant?: string;
  readonly orderNo?: string;
  readonly currency?: string;
  readonly minAmount?: string;
  readonly maxAmount?: string;
  /** RFC 3339. */
  readonly since?: string;
  readonly until?: string;
  readonly text?: string;
  readonly cursor?: string;
}

export interface ChangingAlert {
  readonly alertId: string;
  readonly action: AlertAction;
  /** 1 to 200 characters. */
  readonly reason: string;
  /** Of a write-off: major units; all that is at stake where it is not given. */
  readonly loss?: { readonly amount: string; readonly currency: string };
  /** Of a suppression, RFC 3339; for good where it is not given. */
  readonly until?: string;
  readonly idempotencyKey: string;
}

export type ChangingAlerts = Omit<ChangingAlert, 'alertId' | 'loss'> & {
  /** At most 100. */
  readonly alertIds: readonly string[];
};

export interface PageOf<T> {
  readonly rows: readonly T[];
  readonly nextCursor: string | null;
}

/** Every call of the API that the page makes. Errors of each: ApiProblem. */
export interface Api extends IncidentApi, RemedyApi {
  readSession(): Promise<SessionView>;
  logIn(idToken: string): Promise<SessionView>;
  logOut(everywhere: boolean): Promise<void>;
  /** Whether anybody may have a token here: in the local stack alone. */
  hasLocalIssuer(): Promise<boolean>;
  localToken(who: { readonly user: string; readonly roles: readonly Role[] }): Promise<string>;
  items(): Promise<readonly Item[]>;
  balances(): Promise<readonly Balance[]>;
  buy(buying: Buying): Promise<Purchase>;
  purchases(cursor?: string): Promise<PageOf<Order>>;
  purchase(orderNo: string): Promise<Purchase>;
  /** Oldest first; `isWhole` is false for more than this page shows. */
  timeline(orderNo: string): Promise<{ readonly entries: readonly Entry[]; isWhole: boolean }>;
  cancel(orderNo: string, reason: string): Promise<Purchase>;
  alertSummary(): Promise<readonly RuleSummary[]>;
  alerts(filters: AlertFilters): Promise<PageOf<Alert>>;
  alert(alertId: string): Promise<AlertWithHistory>;
  /** The alert afterwards. */
  changeAlert(changing: ChangingAlert): Promise<AlertWithHistory>;
  /** What became of each, in their order. */
  changeAlerts(changing: ChangingAlerts): Promise<readonly AlertOutcome[]>;
  /** By order number, payment number or alert id. */
  findOrders(id: string): Promise<readonly Order[]>;
}

const orderPath = (orderNo: string): string => `/api/purchases/${encodeURIComponent(orderNo)}`;

const alertPath = (alertId: string): string => `/api/alerts/${encodeURIComponent(alertId)}`;

/** The server checks its own answers against the same shapes, so they are taken as they come. */
export function createApi(client: Client): Api {
  const get = async <T>(path: string, query: Readonly<Record<string, string | undefined>> = {}) =>
    (await client.ask({ path, query })) as T;
  const post = async <T>(path: string, body: unknown, headers: Record<string, string> = {}) =>
    (await client.ask({ method: 'POST', path, body, headers })) as T;
  const limit = String(pageEntries);

  return {
    ...createIncidentApi(client),
    ...createRemedyApi(client),
    readSession: () => get('/api/session'),
    logIn: (idToken) => post('/api/session', { idToken }),
    async logOut(everywhere) {
      await client.ask({ method: 'DELETE', path: everywhere ? '/api/sessions' : '/api/session' });
    },
    async hasLocalIssuer() {
      try {
        const path = '/local-issuer/.well-known/openid-configuration';
        // A server that answers any path with the page has no issuer for that.
        return typeof (await get<{ issuer?: unknown } | null>(path))?.issuer === 'string';
      } catch (error) {
        if (error instanceof ApiProblem && ['not-found', 'failed'].includes(error.kind))
          return false;
        throw error;
      }
    },
    localToken: async (who) =>
      (await post<{ readonly idToken: string }>('/local-issuer/token', who)).idToken,
    items: async () => (await get<{ readonly items: readonly Item[] }>('/api/items')).items,
    balances: async () =>
      (await get<{ readonly balances: readonly Balance[] }>('/api/account')).balances,
    buy: async ({ idempotencyKey, channel, ...basket }) => {
      const body = { ...basket, ...(channel === null ? {} : { channel }) };
      const headers = { 'Idempotency-Key': idempotencyKey };
      const answer = await post<{ readonly purchase: Purchase }>('/api/purchases', body, headers);
      return answer.purchase;
    },
    purchases: async (cursor) => {
      const page = await get<OrdersPage>('/api/purchases', { limit, cursor });
      return { rows: page.orders, nextCursor: page.nextCursor };
    },
    purchase: async (orderNo) =>
      (await get<{ readonly purchase: Purchase }>(orderPath(orderNo))).purchase,
    timeline: (orderNo) => wholeTimeline(get, orderNo),
    cancel: async (orderNo, reason) => {
      const path = `${orderPath(orderNo)}/cancel`;
      return (await post<{ readonly purchase: Purchase }>(path, { reason })).purchase;
    },
    alertSummary: async () =>
      (await get<{ readonly rules: readonly RuleSummary[] }>('/api/alerts/summary')).rules,
    alerts: async (filters) => {
      type Answer = { readonly alerts: readonly Alert[]; readonly nextCursor: string | null };
      const page = await get<Answer>('/api/alerts', { ...filters, limit });
      return { rows: page.alerts, nextCursor: page.nextCursor };
    },
    alert: async (alertId) =>
      (await get<{ readonly alert: AlertWithHistory }>(alertPath(alertId))).alert,
    changeAlert: async ({ alertId, action, reason, loss, until, idempotencyKey }) => {
      const path = `${alertPath(alertId)}/${action}`;
      const headers = { 'Idempotency-Key': idempotencyKey };
      const lost = loss === undefined ? {} : { loss: loss.amount, currency: loss.currency };
      const body = { reason, ...lost, ...(until === undefined ? {} : { until }) };
      return (await post<{ readonly alert: AlertWithHistory }>(path, body, headers)).alert;
    },
    changeAlerts: async ({ idempotencyKey, ...body }) => {
      const headers = { 'Idempotency-Key': idempotencyKey };
      type Answer = { readonly results: readonly AlertOutcome[] };
      return (await post<Answer>('/api/alerts/actions', body, headers)).results;
    },
    findOrders: async (id) =>
      (await get<OrdersPage>('/api/orders', { id: id.trim().slice(0, idCharsMax) })).orders,
  };
}

interface OrdersPage {
  readonly orders: readonly Order[];
  readonly nextCursor: string | null;
}

async function wholeTimeline(
  get: <T>(path: string, query: Readonly<Record<string, string | undefined>>) => Promise<T>,
  orderNo: string,
): Promise<{ entries: readonly Entry[]; isWhole: boolean }> {
  type Answer = { readonly entries: readonly Entry[]; readonly nextCursor: string | null };
  const entries: Entry[] = [];
  let cursor: string | undefined;
  for (let pages = 0; pages < timelinePagesMax; pages += 1) {
    const query = { limit: String(pageEntries), cursor };
    const page: Answer = await get<Answer>(`${orderPath(orderNo)}/timeline`, query);
    entries.push(...page.entries);
    if (page.nextCursor === null) return { entries, isWhole: true };
    cursor = page.nextCursor;
  }
  return { entries, isWhole: false };
}
