import type { KeyObject } from 'node:crypto';
import { randomBytes } from 'node:crypto';
import { unreachable } from '@plumbline/kernel';
import type { Books } from '../../books/books.ts';
import type { Call, Outcome } from '../../books/decide.ts';
import type { Payment } from '../../books/payment.ts';
import * as limits from '../../limits.ts';
import type { ApiAnswer, ApiRequest, Dialect, Lie, Notice, Reading } from '../dialect.ts';
import { sameText, tampered } from '../timing-safe.ts';
import { callOf } from './calls.ts';
import type { LakalaCode } from './codes.ts';
import { lakalaCodes, refusalCodes } from './codes.ts';
import type { Merchant } from './shapes.ts';
import * as shapes from './shapes.ts';
import { parseAuthorization, schemeName, sign, verify } from './signature.ts';
import { compactTime } from './times.ts';

export interface LakalaOptions extends Merchant {
  readonly appid: string;
  /** Of the merchant's certificate, in requests. */
  readonly merchantSerialNo: string;
  readonly merchantPublicKey: KeyObject;
  /** Of Lakala's own certificate, in answers. */
  readonly serialNo: string;
  readonly privateKey: KeyObject;
  readonly payUrl: (payment: Payment) => string;
}

/** Lakala's cashier: amounts in fen, times in China's, everything signed with RSA both ways. */
export const lakalaDialect = (options: LakalaOptions): Dialect => ({
  gateway: 'lakala',
  basePath: '/lakala',
  read: (request, books) => read(request, books, options),
  notifyUrl: (payment) => payment.notifyUrl,
  answerGarbles: ['body', 'signature', 'amount', 'merchant'],
  callbackGarbles: ['body', 'signature', 'amount', 'merchant'],
  // 1s/5s/5s/10s/3m/10m/20m/30m/1h/2h, 4 h 3 m 21 s in all (the document of order notifications).
  callbackDelaysMs: [1, 5, 5, 10, 180, 600, 1_200, 1_800, 3_600, 7_200].map((s) => s * 1_000),
  callbackTimeoutMs: 5_000,
  acknowledged,
  callback: (notice, lie) => callback(notice, lie, options),
});

/** The documented acknowledgement is `{"code":"SUCCESS",…}`. */
function acknowledged(status: number, body: string): boolean {
  if (status !== 200) return false;
  try {
    const value: unknown = JSON.parse(body);
    return (
      typeof value === 'object' && value !== null && 'code' in value && value.code === 'SUCCESS'
    );
  } catch {
    return false;
  }
}

const nonceOf = (): string => randomBytes(16).toString('hex');
const secondsText = (ms: number): string => String(Math.floor(ms / 1_000));

/** Answers of 200 are signed; others come from the edge, and clients do not verify them. */
const unsigned = (status: number, { code, msg }: LakalaCode, nowMs: number): ApiAnswer => ({
  status,
  headers: { 'content-type': 'application/json;charset=UTF-8' },
  body: JSON.stringify({ code, msg, resp_time: compactTime(nowMs) }),
});

function signed(
  options: LakalaOptions,
  said: {
    readonly code: LakalaCode;
    readonly data?: unknown;
    readonly lie: Lie;
    readonly nowMs: number;
  },
): ApiAnswer {
  const { code, data, lie, nowMs } = said;
  const content = {
    ...code,
    resp_time: compactTime(nowMs),
    ...(data !== undefined && { resp_data: data }),
  };
  const body = JSON.stringify(content);
  const { appid, serialNo } = options;
  const [timestamp, nonce] = [secondsText(nowMs), nonceOf()];
  const right = sign(options.privateKey, [appid, serialNo, timestamp, nonce, body]);
  const headers = {
    'content-type': 'application/json;charset=UTF-8',
    'lklapi-appid': appid,
    'lklapi-serial': serialNo,
    'lklapi-timestamp': timestamp,
    'lklapi-nonce': nonce,
    'lklapi-signature': lie === 'signature' ? tampered(right) : right,
  };
  return { status: 200, headers, body };
}

