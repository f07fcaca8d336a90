import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runOrFail } from '../../../modules/lib/host/process.ts';
import { realHost as host } from '../../../modules/lib/host/real.ts';
import {
  newAuthority,
  newKey,
  newRequest,
  publicKeyOf,
  readCertificate,
  sign,
} from '../../../modules/lib/openssl/openssl.ts';

// OpenSSL itself, in a directory of this test.
const directory = mkdtempSync(join(tmpdir(), 'piecewise-openssl-test-'));
const at = (name: string) => join(directory, name);
const authority = { key: at('ca.key'), certificate: at('ca.crt') };

async function makeAuthority(name: string): Promise<void> {
  writeFileSync(at(`${name}.key`), await newKey(host));
  writeFileSync(at(`${name}.crt`), await newAuthority(host, at(`${name}.key`), name, 100));
}

beforeAll(async () => {
  await makeAuthority('ca');
  await makeAuthority('other');
  writeFileSync(at('hv1.key'), await newKey(host));
});
afterAll(() => rmSync(directory, { recursive: true }));

async function signed(usage: 'peer' | 'client', days = 90): Promise<string> {
  const request = await newRequest(host, at('hv1.key'), 'hv1');
  const path = at(`${usage}-${days}.crt`);
  writeFileSync(path, await sign(host, authority, { name: 'hv1', usage, days, request }));
  return path;
}

const read = (path: string, usage: 'peer' | 'client', ca = authority.certificate) =>
  readCertificate(host, path, { authority: ca, usage, days: 30 });

describe('a certificate', () => {
  it('has the name and the key that it was made for', async () => {
    const publicKey = await publicKeyOf(host, at('hv1.key'));
    expect(await read(await signed('peer'), 'peer')).toEqual({
      name: 'hv1',
      publicKey,
      trusted: true,
      endsSoon: false,
    });
  });

  it("of a client is no server's", async () => {
    const path = await signed('client');
    expect(await read(path, 'client')).toMatchObject({ trusted: true });
    expect(await read(path, 'peer')).toMatchObject({ trusted: false });
  });

  it('of another authority is not trusted', async () => {
    expect(await read(await signed('peer'), 'peer', at('other.crt'))).toMatchObject({ trusted: false });
  });

  it("of an authority is trusted by itself, and is none of a host's", async () => {
    const read = (usage?: 'client') =>
      readCertificate(host, at('ca.crt'), { authority: at('ca.crt'), days: 30, ...(usage ? { usage } : {}) });
    expect(await read()).toMatchObject({ name: 'ca', trusted: true, endsSoon: false });
    expect(await read('client')).toMatchObject({ trusted: false });
  });

  it('that ends soon says so', async () => {
    expect(await read(await signed('peer', 20), 'peer')).toMatchObject({ trusted: true, endsSoon: true });
  });

  it('is none where the file has something else', async () => {
    writeFileSync(at('empty.crt'), '');
    expect(await read(at('empty.crt'), 'peer')).toBeUndefined();
    expect(await publicKeyOf(host, at('empty.crt'))).toBeUndefined();
  });
});

describe('a request is refused', () => {
  const refused = (request: string, name = 'hv1') =>
    sign(host, authority, { name, usage: 'client', days: 90, request });

  it('for another name than that of its host', async () => {
    await expect(refused(await newRequest(host, at('hv1.key'), 'hv2'))).rejects.toThrow(
      /is for another name/,
    );
  });

  it('with a key of another kind', async () => {
    const key = await runOrFail(host, 'openssl', [
      'genpkey',
      '-algorithm',
      'RSA',
      '-pkeyopt',
      'rsa_keygen_bits:1024',
    ]);
    writeFileSync(at('weak.key'), key);
    await expect(refused(await newRequest(host, at('weak.key'), 'hv1'))).rejects.toThrow(
      /not of the curve P-256/,
    );
  });

  it('with a key that the host may not have', async () => {
    const request = await newRequest(host, at('hv1.key'), 'hv1');
    const bytes = Buffer.from(request.replace(/-----[A-Z ]+-----|\n/g, ''), 'base64');
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    const forged = `-----BEGIN CERTIFICATE REQUEST-----\n${bytes.toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`;
    await expect(refused(forged)).rejects.toThrow(/not signed by its own key/);
  });

  it('and what it asks for beside its key is ignored', async () => {
    const args = [
      'req',
      '-new',
      '-key',
      at('hv1.key'),
      '-subj',
      '/CN=hv1',
      '-addext',
      'basicConstraints=CA:TRUE',
    ];
    const request = await runOrFail(host, 'openssl', [...args, '-addext', 'extendedKeyUsage=serverAuth']);
    writeFileSync(at('asked.crt'), await refused(request));
    const text = await runOrFail(host, 'openssl', ['x509', '-in', at('asked.crt'), '-noout', '-text']);
    expect(text).toContain('CA:FALSE');
    expect(text).not.toContain('CA:TRUE');
    expect(text).not.toContain('TLS Web Server Authentication');
    expect(readFileSync(at('asked.crt'), 'utf8')).toMatch(/^-----BEGIN CERTIFICATE-----\n/);
  });
});
