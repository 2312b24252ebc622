import type { OpenSocket } from '../live/live.ts';

/** A call as it reached the server. */
export interface Call {
  readonly name: string;
  readonly search: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

type Answer = object | Response | Error;

/** Answers by `GET /api/items`, and says over the live connection what a test has it say. */
export interface FakeServer {
  readonly calls: Call[];
  readonly fetch: typeof fetch;
  readonly openSocket: OpenSocket;
  /** From now on. */
  answer(name: string, answer: Answer): void;
  /** One after the other; the last from then on. */
  answerInTurn(name: string, ...inTurn: readonly Answer[]): void;
  answerLater(name: string, answer: Promise<Answer>): void;
  callsOf(name: string): readonly Call[];
  /** To the page that is connected. */
  say(message: object): void;
  disconnect(code: number): void;
}

export function createFakeServer(): FakeServer {
  const calls: Call[] = [];
  const answers = new Map<string, Promise<Answer>[]>();
  let connected: Parameters<OpenSocket>[1] | null = null;

  return {
    calls,
    async fetch(input, { method = 'GET', headers, body } = {}) {
      const [path = '', search = ''] = (input as string).split('?');
      const call: Call = {
        name: `${method} ${path}`,
        search,
        headers: headers as Call['headers'],
        body: typeof body === 'string' ? JSON.parse(body) : null,
      };
      calls.push(call);
      const inTurn = answers.get(call.name) ?? [];
      const given = inTurn.length > 1 ? inTurn.shift() : inTurn[0];
      const answer = (await given) ?? refusal(404, 'NOT_FOUND');
      if (answer instanceof Error) throw answer;
      return answer instanceof Response ? answer.clone() : Response.json(answer);
    },
    openSocket(_path, events) {
      connected = events;
      queueMicrotask(() => events.onMessage('{"type":"hello","position":"p1"}'));
      return { send: () => undefined, close: () => (connected = null) };
    },
    answer: (name, answer) => void answers.set(name, [Promise.resolve(answer)]),
    answerInTurn(name, ...inTurn) {
      answers.set(
        name,
        inTurn.map((each) => Promise.resolve(each)),
      );
    },
    answerLater: (name, answer) => void answers.set(name, [answer]),
    callsOf: (name) => calls.filter((call) => call.name === name),
    say: (message) => connected?.onMessage(JSON.stringify(message)),
    disconnect: (code) => connected?.onClose(code),
  };
}

/** As the API refuses. */
export const refusal = (status: number, code: string, message = ''): Response =>
  Response.json({ code, message }, { status });
