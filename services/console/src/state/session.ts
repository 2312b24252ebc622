import type { ComputedRef, ShallowRef } from 'vue';
import { computed, shallowRef } from 'vue';
import type { Api } from '../api/calls.ts';
import type { Client } from '../api/client.ts';
import type { ApiProblem } from '../api/problem.ts';
import { passes, problemOf } from '../api/problem.ts';
import type { SessionView } from '../api/views.ts';

/**
 *   unknown ──GET /api/session──► in ──401 of any call──► lapsed ──log in──► in
 *      │ 401                      │ log out
 *      └──────────► out ◄─────────┘
 *
 * What stays on the page while lapsed is that of `user`, who may log in again and go on.
 */
export type SessionState =
  | { readonly status: 'unknown' }
  | { readonly status: 'out' }
  | { readonly status: 'in'; readonly user: SessionView['user'] }
  | { readonly status: 'lapsed'; readonly user: SessionView['user'] };

export interface Session {
  readonly state: ShallowRef<SessionState>;
  /** Why nobody knows whether somebody is logged in. */
  readonly problem: ShallowRef<ApiProblem | null>;
  readonly isOperator: ComputedRef<boolean>;
  /** Asks the API who is logged in. */
  check(): Promise<void>;
  /** Errors: ApiProblem. */
  logIn(idToken: string): Promise<void>;
  /** Errors: ApiProblem, other than that there was no session any more. */
  logOut(everywhere: boolean): Promise<void>;
  /** A call was answered 401. */
  lapse(): void;
}

export function createSession(options: { readonly api: Api; readonly client: Client }): Session {
  const { api, client } = options;
  const state = shallowRef<SessionState>({ status: 'unknown' });
  const problem = shallowRef<ApiProblem | null>(null);

  function begin({ user, csrfToken }: SessionView): void {
    client.setCsrfToken(csrfToken);
    problem.value = null;
    state.value = { status: 'in', user };
  }

  function end(): void {
    client.forget();
    state.value = { status: 'out' };
  }

  function lapse(): void {
    client.forget();
    problem.value = null;
    const now = state.value;
    state.value =
      now.status === 'in' || now.status === 'lapsed'
        ? { status: 'lapsed', user: now.user }
        : { status: 'out' };
  }

  return {
    state,
    problem,
    isOperator: computed(() => 'user' in state.value && isOperator(state.value.user)),
    async check() {
      try {
        begin(await api.readSession());
      } catch (error) {
        const found = problemOf(error);
        // 401 has lapsed it already; while the API is away, whoever is logged in stays so.
        if (found.kind !== 'logged-out') problem.value = found;
      }
    },
    async logIn(idToken) {
      begin(await api.logIn(idToken));
    },
    async logOut(everywhere) {
      try {
        await api.logOut(everywhere);
      } catch (error) {
        if (problemOf(error).kind !== 'logged-out') throw error;
      }
      end();
    },
    lapse,
  };
}

const isOperator = ({ roles }: SessionView['user']): boolean => roles.includes('operator');

/** Whether asking again by itself makes sense. */
export const shouldAskAgain = (session: Session): boolean =>
  session.problem.value !== null && passes(session.problem.value);
