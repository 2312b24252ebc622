import { wasThere } from '../worker/answer-record.ts';
import type { CallableGateway } from '../worker/call-worker.ts';
import type { GatewayConnection } from './call-gateway.ts';
import type { GatewayAdapter } from './port.ts';

/** A gateway that is asked over HTTP, in its own dialect. */
export interface HttpGateway {
  readonly adapter: GatewayAdapter;
  readonly connection: Pick<GatewayConnection, 'call'>;
  /** Where it reports to. */
  readonly notifyUrl: string;
  /** The longest that one call may take. */
  readonly deadlineMs: number;
}

export const httpGateway = (gateway: HttpGateway): CallableGateway => {
  const { adapter, connection, notifyUrl, deadlineMs } = gateway;
  return {
    calls: {
      create: (input, context) => connection.call(adapter.create, { ...input, notifyUrl }, context),
      query: (input, context) => connection.call(adapter.query, input, context),
      close: (input, context) => connection.call(adapter.close, input, context),
      refund: (input, context) => connection.call(adapter.refund, input, context),
      queryRefund: (input, context) => connection.call(adapter.queryRefund, input, context),
    },
    deadlineMs,
    wasThere,
  };
};
