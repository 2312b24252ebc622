import type { Channel, GatewayAnswer, GatewayCallRequested } from '@plumbline/events';
import type { CommandGateway, Executed } from '@plumbline/http';
import type { Clock } from '@plumbline/kafka';
import type { Payload } from '@plumbline/kernel';
import { derivedUuid, invariant, slotOfRecordKey } from '@plumbline/kernel';
import type { Logger, Metrics } from '@plumbline/observability';
import type { Following, StoreFollower } from '@plumbline/runtime';
import { movesMoney } from '../domain/payment/calls.ts';
import type { CallContext, GatewayCalls } from '../gateways/gateway-calls.ts';
import type { NotSent } from '../gateways/port.ts';
import type { AnyAnswer } from './answer-record.ts';
import { recordOfAnswer } from './answer-record.ts';
import type { Lane } from './lane.ts';
import { createLane } from './lane.ts';
import type { Contact } from './breaker.ts';
import * as limits from './limits.ts';
import type { WaitingCall } from './waiting-calls.ts';
import { waitingCallsStore } from './waiting-calls.ts';

/** A gateway that this process can call. */
export interface CallableGateway {
  readonly calls: GatewayCalls;
  /** The longest that one call may take. */
  readonly deadlineMs: number;
  /** Whether an answer shows that it was there; after some that do not it is left alone. */
  readonly wasThere: (answer: AnyAnswer) => boolean;
}

export interface CallWorkerOptions {
  /** By channel. Calls of other channels are left waiting. */
  readonly gateways: Readonly<Partial<Record<Channel, CallableGateway>>>;
  readonly commands: Pick<CommandGateway, 'execute'>;
  /** What was encrypted at the edge; `null` once it was erased. Errors: PostgresDown. */
  readonly decrypt: (text: string) => Promise<string | null>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Another one each time a process starts: what the one before began is not taken for its own. */
  readonly workerId: string;
  /** 32 hex digits, fresh at each call. */
  readonly newNonce: () => string;
  /** This machine's clock, which gateways compare with theirs. Epoch ms. */
  readonly wallClockMs: () => number;
}

export interface CallWorker {
  /** Takes its work from the store of the waiting calls. */
  readonly following: Following;
  /** Begins nothing more, and waits some seconds for what is under way. */
  close(): Promise<void>;
}

/**
 * Does the calls that payments ask for.
 *
 *   waiting ─► leave to send (what moves money) ─► the call ─► report, repeated until it is decided
 *      └─ another worker has it, or nobody waits for it any more: left alone
 *
 * It keeps nothing: what it has not reported when it dies, the payment gives up and asks about.
 */
