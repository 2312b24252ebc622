import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SchemasUnavailable, UnknownSchemaId } from '@plumbline/events';
import { afterEach, describe, expect, it } from 'vitest';
import type { RegistrySchemaIds } from './index.ts';
import { createRegistrySchemaIds } from './index.ts';

/** A registry that misbehaves on purpose; the real one is in registry-schema-ids.int.spec.ts. */
type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const json =
  (status: number, body: object): Answer =>
  (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  };
const text =
  (status: number, body: string): Answer =>
  (_, response) => {
    response.writeHead(status, { 'content-type': 'text/html' });
    response.end(body);
  };
const silence: Answer = () => undefined;
const cutOff: Answer = (_, response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
  response.write('{"schema":');
  setTimeout(() => response.destroy(), 20);
};

const level = json(200, { compatibilityLevel: 'FULL_TRANSITIVE' });
const subjectUnknown = json(404, { error_code: 40_401, message: 'no such subject' });
const schema = '{"type":"record","name":"plumbline.test.R","fields":[]}';

let server: Server | null = null;
let requests: string[] = [];
const opened: RegistrySchemaIds[] = [];

/** Answers each request by the first route that its method and path begin with, in turn. */
async function open(routes: Readonly<Record<string, readonly Answer[]>>) {
  requests = [];
  const turns = new Map<string, number>();
  const listening = createServer((request, response) => {
    const line = `${request.method ?? ''} ${request.url ?? ''}`;
    requests.push(line);
    const route = Object.keys(routes).find((each) => line.startsWith(each)) ?? '';
    const answers = routes[route] ?? [];
    const turn = turns.get(route) ?? 0;
    turns.set(route, turn + 1);
    (answers[turn] ?? answers.at(-1) ?? text(500, 'no route'))(request, response);
  });
  server = listening;
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  const { port } = listening.address() as AddressInfo;
  return client(`http://127.0.0.1:${port}`);
}

function client(url: string): RegistrySchemaIds {
  const ids = createRegistrySchemaIds({ url, requestMs: 200 });
  opened.push(ids);
  return ids;
}

afterEach(async () => {
  for (const ids of opened.splice(0)) await ids.close();
  server?.closeAllConnections();
  await new Promise((resolve) => (server ? server.close(resolve) : resolve(null)));
  server = null;
});

describe('fetching a schema', () => {
  it.each<[string, Answer]>([
    ['an error of the server', text(503, 'starting')],
    ['refused credentials', json(401, { message: 'who are you?' })],
    ['an answer that never comes', silence],
    ['an answer that is cut off', cutOff],
    ['a page of something else', text(200, '<html>login</html>')],
    ['a wrong path, which is no word about the schema', json(404, { message: 'no resource' })],
    ['an answer without a schema', json(200, {})],
  ])('can be tried again after %s', async (_, answer) => {
    const ids = await open({ 'GET /schemas/ids/7': [answer] });
    await expect(ids.schemaOf(7)).rejects.toBeInstanceOf(SchemasUnavailable);
    expect(requests).toHaveLength(4);
  });

  it('can be tried again when nobody listens', async () => {
    const ids = await open({});
    await new Promise((resolve) => server?.close(resolve));
    await expect(ids.schemaOf(7)).rejects.toThrow(/ECONNREFUSED/);
    await expect(ids.schemaOf(7)).rejects.toBeInstanceOf(SchemasUnavailable);
  });

  it('goes on by itself when the trouble is short', async () => {
    const ids = await open({
      'GET /schemas/ids/7': [text(503, 'starting'), cutOff, json(200, { schema })],
    });
    expect(await ids.schemaOf(7)).toBe(schema);
  });

  const none = json(404, { error_code: 40_403 });

  it('takes the word of a registry that there is none, when it says so twice', async () => {
    const ids = await open({ 'GET /schemas/ids/7': [none], 'GET /subjects': [json(200, ['s'])] });
    await expect(ids.schemaOf(7)).rejects.toBeInstanceOf(UnknownSchemaId);
    expect(requests.filter((line) => line === 'GET /schemas/ids/7')).toHaveLength(2);
  });

  it('finds one that is there a moment later', async () => {
    const ids = await open({
      'GET /schemas/ids/7': [none, json(200, { schema })],
      'GET /subjects': [json(200, ['s'])],
    });
    expect(await ids.schemaOf(7)).toBe(schema);
  });

  it('does not believe a registry that has not read its own log', async () => {
    const ids = await open({ 'GET /schemas/ids/7': [none], 'GET /subjects': [json(200, [])] });
    await expect(ids.schemaOf(7)).rejects.toBeInstanceOf(SchemasUnavailable);
  });

  it('nor one that does not know what it has shown before', async () => {
    const ids = await open({
      'GET /schemas/ids/3': [json(200, { schema }), none],
      'GET /schemas/ids/7': [none],
      'GET /subjects': [json(200, ['s'])],
    });
    await ids.schemaOf(3);
    await expect(ids.schemaOf(7)).rejects.toBeInstanceOf(SchemasUnavailable);
  });
});

