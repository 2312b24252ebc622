import type { EndpointSettings } from '@plumbline/events';
import { topics } from '@plumbline/events';
import { unreachable } from '@plumbline/kernel';
import * as limits from '../limits.ts';
import type { PlannedEndpoint } from '../plan/endpoints.ts';
import { endpointTenant, keyOfEndpoint } from '../plan/endpoints.ts';
import type { Command } from './client.ts';

const settingsOf = ({ url, events, inOrder }: PlannedEndpoint): EndpointSettings => ({
  ...{ url, events, inOrder, description: null, everyTenant: false, bodyStyle: 'EVENT' },
  ...{ bodyEncoding: 'JSON', signatureField: false, intervalsMs: null, templates: [] },
  ...{ timeoutMs: limits.merchantTimeoutMs, concurrencyMax: null, ratePerSecond: null },
});

/** What is asked of an endpoint in a run, at times since its start. */
export function endpointCommands(
  planned: PlannedEndpoint,
): readonly { readonly command: Command; readonly atMs: number }[] {
  const { endpointId, changes } = planned;
  const about = { endpointId, tenant: endpointTenant };
  const to = {
    ...{ topic: topics.endpointsCommands.name, key: keyOfEndpoint(endpointId) },
    subject: endpointId,
  };
  const id = (type: string): string => `${endpointId}-${type}`;
  const registered = {
    ...{ ...to, id: id('RegisterEndpoint') },
    payload: { type: 'RegisterEndpoint', data: { ...about, settings: settingsOf(planned) } },
  };
  return [
    { command: registered, atMs: 0 },
    ...changes.map(({ atMs, type }) => {
      const data = { ...about, ...saidWith(type) };
      return { command: { ...to, id: id(type), payload: { type, data } }, atMs };
    }),
  ];
}

function saidWith(type: PlannedEndpoint['changes'][number]['type']): object {
  switch (type) {
    case 'PauseEndpoint':
      return { reason: 'the run says so' };
    case 'RecordSecretRotated':
      // Secrets are the vault's; what counts here is that everybody hears of another one.
      return { secretId: 'another', overlapUntil: null };
    case 'ResumeEndpoint':
    case 'RemoveEndpoint':
      return {};
    default:
      return unreachable(type);
  }
}
