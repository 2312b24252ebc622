import type { Channel, GatewayPolicy } from '@plumbline/events';

/** What decides by which channels payments can be opened here. */
export interface ChannelTerms {
  /** Of the mock channel; `null` where that channel is off. */
  readonly callbackSecret: string | null;
  /** How a payment of that channel is led at its gateway; `null` where nobody asks one. */
  readonly policyOf: (channel: Channel) => GatewayPolicy | null;
}

/** Those that contract 1 offers whether or not there is a gateway: without one, by hand. */
const contractChannels: ReadonlySet<Channel> = new Set<Channel>(['MOCK', 'ALIPAY', 'WECHAT']);

/** Why no payment by this channel can be opened here; `null` when one can. */
export function channelRefusal(
  channel: Channel,
  { callbackSecret, policyOf }: ChannelTerms,
): 'MOCK_CHANNEL_DISABLED' | 'CHANNEL_NOT_CONFIGURED' | null {
  if (channel === 'MOCK' && callbackSecret === null) return 'MOCK_CHANNEL_DISABLED';
  if (!contractChannels.has(channel) && policyOf(channel) === null) return 'CHANNEL_NOT_CONFIGURED';
  return null;
}
