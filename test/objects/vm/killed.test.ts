import { basename, dirname } from 'node:path/posix';
import { describe, expect, it } from 'vitest';
import { withDefaults } from '../../../modules/lib/ansible/coerce.ts';
import { guarded } from '../../../modules/lib/host/guarded.ts';
import type { Host } from '../../../modules/lib/host/host.ts';
import { RULES_FILE } from '../../../modules/lib/nftables/table.ts';
import { filesOf } from '../../../modules/objects/network/names.ts';
import { networkOptions } from '../../../modules/objects/network/options.ts';
import { readNetworks, recordText } from '../../../modules/objects/network/record.ts';
import { loadRulesOf, textOf } from '../../../modules/objects/network/rules.ts';
import {
  applyAttachments,
  observeAttachments,
  observeStale,
  planAttachments,
} from '../../../modules/objects/vm/attachments.ts';
import type { VmOptions } from '../../../modules/objects/vm/options.ts';
import { vmOf } from './given.ts';

const LAN = withDefaults(networkOptions, {
  name: 'lan',
  bridge: 'br0',
  subnet: ['10.20.0.0/24'],
  dhcp: { range: ['10.20.0.100', '10.20.0.199'] },
  forwards: [{ protocol: 'tcp', port: '80', to: 'web1' }],
});
const { record, reservations, names, kept } = filesOf('lan');
const MAC = '52:54:00:00:00:01';
const LEASE = `1764417600 ${MAC} 10.20.0.5 web1 *`;

/** A host with one network, and a dnsmasq that forgets a reservation when it reads all of them again, as the real one. */
class NetworkHost {
  readonly files = new Map<string, string>([[record, recordText(LAN, [])]]);
  reserved: string[] = [];
  leases: string[] = [];
  runs = true;
  /** The text that nft has loaded. */
  loaded = '';

  private stored = () =>
    [...this.files].flatMap(([path, text]) =>
      dirname(path) === reservations && !basename(path).startsWith('.') ? text.trim() : [],
    );

  private start(): void {
    this.runs = true;
    this.reserved = this.stored();
    this.leases = (this.files.get(kept) ?? '').split('\n').filter(Boolean);
  }

  private write(path: string, text: string): void {
    this.files.set(path, text);
    if (this.runs && this.stored().includes(text.trim()))
      this.reserved = [...new Set([...this.reserved, text.trim()])];
  }

  private run(program: string, [act, ...words]: readonly string[], input: string): string {
    if (program === 'nft') {
      if (act === '-f') this.loaded = input;
      return this.loaded;
    }
    expect(words).toEqual(['--', 'piecewise-cloud-dnsmasq@lan.service']);
    if (act === 'stop') this.runs = false;
    else if (act === 'start' && this.runs) return '';
    else this.start();
    return '';
  }

  /** Whether all that knows of the network's guests knows the same. */
  expectSettled(): void {
    expect(this.runs).toBe(true);
    expect(this.reserved).toEqual(this.stored());
    expect(this.leases.filter((line) => line.includes(MAC) && this.reserved.length === 0)).toEqual([]);
    expect([...this.files.keys()].filter((path) => basename(path).startsWith('.'))).toEqual([]);
    expect(this.files.get(RULES_FILE)).toBe(this.loaded);
  }

  /** @param kill before which effect it ends */
  host(kill = 0): Host {
    let left = kill;
    const plain = {
      read: async (path: string) => {
        const text = this.files.get(path);
        return text === undefined ? undefined : Buffer.from(text);
      },
      readInside: async (root: string, path: string) => {
        const text = this.files.get(`${root}/${path}`);
        return text === undefined ? undefined : { bytes: Buffer.from(text), mode: 0o644, uid: 0, gid: 0 };
      },
      list: async (path: string) =>
        [...this.files.keys()].flatMap((file) => {
          const [first] = file.startsWith(`${path}/`) ? file.slice(path.length + 1).split('/') : [];
          return first ?? [];
        }),
      write: async (path: string, text: string) => this.write(path, text),
      writeInside: async (root: string, path: string, text: string) => this.write(`${root}/${path}`, text),
      withLock: async (_path: string, _seconds: number, act: () => Promise<unknown>) => act(),
      remove: async (path: string) => void this.files.delete(path),
      run: async (program: string, args: readonly string[], { input = '' } = {}) => ({
        code: 0,
        stdout: this.run(program, args, input),
        stderr: '',
      }),
    } as unknown as Host;
    return guarded(plain, (act) => {
      left -= 1;
      // What is killed does nothing any more, in `finally` neither.
      if (kill > 0 && left <= 0) throw new Error('killed');
      return act();
    });
  }
}

