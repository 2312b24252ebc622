import { generateKeyPairSync } from 'node:crypto';
import { createLakalaAdapter } from '../lakala-adapter.ts';
import { publishedCallback } from './published-callback.ts';

/** An adapter, and the key with which a test answers it as Lakala would, with serial number 0A. */
export const platform = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const ours = generateKeyPairSync('rsa', { modulusLength: 2_048 });
export const { merchantNo } = publishedCallback;
export const adapter = createLakalaAdapter({
  ...{ appId: 'OP00000003', serialNo: '00dfba8194c41b84cf', merchantNo, termNo: 'D9296381' },
  privateKeyPem: ours.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  platformKeys: [
    { serialNo: publishedCallback.serialNo, pem: publishedCallback.certificatePem },
    {
      serialNo: '0A',
      pem: platform.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    },
  ],
  ...{ vposId: null, requestIp: '203.0.113.7' },
  ...{ notFoundCodes: ['NOSUCH01'], refundNotFoundCodes: ['NOSUCH02'] },
});
