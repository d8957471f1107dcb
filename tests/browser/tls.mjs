// A server certificate for 127.0.0.1, made for one test, and how Chromium comes to trust its key and no other.
import { execFileSync } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

/** Signed by itself: { certificate, key, trust }, two files in `folder` and the flag of Chromium for that key alone. */
export function makeCertificate(folder, name = 'server') {
  const certificate = path.join(folder, `${name}.pem`);
  const key = path.join(folder, `${name}.key`);
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2',
    '-subj', '/CN=offhook.test', '-addext', 'subjectAltName=IP:127.0.0.1,DNS:offhook.test', '-keyout', key, '-out', certificate],
    { stdio: 'ignore' });
  const spki = new X509Certificate(fs.readFileSync(certificate)).publicKey.export({ type: 'spki', format: 'der' });
  return { certificate, key, trust: `--ignore-certificate-errors-spki-list=${createHash('sha256').update(spki).digest('base64')}` };
}
