import { describe, expect, it } from 'vitest';
import type { Host } from '../../../../../modules/lib/host/host.ts';
import { attach, reattach } from '../../../../../modules/lib/libvirt/live/apply/attach.ts';
import { parseXml } from '../../../../../modules/lib/xml/parse.ts';

const MAC = '52:54:00:00:00:01';
const NIC = parseXml(`<interface type="bridge"><mac address="${MAC}"/><alias name="net1"/></interface>`);
const TARGET = { uri: 'qemu:///system', name: 'web1', detachTimeout: 5 };

/** A guest whose hook reads its drive `delay` seconds after an interface has come or gone, or never. */
class Guest {
  readonly calls: string[] = [];
  private clock = 0;
  private event: number | undefined;
  private reads = 10;
  private isAttached: boolean;
  constructor(
    private readonly delay: number | undefined,
    isAttached: boolean,
    private readonly refuses: string[] = [],
  ) {
    this.isAttached = isAttached;
  }

  get seconds() {
    return this.clock / 1000;
  }

  readonly host = {
    now: () => this.clock,
    report: () => {},
    sleep: async (milliseconds: number) => {
      this.clock += milliseconds;
      if (
        this.event !== undefined &&
        this.delay !== undefined &&
        this.clock - this.event >= this.delay * 1000
      ) {
        this.reads += 7;
        this.event = undefined;
      }
    },
    withNewDirectory: async (_: string, use: (path: string) => Promise<unknown>) => use('/tmp/x'),
    write: async () => {},
    run: async (_: string, args: readonly string[]) =>
      this.virsh(args.find((arg) => /^(attach|detach|dom|dump)/.test(arg)) ?? ''),
  } as unknown as Host;

  private virsh(command: string) {
    const said = (stdout: string) => ({ code: 0, stdout, stderr: '' });
    if (command === 'domblkstat') return said(`sda rd_req ${this.reads}\n`);
    if (command === 'domstate') return said('running\n');
    if (command === 'dumpxml') {
      const nic = this.isAttached
        ? `<interface type="bridge"><mac address="${MAC}"/><alias name="net1"/></interface>`
        : '';
      return said(`<domain><devices>${nic}</devices></domain>`);
    }
    this.calls.push(command.replace(/-.*/, ''));
    if (this.refuses.includes(command.replace(/-.*/, '')))
      return { code: 1, stdout: '', stderr: 'error: Operation not supported: no such thing' };
    this.isAttached = command.startsWith('attach');
    this.event = this.clock;
    return said('');
  }
}

describe('an interface that the guest configures when it is attached', () => {
  const put = (guest: Guest, more: object = {}) =>
    attach(guest.host, TARGET, { act: 'attach', device: NIC, drive: 'sda', ...more });

  it('is done when the guest has looked into its seed', async () => {
    const guest = new Guest(12, false);
    expect(await put(guest)).toEqual({});
    expect(guest.calls).toEqual(['attach']);
    expect(guest.seconds).toBeGreaterThan(12);
  });

  it('is configured at the next boot where the guest does not look', async () => {
    const guest = new Guest(undefined, false);
    expect(await put(guest)).toEqual({
      later: `interface ${MAC}: the guest has not looked into its seed; it has the configuration when it boots`,
    });
    // It is not attached a second time.
    expect(await put(new Guest(undefined, false), { isTwice: true })).toHaveProperty('later');
    expect(guest.seconds).toBeLessThan(130);
  });

  it('is attached a second time to get its name', async () => {
    const guest = new Guest(5, false);
    expect(await put(guest, { isTwice: true })).toEqual({});
    expect(guest.calls).toEqual(['attach', 'detach', 'attach']);
  });

  it('is not waited for where it is refused, or where the guest does not look for it', async () => {
    const refusing = new Guest(5, false, ['attach']);
    expect(await put(refusing)).toEqual({ postponed: expect.stringContaining('no such thing') });
    const plain = new Guest(5, false);
    expect(await attach(plain.host, TARGET, { act: 'attach', device: NIC })).toEqual({});
    expect([refusing.seconds, plain.seconds]).toEqual([0, 0]);
  });
});

describe('an interface that is attached again', () => {
  const again = (guest: Guest) =>
    reattach(guest.host, TARGET, { act: 'reattach', live: NIC, persistent: NIC, drive: 'sda' });

  it('comes back when the guest has noticed that it was taken out', async () => {
    const guest = new Guest(20, true);
    expect(await again(guest)).toEqual({});
    expect(guest.calls).toEqual(['detach', 'attach']);
    expect(guest.seconds).toBeGreaterThan(40);
  });

  it('comes back all the same where the guest does not look', async () => {
    const guest = new Guest(undefined, true);
    expect(await again(guest)).toHaveProperty('later');
    expect(guest.calls).toEqual(['detach', 'attach']);
  });

  it('stays where the guest keeps it', async () => {
    const guest = new Guest(5, true, ['detach']);
    expect(await again(guest)).toEqual({ postponed: expect.stringContaining('no such thing') });
    expect(guest.calls).toEqual(['detach']);
  });
});