async function planned(host: Host, one: VmOptions) {
  const known = await readNetworks(host);
  const [current = new Map()] = await observeAttachments(host, [one], known);
  return planAttachments(one, current, known, [MAC], await observeStale(host, [one], known));
}

async function task(host: Host, one: VmOptions): Promise<number> {
  const changes = await planned(host, one);
  for (const { step } of changes) await applyAttachments(host, step);
  return changes.length;
}

const at = (address: string) => vmOf({ networks: [{ name: 'lan', address: [address] }] });

/** A host where web1 has an address, and a lease of it. */
async function given(): Promise<NetworkHost> {
  const lab = new NetworkHost();
  lab.files.set(kept, `${LEASE}\n`);
  await task(lab.host(), at('10.20.0.5'));
  // As the network's task leaves them.
  await loadRulesOf(lab.host());
  lab.expectSettled();
  expect(await planned(lab.host(), at('10.20.0.5'))).toEqual([]);
  return lab;
}

describe('a change of a reservation that is killed', () => {
  it.each([
    ['to another address', at('10.20.0.6')],
    ['by leaving the network', vmOf({ networks: [] })],
    ['by removing the VM', vmOf({ networks: [], state: 'absent' })],
  ])('%s: the next run completes it, wherever that was', async (_, one) => {
    let unfinished = 0;
    for (let kill = 1; ; kill += 1) {
      const lab = await given();
      const killed = await task(lab.host(kill), one).then(
        () => false,
        () => true,
      );
      if ((await task(lab.host(), one)) > 0) unfinished += 1;
      lab.expectSettled();
      expect(await planned(lab.host(), one), `after effect ${kill}`).toEqual([]);
      if (!killed) break;
    }
    // Two files, the former reservation, and the server's reading.
    expect(unfinished).toBeGreaterThan(4);
  });

  it('is told by check mode', async () => {
    const lab = await given();
    const one = vmOf({ networks: [] });
    // Both files are removed, the server not told.
    await task(lab.host(4), one).catch(() => undefined);
    expect([...lab.files.keys()].filter((path) => path.includes('web1'))).toEqual([`${reservations}/.web1`]);
    expect(await planned(lab.host(), one)).toMatchObject([
      { title: `${reservations}/.web1`, before: `${MAC},10.20.0.5,web1\n`, after: undefined },
      { title: 'table inet piecewise_cloud' },
    ]);
  });

  it('ends the leases of all its MAC addresses when the VM is removed after that', async () => {
    const lab = await given();
    lab.files.set(kept, `${LEASE}\n${LEASE.replaceAll('00:01', '00:02')}\n`);
    lab.files.set(`${reservations}/.web1`, '52:54:00:00:00:02,10.20.0.5,web1\n');
    await task(lab.host(), vmOf({ networks: [] }));
    expect(lab.files.get(kept)?.trim()).toBe('');
  });
});

describe('a name that is killed before the rules', () => {
  it('has the ports forwarded by the next run', async () => {
    const lab = await given();
    const one = at('10.20.0.6');
    lab.files.set(`${names}/web1`, '10.20.0.6 web1\n');
    lab.files.set(`${reservations}/web1`, `${MAC},10.20.0.6,web1\n`);
    expect((await planned(lab.host(), one)).map(({ title }) => title)).toEqual([
      'table inet piecewise_cloud',
    ]);
    await task(lab.host(), one);
    expect(lab.loaded).toContain('dnat ip to 10.20.0.6');
    expect(lab.files.get(RULES_FILE)).toBe(textOf(await readNetworks(lab.host())));
  });

  it('of a VM to which nothing is forwarded is of no interest', async () => {
    const lab = await given();
    lab.files.delete(RULES_FILE);
    expect(await planned(lab.host(), vmOf({ name: 'db1', networks: [] }))).toEqual([]);
  });
});