export function openCallWorker(options: CallWorkerOptions): CallWorker {
  const { clock, logger, gateways, workerId } = options;
  const stopping = new AbortController();
  const lanes = new Map<Channel, Lane>();
  let isClosing = false;
  let jobs = 0;
  const measure = measurementsOf(options.metrics, lanes);
  const speak = createSpeaker(options, stopping.signal);

  const laneOf = (channel: Channel): Lane => {
    const lane = lanes.get(channel) ?? createLane({ clock });
    lanes.set(channel, lane);
    return lane;
  };

  async function work(call: WaitingCall, gateway: CallableGateway): Promise<Contact> {
    const { request } = call;
    const done = measure.begin(request);
    // Each job has a name of its own: a call that this process sees twice, because it lost a task
    // and got it again, is another worker's to the one that comes second.
    const me = `${workerId}#${(jobs += 1)}`;
    if (movesMoney(request.kind) && !(await speak.askLeave(call, me, gateway.deadlineMs))) {
      done('LEFT');
      return 'untried';
    }
    const answer = isClosing ? stopped : await send(call, gateway.calls, options);
    const record = recordOfAnswer(answer);
    done(record.result);
    if (record.result === 'UNKNOWN' || record.result === 'NOT_SENT') {
      const { code, message } = record;
      logger.warn('a gateway has not answered', { ...shortOf(request), code, why: message });
    }
    await speak.report(call, me, record);
    measure.tell();
    if (answer === stopped) return 'untried';
    return gateway.wasThere(answer) ? 'there' : 'away';
  }

  /** A defect at one call must not end the process: the payment gives the call up by itself. */
  const job = (call: WaitingCall, gateway: CallableGateway) => (): Promise<Contact> =>
    work(call, gateway).catch((error: unknown) => {
      logger.error('a call to a gateway broke off', { ...shortOf(call.request), error });
      return 'untried' as const;
    });

  function follow(): StoreFollower {
    const taken = new Map<string, { readonly callId: string; readonly cancel: () => void }>();
    const warned = new Set<Channel>();
    return {
      changed(line, value) {
        // The store holds nothing else.
        const call = value as WaitingCall | undefined;
        const known = taken.get(line);
        if (known !== undefined && known.callId === call?.request.callId) {
          // Once somebody has begun it, whoever still waits for his turn has nothing to do.
          if (call.startedBy !== null) known.cancel();
          return;
        }
        known?.cancel();
        taken.delete(line);
        // Somebody began it and is gone or not: only the payment may say what comes next.
        if (call === undefined || call.startedBy !== null) return;
        const { channel, callId } = call.request;
        const gateway = gateways[channel];
        if (gateway === undefined) {
          if (!warned.has(channel)) logger.warn('no gateway is configured', { channel });
          warned.add(channel);
          return;
        }
        const cancel = laneOf(channel).add(job(call, gateway));
        taken.set(line, { callId, cancel });
        measure.tell();
      },
      close() {
        for (const { cancel } of taken.values()) cancel();
        taken.clear();
      },
    };
  }

  return {
    following: { store: waitingCallsStore, open: follow },
    async close() {
      isClosing = true;
      const ends = Promise.all([...lanes.values()].map((lane) => lane.close()));
      const waited = new AbortController();
      await Promise.race([ends, clock.sleep(limits.lastCallsMs, waited.signal)]);
      waited.abort();
      stopping.abort();
    },
  };
}

const stopped: NotSent = {
  ...{ kind: 'not-sent', code: 'CLOSED', message: 'the worker stops', temporary: true },
};

const shortOf = ({ channel, kind, payNo, callId }: GatewayCallRequested) => ({
  ...{ channel, kind, payNo, callId },
});

const notReadable: NotSent = {
  ...{ kind: 'not-sent', code: 'VAULT_DOWN', message: 'what was encrypted cannot be read now' },
  temporary: true,
};

/** Where the payer goes afterwards, in the clear: only here and at the gateway. */
async function clearUrl(
  { returnUrl }: GatewayCallRequested,
  { decrypt }: CallWorkerOptions,
): Promise<string | null> {
  // Requests of earlier versions have none, or one in the clear.
  return returnUrl?.startsWith('enc:') === true ? decrypt(returnUrl) : returnUrl;
}

/** What a call is about, for gateways that know us by more than a reference. */
function contextOf(call: WaitingCall, options: CallWorkerOptions): CallContext {
  const { request, correlationId, traceparent } = call;
  const { callId, payNo, orderNo, account } = request;
  const about = { callId, payNo, orderNo, account, correlationId, traceparent };
  return { ...about, nowMs: options.wallClockMs(), nonce: options.newNonce() };
}

/** One call, as the gateway takes it. */
async function send(
  call: WaitingCall,
  calls: GatewayCalls,
  options: CallWorkerOptions,
): Promise<AnyAnswer> {
  const { request } = call;
  const context = contextOf(call, options);
  const { reference, gatewayTransactionId, handle, amountMinor, currency } = request;
  const at = { reference, gatewayTransactionId, handle };
  switch (request.kind) {
    case 'CREATE': {
      const subject = request.subject ?? request.orderNo;
      const { expireAt: expireAtMs } = request;
      const returnUrl = await clearUrl(request, options).catch(() => undefined);
      if (returnUrl === undefined) return notReadable;
      const input = { reference, amountMinor, currency, subject, expireAtMs, returnUrl };
      return calls.create(input, context);
    }
    case 'QUERY':
      return calls.query(at, context);
    case 'CLOSE':
      return calls.close(at, context);
    case 'REFUND': {
      const { reason, refundReference, refundAmountMinor } = refundOf(request);
      const money = { amountMinor: refundAmountMinor, currency, paymentAmountMinor: amountMinor };
      return calls.refund({ ...at, ...money, refundReference, reason }, context);
    }
    case 'QUERY_REFUND': {
      const { refundReference, gatewayRefundId } = refundOf(request);
      return calls.queryRefund({ ...at, refundReference, gatewayRefundId }, context);
    }
    case 'UNKNOWN':
      throw new Error(`call ${request.callId} asks for nothing that this version knows`);
  }
}

