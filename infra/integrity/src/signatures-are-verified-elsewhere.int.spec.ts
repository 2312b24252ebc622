import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { hasPython, localConfig } from '@plumbline/local';
import { newWebhookSecret, signWebhook } from '@plumbline/notifications';
import { beforeAll, describe, expect, it } from 'vitest';
import { openPython } from './schemathesis/run-schemathesis.ts';

const example = fileURLToPath(new URL('../../../docs/examples/verify_webhook.py', import.meta.url));

const withPython = hasPython();
if (!withPython) process.stdout.write('Without python3 on the PATH, nobody else verifies.\n');
let python = '';

beforeAll(async () => {
  const { cacheFolder } = localConfig(process.env);
  const report = (line: string) => void process.stdout.write(`${line}\n`);
  if (withPython) python = await openPython({ cacheFolder, report });
}, 180_000);

interface Case {
  readonly secrets: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Verifies each case with PyPI's `standardwebhooks`; says which were good. */
const oracle = `
import base64, json, sys
from standardwebhooks import Webhook, WebhookVerificationError
def good(case):
    body = base64.b64decode(case["body"])
    for secret in case["secrets"]:
        try:
            Webhook(secret).verify(body, case["headers"])
            return True
        except json.JSONDecodeError:
            # It parses what it has found good, and a form is no JSON.
            return True
        except WebhookVerificationError:
            pass
    return False
print(json.dumps([good(case) for case in json.load(sys.stdin)]))
`;

function judgedByOracle(cases: readonly Case[]): readonly boolean[] {
  const { stdout, stderr, status } = spawnSync(python, ['-c', oracle], {
    input: JSON.stringify(cases),
    encoding: 'utf8',
    timeout: 60_000,
  });
  expect(`${String(status)} ${stderr}`).toBe('0 ');
  return JSON.parse(stdout) as boolean[];
}

const bodies = [
  '{}',
  '{"test": 2432232314}',
  '{"orderNo":"订单-1","note":"支付成功 🎉"}',
  'amount=100.00&status=SUCCESS',
  JSON.stringify({ text: 'x'.repeat(20_000) }),
];

function signed(body: string, secrets: readonly string[]): Case {
  const bytes = Buffer.from(body, 'utf8');
  const timestampSeconds = Math.floor(Date.now() / 1_000);
  const id = `msg_${randomBytes(8).toString('hex')}`;
  const headers = { ...signWebhook({ secrets, id, timestampSeconds, body: bytes }) };
  return { secrets, headers, body: bytes.toString('base64') };
}

const secret = (): string => newWebhookSecret(randomBytes(32));

describe.runIf(withPython)('signatures, verified by implementations that are not ours', () => {
  it('are good for the package of another language, whatever the body', () => {
    const cases = bodies.map((body) => signed(body, [secret()]));
    expect(judgedByOracle(cases)).toEqual(cases.map(() => true));
  });

  it('are good with either secret while one replaces the other, and with no third', () => {
    const [newest, before] = [secret(), secret()];
    const both = signed('{"a":1}', [newest, before]);
    const cases = [[newest], [before], [secret()]].map((secrets) => ({ ...both, secrets }));
    expect(judgedByOracle(cases)).toEqual([true, true, false]);
  });

  it('are not good for another body, id or time', () => {
    const right = signed('{"a":1}', [secret()]);
    const changed = (headers: Readonly<Record<string, string>>): Case => ({
      ...right,
      headers: { ...right.headers, ...headers },
    });
    const timestamp = String(Number(right.headers['webhook-timestamp']) - 1);
    const cases = [
      right,
      { ...right, body: Buffer.from('{"a":2}').toString('base64') },
      changed({ 'webhook-id': 'msg_other' }),
      changed({ 'webhook-timestamp': timestamp }),
    ];
    expect(judgedByOracle(cases)).toEqual([true, false, false, false]);
  });

  it('are good for the documented example, which agrees with the package', () => {
    const { secrets, headers, body } = signed('{"orderNo":"订单-1"}', [secret()]);
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
    const head = ['POST /hook HTTP/1.1', ...lines, '', ''].join('\r\n');
    const request = Buffer.concat([Buffer.from(head), Buffer.from(body, 'base64')]);
    const run = (input: Buffer) =>
      spawnSync(python, [example, '--oracle', '--secret', secrets[0] ?? ''], {
        ...{ input, encoding: 'utf8', timeout: 60_000 },
      });
    expect(run(request)).toMatchObject({ status: 0, stderr: '' });
    request[request.length - 2] = 0x20;
    expect(run(request).status).toBe(1);
  });
});
