import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readLeaseFile, readLeaseText } from '../../../modules/lib/dnsmasq/kept.ts';
import { KEPT } from '../../../modules/lib/dnsmasq/leases.ts';
import { readLeases as readPairs } from '../../../modules/lib/guest/addresses/ask.ts';
import type { Host } from '../../../modules/lib/host/host.ts';
import { realHost } from '../../../modules/lib/host/real.ts';
import { endLeases, readLeases } from '../../../modules/objects/network/leases.ts';

// A dnsmasq that a guest has taken over writes to its own directory whatever it wants.

const MAC = '52:54:00:00:00:01';
const LEASE = `1764417600 ${MAC} 10.20.0.5 web1 *\n`;
const OTHER = '1764417600 52:54:00:00:00:02 10.20.0.6 web2 *\n';

let top: string;
let lan: string;
let host: Host;
let commands: string[];
beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'piecewise-kept-'));
  lan = join(top, 'lan');
  mkdirSync(lan);
  writeFileSync(join(top, 'shadow'), LEASE);
  commands = [];
  // This machine, with the leases of networks below `top`.
  const here = (path: string) => path.replace(KEPT, top);
  host = {
    ...realHost,
    run: async (program, args) => {
      commands.push([program, ...args].join(' '));
      return { code: 0, stdout: '', stderr: '' };
    },
    list: async () => ['lan'],
    read: (path) => realHost.read(here(path)),
    write: (path, ...rest) => realHost.write(here(path), ...rest),
    readInside: (root, ...rest) => realHost.readInside(here(root), ...rest),
    writeInside: (root, ...rest) => realHost.writeInside(here(root), ...rest),
  };
});
afterEach(() => rmSync(top, { recursive: true, force: true }));

const FAKES: Record<string, (path: string) => void> = {
  'a link to a file of root': (path) => symlinkSync(join(top, 'shadow'), path),
  'a link to what has no end': (path) => symlinkSync('/dev/zero', path),
  'a pipe': (path) => execFileSync('mkfifo', [path]),
  'a file without end': (path) => execFileSync('truncate', ['--size=1T', path]),
  'a directory': (path) => mkdirSync(path),
};

it.each(Object.entries(FAKES))('%s is no file of leases', async (_, make) => {
  make(join(lan, 'leases'));
  expect(await readLeaseFile(host, 'lan')).toBe('other');
  expect(await readLeaseText(host, 'lan')).toBe('');
  expect(await readLeases(host, 'lan')).toEqual([]);
  expect(await readPairs(host)).toEqual([]);
  await expect(endLeases(host, { network: 'lan', macs: [MAC], addresses: [] })).rejects.toThrow(
    /lan\/leases is not a regular file, or a very large one, .* Remove the file, and restart piecewise-cloud-dnsmasq@lan\.service/,
  );
  expect(commands).toEqual([]);
  expect(readFileSync(join(top, 'shadow'), 'utf8')).toBe(LEASE);
});

it('a lease ends while dnsmasq is stopped, and the others stay', async () => {
  expect(await readLeaseText(host, 'lan')).toBe('');
  writeFileSync(join(lan, 'leases'), LEASE + OTHER);
  expect(await readLeases(host, 'lan')).toEqual(['10.20.0.5', '10.20.0.6']);
  await endLeases(host, { network: 'lan', macs: [MAC], addresses: [] });
  expect(readFileSync(join(lan, 'leases'), 'utf8')).toBe(OTHER);
  expect(commands.map((one) => one.split(' ')[1])).toEqual(['stop', 'start']);
});

it('what takes the place of the file when dnsmasq has been stopped is not copied', async () => {
  writeFileSync(join(lan, 'leases'), LEASE);
  const { run } = host;
  const ended = endLeases(
    {
      ...host,
      run: async (program, args, options) => {
        if (args[0] === 'stop') {
          rmSync(join(lan, 'leases'));
          symlinkSync(join(top, 'shadow'), join(lan, 'leases'));
        }
        return run(program, args, options);
      },
    },
    { network: 'lan', macs: [MAC], addresses: [] },
  );
  await expect(ended).rejects.toThrow('is not a regular file');
  expect(readFileSync(join(top, 'shadow'), 'utf8')).toBe(LEASE);
  expect(commands.map((one) => one.split(' ')[1])).toEqual(['stop', 'start']);
});