function refundOf(request: GatewayCallRequested) {
  const { refundReference, refundAmountMinor, reason, gatewayRefundId } = request;
  invariant(
    refundReference !== null && refundAmountMinor !== null,
    `call ${request.callId} concerns a refund and does not say which`,
  );
  return { refundReference, refundAmountMinor, reason, gatewayRefundId };
}

/** The two commands of a worker, each repeated under its own id until it is decided. */
function createSpeaker(options: CallWorkerOptions, stopped: AbortSignal) {
  const { commands, clock, logger } = options;

  async function decided(
    call: WaitingCall,
    me: string,
    payload: Payload,
  ): Promise<Executed | null> {
    const { key, correlationId, traceparent, request } = call;
    const slot = slotOfRecordKey(key);
    const command = {
      ...{ key, correlationId, payload, subject: request.payNo, actor: 'system:gateway-calls' },
      id: derivedUuid(slot, 'command', 'gateway-calls', payload.type, request.callId, me),
      causationId: request.callId,
      ...(traceparent === null ? {} : { traceparent }),
    };
    let waitMs: number = limits.repeatMs.first;
    while (!stopped.aborted) {
      try {
        const executed = await commands.execute(command);
        if (executed.kind === 'decided') return executed;
      } catch (error) {
        logger.warn('a command of the worker has no answer', { ...shortOf(request), error });
      }
      await clock.sleep(waitMs, stopped);
      waitMs = Math.min(waitMs * 2, limits.repeatMs.max);
    }
    return null;
  }

  return {
    /** False: somebody else has it, or nobody wants it any more. */
    async askLeave(call: WaitingCall, me: string, deadlineMs: number): Promise<boolean> {
      const { payNo, callId } = call.request;
      const data = { payNo, callId, worker: me, deadlineMs };
      const executed = await decided(call, me, { type: 'StartGatewayCall', data });
      if (executed?.kind !== 'decided') return false;
      const { status } = executed.outcome;
      return status === 'ACCEPTED' || status === 'UNCHANGED';
    },
    async report(call: WaitingCall, me: string, answer: GatewayAnswer): Promise<void> {
      const { payNo, callId } = call.request;
      const data = { payNo, callId, worker: me, answer };
      const executed = await decided(call, me, { type: 'ReportGatewayCall', data });
      if (executed?.kind !== 'decided' || executed.outcome.status !== 'REJECTED') return;
      // The payment went on without it: a callback came first, or it was given up.
      logger.info('a report came too late', {
        ...shortOf(call.request),
        why: executed.outcome.code,
      });
    },
  };
}

function measurementsOf(metrics: Metrics, lanes: ReadonlyMap<Channel, Lane>) {
  const seconds = metrics.histogram({
    name: 'plumbline_gateway_call_seconds',
    help: 'From leave to answer of a call to a gateway, the leave included',
    labels: ['channel', 'kind', 'result'],
  });
  const waiting = metrics.gauge({
    name: 'plumbline_gateway_calls_waiting',
    help: 'Calls that wait for their turn at a gateway',
    labels: ['channel'],
  });
  const open = metrics.gauge({
    name: 'plumbline_gateway_breaker_open',
    help: '1 while a gateway is left alone after failures',
    labels: ['channel'],
  });
  return {
    begin: ({ channel, kind }: GatewayCallRequested): ((result: string) => void) => {
      const startedAt = performance.now();
      return (result) =>
        seconds.observe((performance.now() - startedAt) / 1e3, { channel, kind, result });
    },
    tell(): void {
      for (const [channel, lane] of lanes) {
        waiting.set(lane.waiting(), { channel });
        open.set(lane.breaker() === 'closed' ? 0 : 1, { channel });
      }
    },
  };
}
