import { generateKeyPairSync, sign } from 'node:crypto';
import { isSigned, keyText, verificationKey } from '../../tracking/provider-events/sendgrid-signature.js';
import { type Finding, ok, wrong } from './finding.js';

/** Signs a report as SendGrid does, with a key of this moment, and lets the hook's own code judge it and a forged one. */
export function checkWebhookSignature(now: Date, windowMs: number): Finding {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const body = Buffer.from('[{"event":"delivered"}]');
  const timestamp = String(Math.floor(now.getTime() / 1_000));
  const signature = sign('sha256', Buffer.concat([Buffer.from(timestamp), body]), privateKey).toString('base64');
  const key = verificationKey(keyText(publicKey));
  const takes = (bytes: Buffer): boolean =>
    key !== null && isSigned({ body: bytes, signature, timestamp }, key, now, windowMs);
  return takes(body) && !takes(Buffer.from('[{"event":"bounce"}]'))
    ? ok('webhook signature', 'a signed report is taken and a forged one is not')
    : wrong(
        'webhook signature',
        'the self-test failed',
        'this Node.js cannot verify ECDSA on P-256: install another one',
      );
}
