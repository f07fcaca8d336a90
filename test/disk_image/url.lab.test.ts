import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Hypervisor } from '../lab/hypervisor.ts';
import { sharedHypervisor } from '../lab/shared.ts';
import { moduleText, runModule } from '../support/module.ts';

const HOME = '/var/lib/libvirt/url-test';
const PORT = 18080;
const BASE = `http://127.0.0.1:${PORT}`;
let hypervisor: Hypervisor;
let sum: string;
const sh = async (script: string) => (await hypervisor.exec(['sh', '-c', script])).stdout;
const disk = (args: object, mode = {}) =>
  runModule(
    hypervisor,
    'disk_image',
    { templates: `${HOME}/templates`, dest: `${HOME}/disk`, ...args },
    mode,
  );
const requests = async () => (await sh(`cat ${HOME}/log`)).split('\n').filter(Boolean);

beforeAll(async () => {
  hypervisor = await sharedHypervisor();
  await sh(
    `mkdir -p ${HOME}/in && cd ${HOME}/in && head -c 3000000 /dev/urandom >raw && truncate -s 4M raw && xz -c raw >disk.xz && sha256sum disk.xz >SHA256SUMS && head -c 2000 raw >refused.qcow2 && qemu-img create -q -f qcow2 -F raw -b /etc/shadow leak.qcow2 && sha256sum leak.qcow2 >>SHA256SUMS`,
  );
  sum = (await sh(`cut -d' ' -f1 ${HOME}/in/SHA256SUMS`)).split('\n')[0] ?? '';
  const server = readFileSync(new URL('server.cjs', import.meta.url));
  await hypervisor.exec(['sh', '-c', `cat >${HOME}/server.cjs`], { input: server });
  await sh(
    `touch ${HOME}/log && systemd-run -q --unit=url-test node ${HOME}/server.cjs ${PORT} ${HOME}/in ${HOME}/log && until grep -q . ${HOME}/log; do node -e "require('http').get('${BASE}/raw').on('error', () => {})"; sleep 0.1; done`,
  );
});
afterAll(() => sh(`systemctl stop url-test; rm -rf ${HOME}`));
beforeEach(() => sh(`rm -rf ${HOME}/templates ${HOME}/disk*; : >${HOME}/log`));

const same = () =>
  sh(`qemu-img convert -O raw ${HOME}/disk ${HOME}/check && cmp ${HOME}/check ${HOME}/in/raw`);
const kept = () => sh(`ls -A ${HOME}/templates/by-checksum`);

describe('a template that is fetched', () => {
  it('is fetched once for many disks, and kept', async () => {
    const images = ['disk', 'disk2', 'disk3'].map((name) => ({ dest: `${HOME}/${name}` }));
    const args = {
      images,
      dest: undefined,
      url: `${BASE}/disk.xz`,
      checksum: `sha256:${BASE}/SHA256SUMS`,
      backing: 'overlay',
    };
    const predicted = await disk(args, { check: true });
    expect(predicted).toMatchObject({ changed: true });
    expect((await requests()).filter((line) => line.includes('disk.xz'))).toEqual([]);
    const result = await disk(args);
    expect(result).toMatchObject({ changed: true });
    expect((await requests()).filter((line) => line.includes('disk.xz'))).toHaveLength(1);
    expect(await kept()).toBe(`sha256-${sum}.qcow2`);
    expect(await sh(`stat -c %a ${HOME}/templates/by-checksum/*`)).toBe('444');
    expect(
      await sh(
        `qemu-img info ${HOME}/disk3 | grep -c 'backing file: ${HOME}/templates/by-checksum/sha256-${sum}.qcow2'`,
      ),
    ).toBe('1');
    await same();
    const before = (await requests()).length;
    expect(await disk(args)).toMatchObject({ changed: false });
    // Disks that are there need nothing from anywhere.
    expect(await requests()).toHaveLength(before);
    expect(
      await disk({ url: `${BASE}/disk.xz`, checksum: `sha256:${sum}`, dest: `${HOME}/disk4` }),
    ).toMatchObject({ changed: true });
    expect(await requests()).toHaveLength(before);
  });

  it.each([
    ['goes on where a connection broke off', '/break/400000/disk.xz', 8],
    ['begins anew where the server knows no ranges', '/whole/disk.xz', 1],
    ['waits for a server that is busy', '/busy/2/disk.xz', 3],
    ['follows where it is led to', '/to/disk.xz', 2],
  ])('%s', async (_, path, times) => {
    expect(await disk({ url: `${BASE}${path}`, checksum: `sha256:${sum}` })).toMatchObject({ changed: true });
    await same();
    expect(await requests()).toHaveLength(times);
    expect(await kept()).toBe(`sha256-${sum}.qcow2`);
  });

  it('resumes where another run was killed, and starts again when that was another download', async () => {
    const part = `${HOME}/templates/by-checksum/sha256-${sum}.part`;
    const begin = (from: string) => sh(`mkdir -p $(dirname ${part}) && head -c 1000000 ${from} >${part}`);
    const args = { url: `${BASE}/disk.xz`, checksum: `sha256:${sum}` };
    await begin(`${HOME}/in/disk.xz`);
    expect(await disk(args)).toMatchObject({ changed: true });
    expect(await requests()).toEqual(['GET /disk.xz bytes=1000000-']);
    await sh(`rm -rf ${HOME}/templates ${HOME}/disk; : >${HOME}/log`);
    await begin('/dev/urandom');
    expect(await disk(args)).toMatchObject({ changed: true });
    expect(await requests()).toEqual(['GET /disk.xz bytes=1000000-', 'GET /disk.xz -']);
    await same();
  });

  it('uses the proxy of the environment', async () => {
    // The server takes a request for a whole URL as well: what it is asked for shows who was asked.
    const args = { url: 'http://images.invalid/disk.xz', checksum: `sha256:${sum}`, dest: `${HOME}/disk` };
    const input = await moduleText('disk_image', { ...args, templates: `${HOME}/templates` });
    await hypervisor.exec(['env', `http_proxy=${BASE}`, 'node', '-'], { input });
    expect(await requests()).toEqual(['GET http://images.invalid/disk.xz -']);
    await same();
  });
});

