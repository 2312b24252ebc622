import { expect, it } from 'vitest';
import { endpointIdOf, endpointKeyOf, tenantOfEndpoint } from './endpoint-id.ts';

const random = '0123456789abcdef01234567';

it.each(['main', 'demo_app', 'a-b_c', '_', 'x_0123456789abcdef01234567'.slice(0, 26)])(
  'names the tenant %s, whatever it is made of',
  (tenant) => {
    const endpointId = endpointIdOf(tenant, random);
    expect(tenantOfEndpoint(endpointId)).toBe(tenant);
    expect(endpointKeyOf(endpointId)).toBe(`${tenant}/${endpointId}`);
  },
);

it.each(['', 'ep_', 'ep_main', `main_${random}`, `ep_main_${random}0`, 'ep_a/b_' + random])(
  'is not %j',
  (text) => {
    expect(tenantOfEndpoint(text)).toBe(null);
    expect(endpointKeyOf(text)).toBe(text);
  },
);

it('refuses what cannot be read again', () => {
  expect(() => endpointIdOf('a/b', random)).toThrow('no id of an endpoint');
  expect(() => endpointIdOf('main', 'XYZ')).toThrow('no id of an endpoint');
});