function read(request: ApiRequest, books: Books, options: LakalaOptions): Reading {
  const { nowMs } = request;
  if (!isSigned(request, options)) {
    const code = lakalaCodes.signatureInvalid;
    return { kind: 'refused', code: 'SIGNATURE_INVALID', answer: unsigned(401, code, nowMs) };
  }
  const found = callOf(request, books, options);
  if (found.kind === 'no-call') {
    const answer = unsigned(404, lakalaCodes.noSuchCall, nowMs);
    return { kind: 'refused', code: 'NO_SUCH_CALL', answer };
  }
  if (found.kind === 'refused') {
    const answer = signed(options, { code: found.code, lie: null, nowMs });
    return { kind: 'refused', code: found.code.code, answer };
  }
  const { call, list } = found;
  return {
    kind: 'call',
    call,
    answer: (outcome, at) => answer({ call, list, outcome, books, options, ...at }),
    rateLimited: (at) => unsigned(429, lakalaCodes.rateLimited, at.nowMs),
    broken: (at) => unsigned(500, lakalaCodes.internal, at.nowMs),
  };
}

function isSigned(request: ApiRequest, options: LakalaOptions): boolean {
  const given = parseAuthorization(request.headers['authorization'] ?? '');
  if (!given) return false;
  const { appid, serialNo, timestamp, nonce, signature } = given;
  if (Math.abs(request.nowMs - Number(timestamp) * 1_000) > limits.clockSkewMs) return false;
  if (!sameText(appid, options.appid) || !sameText(serialNo, options.merchantSerialNo))
    return false;
  const lines = [appid, serialNo, timestamp, nonce, request.body.toString('utf8')];
  return verify(options.merchantPublicKey, lines, signature);
}

interface Answering {
  readonly call: Call;
  /** Whether a refund query wants a list. */
  readonly list: boolean;
  readonly outcome: Outcome;
  readonly books: Books;
  readonly options: LakalaOptions;
  readonly lie: Lie;
  readonly nowMs: number;
}

function answer({ call, list, outcome, books, options, lie, nowMs }: Answering): ApiAnswer {
  const say = (data: unknown): ApiAnswer =>
    signed(options, { code: lakalaCodes.success, data, lie, nowMs });
  switch (outcome.kind) {
    case 'refused':
      return signed(options, { code: refusalCodes[outcome.code], lie, nowMs });
    case 'refund': {
      const { refund, payment } = outcome;
      if (call.on === 'refund')
        return say(shapes.acceptedRefund(payment, refund, { merchant: options, lie }));
      const queried = shapes.queriedRefund(payment, refund, lie);
      return say(list ? { refund_list: [queried] } : queried);
    }
    case 'payment': {
      const { payment } = outcome;
      if (call.on === 'query') return say(shapes.queriedOrder(books, payment, options, lie));
      if (call.on === 'close') return say(shapes.closedOrder(payment, options, lie));
      if (outcome.repeated)
        return signed(options, { code: refusalCodes.REFERENCE_REUSED, lie, nowMs });
      const counterUrl = options.payUrl(payment);
      return say(shapes.createdOrder(payment, { counterUrl, merchant: options, lie }));
    }
    default:
      return unreachable(outcome);
  }
}

function callback({ about, payment, refund, nowMs }: Notice, lie: Lie, options: LakalaOptions) {
  const content = ((): unknown => {
    switch (about) {
      case 'paid':
      case 'failed': {
        const said = { ok: about === 'paid', atMs: nowMs };
        return shapes.notifiedPayment(payment, said, options, lie);
      }
      case 'refunded':
      case 'refund-failed': {
        const said = refund && { refund, ok: about === 'refunded' };
        return said && shapes.notifiedRefund(payment, said, options, lie);
      }
      case 'closed':
        return null;
      default:
        return unreachable(about);
    }
  })();
  if (content === null) return null;
  const body = JSON.stringify(content);
  const [timestamp, nonce] = [secondsText(nowMs), nonceOf()];
  const right = sign(options.privateKey, [timestamp, nonce, body]);
  const signature = lie === 'signature' ? tampered(right) : right;
  const fields = `timestamp="${timestamp}",nonce_str="${nonce}",signature="${signature}"`;
  const headers = {
    'content-type': 'application/json;charset=UTF-8',
    authorization: `${schemeName} ${fields}`,
  };
  return { headers, body };
}