describe('what is not taken', () => {
  const wrong = `sha256:${'0'.repeat(64)}`;
  const rows: [string, () => object, () => string][] = [
    [
      'another content',
      () => ({ url: `${BASE}/disk.xz`, checksum: wrong }),
      () =>
        `option 'checksum': ${BASE}/disk.xz has sha256:${sum} and not ${wrong}: it is damaged, or another file`,
    ],
    [
      'no checksum',
      () => ({ url: `${BASE}/disk.xz` }),
      () => "option 'checksum': is required: what is fetched is stored under it",
    ],
    [
      "what isn't there",
      () => ({ url: `${BASE}/none.xz`, checksum: wrong }),
      () => `${BASE}/none.xz answers 404 Not Found`,
    ],
    [
      'a list that has not its name',
      () => ({ url: `${BASE}/raw`, checksum: `sha256:${BASE}/SHA256SUMS` }),
      () => `option 'checksum': ${BASE}/SHA256SUMS has no sha256 of 'raw': give the digest itself`,
    ],
    [
      'another scheme',
      () => ({ url: 'ftp://joe:hidden@example.org/disk.xz', checksum: wrong }),
      () => "option 'url': it is not an http or https URL, but ftp:",
    ],
    [
      'a disk that refers to a file of the host',
      () => ({ url: `${BASE}/leak.qcow2`, checksum: `sha256:${BASE}/SHA256SUMS` }),
      () => `${BASE}/leak.qcow2: its disk refers to other files: convert it to one file`,
    ],
    [
      'nobody who answers',
      () => ({ url: 'http://127.0.0.1:1/disk.xz', checksum: wrong }),
      () =>
        'http://127.0.0.1:1/disk.xz: connect ECONNREFUSED 127.0.0.1:1; the next run continues the download',
    ],
    [
      'a password in what is shown',
      () => ({ url: `http://joe:hidden@127.0.0.1:${PORT}/none.xz`, checksum: wrong }),
      () => `${BASE}/none.xz answers 404 Not Found`,
    ],
  ];
  it.each(rows)('%s', async (_, args, message) => {
    const result = await disk(args());
    expect(result).toMatchObject({ failed: true, changed: false });
    expect(result.msg).toBe(message());
    expect(await sh(`ls ${HOME} | grep disk || true`)).toBe('');
  });

  it('more than there is room for: nothing of it is fetched', async () => {
    await sh(`mkdir -p ${HOME}/templates && mount -t tmpfs -o size=1m lab ${HOME}/templates`);
    try {
      const result = await disk({ url: `${BASE}/disk.xz`, checksum: `sha256:${sum}` });
      expect(result.msg).toMatch(
        /disk\.xz has \d+ bytes, and \S+\/templates\/by-checksum has room for \d+ bytes: free some space/,
      );
      expect(await sh(`ls -A ${HOME}/templates/by-checksum`)).toBe('');
    } finally {
      await sh(`umount ${HOME}/templates`);
    }
  });
});
