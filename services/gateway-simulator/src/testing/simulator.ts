import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseConfig } from '@plumbline/config';
import { silentLogger } from '@plumbline/observability';
import { schema } from '../config.ts';
import { openSimulator } from '../wiring.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Parsed where it is JSON. */
  readonly json: Readonly<Record<string, unknown>>;
}

/** Any call, as bytes; the answer as it came. */
export async function call(
  url: string,
  init: {
    readonly method: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string;
    readonly signal?: AbortSignal;
  },
): Promise<Answer> {
  const response = await fetch(url, { redirect: 'manual', ...init });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false;
  const { status, headers } = response;
  return { status, headers, text, json: isJson ? (tryJson(text) as Answer['json']) : {} };
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

/** Keys take seconds on a busy machine: one set for a whole test file. */
let keyFolder: Promise<string> | null = null;
const sharedKeys = (): Promise<string> =>
  (keyFolder ??= mkdtemp(join(tmpdir(), 'gateway-simulator-keys-')));

/** A simulator on a free port with a folder of its own, and its control API. */
export async function startSimulator(environment: Readonly<Record<string, string>> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'gateway-simulator-'));
  const keys = await sharedKeys();
  const config = parseConfig(schema, {
    PLUMBLINE_LOCAL_STACK: 'true',
    PLUMBLINE_SIMULATOR_KEY_FOLDER: keys,
    PLUMBLINE_SIMULATOR_TIME_FACTOR: '100',
    ...environment,
  });
  const simulator = await openSimulator(config, { logger: silentLogger, port: 0 });
  const control = async (
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    body?: unknown,
  ): Promise<Answer> =>
    call(`${simulator.url}/control${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  const list = async (path: string): Promise<readonly Readonly<Record<string, unknown>>[]> => {
    const { json } = await control('GET', path);
    return json['items'] as readonly Readonly<Record<string, unknown>>[];
  };
  return {
    url: simulator.url,
    folder,
    keys,
    control,
    list,
    rule: (rule: unknown) => control('POST', '/rules', rule),
    close: async () => {
      await simulator.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export type TestSimulator = Awaited<ReturnType<typeof startSimulator>>;

/** Polls until it holds; the last value if it never does. */
export async function eventually<T>(
  read: () => Promise<T> | T,
  holds: (value: T) => boolean,
  withinMs = 5_000,
): Promise<T> {
  const until = Date.now() + withinMs;
  for (;;) {
    const value = await read();
    if (holds(value) || Date.now() > until) return value;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
