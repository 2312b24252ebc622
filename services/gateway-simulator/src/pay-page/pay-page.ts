import type { IncomingMessage, ServerResponse } from 'node:http';
import { paymentOf } from '../books/books.ts';
import type { Payment } from '../books/payment.ts';
import { gateways } from '../books/payment.ts';
import type { Engine } from '../engine/engine.ts';
import { contentSecurityPolicy, messagePage, payPage } from './html.ts';

/** A form with one button pressed is a few bytes. */
const formBytesMax = 1_024;

/** `GET /pay/{gateway}/{reference}` shows what is to be paid; `POST` pays it or declines. */
export function payPageHandler(options: {
  readonly engine: Engine;
  onFailure(error: unknown): void;
}) {
  return (request: IncomingMessage, response: ServerResponse, next: () => void): void => {
    const [path = ''] = (request.url ?? '/').split('?');
    const match = /^\/pay\/([a-z]+)\/([0-9A-Za-z_-]{1,64})$/.exec(path);
    if (!match) {
      next();
      return;
    }
    const gateway = gateways.find((one) => one === match[1]);
    const payment = gateway && paymentOf(options.engine.books(), gateway, match[2] ?? '');
    if (!payment) {
      show(response, 404, null, messagePage('No such payment', 'Nothing is to be paid here.'));
      return;
    }
    serve(options.engine, payment, request, response).catch((error: unknown) => {
      options.onFailure(error);
      response.destroy();
    });
  };
}

async function serve(
  engine: Engine,
  payment: Payment,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { returnUrl } = payment;
  if (request.method === 'GET' || request.method === 'HEAD') {
    show(response, 200, returnUrl, payPage(payment));
    return;
  }
  if (request.method !== 'POST') {
    response.setHeader('allow', 'GET, HEAD, POST');
    show(response, 405, null, messagePage('Not here', 'Open this page or send its form.'));
    return;
  }
  const pressed = await readForm(request);
  if (pressed !== 'pay' && pressed !== 'decline') {
    show(response, 400, null, messagePage('Not understood', 'Press pay or decline.'));
    return;
  }
  const moved = await (pressed === 'pay' ? engine.pay(payment) : engine.decline(payment));
  const now = paymentOf(engine.books(), payment.gateway, payment.reference) ?? payment;
  if (!moved) {
    show(response, 409, returnUrl, payPage(now));
    return;
  }
  if (returnUrl === null) {
    show(response, 200, null, payPage(now));
    return;
  }
  response.writeHead(303, { location: new URL(returnUrl).href }).end();
}

async function readForm(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    const data = chunk as Buffer;
    bytes += data.length;
    if (bytes > formBytesMax) return null;
    chunks.push(data);
  }
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8')).get('do');
}

function show(
  response: ServerResponse,
  status: number,
  returnUrl: string | null,
  html: string,
): void {
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': contentSecurityPolicy(returnUrl),
    'content-length': Buffer.byteLength(html),
  });
  response.end(html);
}