describe('registering a schema', () => {
  const routes = (...register: readonly Answer[]) => ({
    'GET /config/subject': [subjectUnknown],
    'GET /config': [level],
    'POST /subjects/subject/versions': register,
  });

  it.each<[string, Answer]>([
    ['an error of the server', text(503, 'starting')],
    ['an error without a word', text(500, '')],
    ['an answer that never comes', silence],
    ['an answer that is cut off', cutOff],
    ['a clash with another client', json(409, { message: 'the rule already exists' })],
  ])('goes on by itself after %s', async (_, answer) => {
    const ids = await open(routes(answer, json(200, { id: 9 })));
    expect(await ids.idOf('subject', schema)).toBe(9);
  });

  it('can be tried again when the trouble lasts', async () => {
    const ids = await open(routes(text(503, 'starting')));
    await expect(ids.idOf('subject', schema)).rejects.toBeInstanceOf(SchemasUnavailable);
  });

  it('asks once for an id that is known', async () => {
    const ids = await open(routes(json(200, { id: 9 })));
    await Promise.all([ids.idOf('subject', schema), ids.idOf('subject', schema)]);
    await ids.idOf('subject', schema);
    expect(requests).toEqual([
      'GET /config',
      'GET /config/subject',
      'POST /subjects/subject/versions',
    ]);
  });

  it.each<[string, Answer]>([
    ['incompatible', json(409, { message: 'Schema being registered is incompatible' })],
    ['invalid', json(422, { message: 'this is an invalid schema' })],
  ])('is final when the schema is %s', async (reason, answer) => {
    const ids = await open(routes(answer));
    await expect(ids.idOf('subject', schema)).rejects.toMatchObject({
      name: 'SchemaRefused',
      subject: 'subject',
      message: expect.stringContaining(reason) as string,
    });
    expect(requests.filter((line) => line.startsWith('POST'))).toHaveLength(1);
  });

  it('is final for a text that is no schema', async () => {
    const ids = await open(routes(json(200, { id: 9 })));
    await expect(ids.idOf('subject', '{"type":"nonsense"}')).rejects.toMatchObject({
      name: 'SchemaRefused',
    });
  });

  it('refuses a subject whose own level is a weaker one', async () => {
    const ids = await open({
      ...routes(json(200, { id: 9 })),
      'GET /config/subject': [json(200, { compatibilityLevel: 'BACKWARD' })],
    });
    await expect(ids.idOf('subject', schema)).rejects.toThrow(/BACKWARD/);
    expect(requests.filter((line) => line.startsWith('POST'))).toHaveLength(0);
  });

  it.each(['NONE', 'FULL_TRANSITIVE'])('takes a subject that says %s', async (own) => {
    const ids = await open({
      ...routes(json(200, { id: 9 })),
      'GET /config/subject': [json(200, { compatibilityLevel: own })],
    });
    expect(await ids.idOf('subject', schema)).toBe(9);
  });

  it('does not happen while the registry stays at another level', async () => {
    const ids = await open({
      ...routes(json(200, { id: 9 })),
      'GET /config': [json(200, { compatibilityLevel: 'NONE' })],
      'PUT /config': [json(200, {})],
    });
    await expect(ids.idOf('subject', schema)).rejects.toThrow(/stays at NONE/);
    expect(requests.some((line) => line.startsWith('POST'))).toBe(false);
  });
});

describe('a client', () => {
  it('that is closed ends what is under way, and does nothing more', async () => {
    const ids = await open({ 'GET /schemas/ids/7': [silence] });
    const pending = expect(ids.schemaOf(7)).rejects.toThrow(/closed/);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await ids.close();
    await pending;
    await expect(ids.schemaOf(7)).rejects.toThrow(/closed/);
    expect(requests).toHaveLength(1);
  });

  it('sends its credentials and keeps them out of the address', async () => {
    let authorization = '';
    const ids = await open({
      'GET /config': [
        (request, response) => {
          authorization = request.headers.authorization ?? '';
          level(request, response);
        },
      ],
    });
    await ids.level();
    expect(authorization).toBe('');
    const { port } = server?.address() as AddressInfo;
    const known = createRegistrySchemaIds({
      url: `http://127.0.0.1:${port}/`,
      auth: { username: 'me', password: 'secret' },
    });
    opened.push(known);
    await known.level();
    expect(authorization).toBe(`Basic ${Buffer.from('me:secret').toString('base64')}`);
    expect(() => client('http://me:secret@127.0.0.1:1')).toThrow(/apart from its address/);
    expect(() => client('registry:8081')).toThrow(/not an http or https URL/);
  });
});
