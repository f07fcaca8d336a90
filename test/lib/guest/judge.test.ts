import { describe, expect, it } from 'vitest';
import type { Awaited } from '../../../modules/lib/guest/ready/awaited.ts';
import { GRACE, judge } from '../../../modules/lib/guest/ready/judge.ts';
import type { ConsoleSeen, Seen } from '../../../modules/lib/guest/ready/seen.ts';

const MAC = '52:54:00:00:00:01';
const guest = (more: Partial<Awaited> = {}): Awaited => ({
  ...{ name: 'web1', uri: 'qemu:///system', goal: 'cloud_init', port: 22, timeout: 300 },
  nics: [{ name: 'eth0', target: 'veth-web1-eth0', addresses: ['10.0.0.2'] }],
  ...more,
});
const console = (stage: ConsoleSeen['cloudInit']['stage'], age = 0): ConsoleSeen => ({
  ...{ path: '/log', isRead: true, lines: ['a line'], age },
  cloudInit: { stage, line: 'Cloud-init v. 1', addresses: [] },
});
const seen = (more: Partial<Seen> = {}): Seen => ({
  ...{ state: 'running', agent: 'silent', console: undefined, certain: [], possible: [] },
  macs: new Map([['veth-web1-eth0', MAC]]),
  ...more,
});
/** What it is, and what is said. */
function verdict(one: Awaited, what: Partial<Seen>, finished = 0): string {
  const found = judge(one, seen(what), finished);
  if (found.is === 'ready') return found.warning ?? 'ready';
  return `${found.is}: ${found.is === 'waiting' ? found.lacks.join('; ') : found.why}`;
}

describe('a guest', () => {
  it('that does not run can become ready no more, whatever is waited for', () => {
    for (const goal of ['cloud_init', 'address', 'port', 'agent'] as const) {
      const one = guest({ goal });
      expect(verdict(one, { state: 'shut off (crashed)' })).toBe('failed: its state is shut off (crashed)');
      expect(verdict(one, { state: 'paused' })).toBe('failed: its state is paused');
      expect(verdict(one, { state: undefined })).toBe('failed: its domain was undefined');
      expect(verdict(one, { state: 'in shutdown' })).not.toContain('failed: its state');
    }
  });
});

describe('cloud-init', () => {
  const one = guest();
  const by = (status: 'running' | 'done' | 'error' | 'disabled', detail = '') =>
    verdict(one, { agent: 'answers', cloudInit: { status, detail }, console: console('finished', 9999) });

  it('is what its agent says', () => {
    expect(by('done')).toBe('ready');
    expect(by('done', 'a module')).toBe('cloud-init is done, with errors: a module');
    expect(by('error', 'a module')).toBe('failed: cloud-init says: status: error a module');
    expect(by('disabled')).toBe('failed: cloud-init is disabled in the guest');
    expect(by('running')).toContain('status is running');
    // It was asked, and hasn't told yet.
    expect(verdict(one, { agent: 'answers', console: console('done') })).not.toBe('ready');
  });

  it('is what the console says, where no agent tells', () => {
    for (const how of [
      { agent: 'silent' },
      { agent: 'missing' },
      { agent: 'connected', cloudInit: 'refused' },
    ] as const) {
      expect(verdict(one, { ...how, console: console('done') })).toBe('ready');
      expect(verdict(one, { ...how, console: console('running', 9999) })).toContain(
        'last line of cloud-init',
      );
      expect(verdict(one, { ...how, console: console('failed') })).toMatch(
        /^failed: cloud-init has failed: Cloud/,
      );
    }
  });

  it('is done a moment after its final message, however much else is printed', () => {
    expect(verdict(one, { console: console('finished') })).not.toBe('ready');
    expect(verdict(one, { console: console('finished', GRACE) })).toBe('ready');
    expect(verdict(one, { console: console('finished', 10) }, GRACE)).toBe('ready');
    expect(verdict(one, { console: console('running', GRACE) }, GRACE)).not.toBe('ready');
  });

  describe('that nothing can tell of', () => {
    const OLD = one.timeout * 1000;
    const NOTHING = { ...console('unseen'), lines: [] };

    it('is not waited for', () => {
      expect(verdict(one, { agent: 'missing' })).toMatch(
        /^failed: nothing on this host can tell: .*not logged\. Give it one of both/,
      );
      expect(verdict(one, { agent: 'missing', unlogged: 'elsewhere' })).toMatch(
        /^failed: .*by this connection/,
      );
      expect(verdict(one, { uptime: OLD })).toMatch(/^failed: nothing on this host can tell: no guest agent/);
    });

    it('is no error where it only has not been started since', () => {
      const text = /^unknown: nothing on this host can tell: .*not logged until the guest's next start$/;
      expect(verdict(one, { agent: 'missing', unlogged: 'until_start' })).toMatch(text);
      expect(verdict(one, { uptime: OLD, unlogged: 'until_start' })).toMatch(text);
      // It was restored from a saved state, and has printed what follows.
      for (const agent of ['silent', 'missing'] as const)
        expect(verdict(one, { agent, uptime: OLD, console: NOTHING })).toMatch(
          /^unknown: .*; it has printed nothing/,
        );
      expect(verdict(one, { uptime: OLD, console: { ...NOTHING, isRead: false } })).toMatch(
        /^unknown: .*\/log$/,
      );
    });

    it('yet is waited for: an agent may connect, and a console may print', () => {
      const young = { uptime: OLD - 1 };
      for (const unlogged of ['until_start', 'elsewhere', undefined] as const)
        expect(verdict(one, { ...young, unlogged })).toMatch(/^waiting: no guest agent has connected/);
      expect(verdict(one, { ...young, console: NOTHING })).toMatch(/^waiting: /);
      expect(verdict(one, { ...young, agent: 'missing', console: NOTHING })).toMatch(/^waiting: /);
      // It may say that it can't boot.
      const failing = { ...NOTHING, lines: ['No bootable device.'] };
      expect(verdict(one, { uptime: OLD, console: failing })).toMatch(/^waiting: /);
      const booting = { ...NOTHING, lines: ['[    0.000000] Linux version 6'] };
      expect(verdict(one, { uptime: OLD, console: booting })).toMatch(/^waiting: /);
      expect(verdict(one, { uptime: OLD, console: console('running') })).toMatch(/^waiting: /);
      expect(verdict(one, { uptime: OLD, agent: 'connected' })).toMatch(/^waiting: /);
    });
  });
});

it('an agent answers, or is missing', () => {
  const one = guest({ goal: 'agent' });
  expect(verdict(one, { agent: 'answers' })).toBe('ready');
  expect(verdict(one, { agent: 'connected' })).toBe("waiting: the guest agent doesn't answer");
  expect(verdict(one, { agent: 'missing' })).toMatch(/^failed: /);
});

it('an address is one of the interface that has it', () => {
  const one = guest({ goal: 'address' });
  const dhcp = guest({ goal: 'address', nics: [{ name: 'eth0', target: 'veth-web1-eth0', addresses: [] }] });
  const certain = (mac: string, address: string) => ({ certain: [{ mac, address }] });
  expect(verdict(one, certain(MAC, '10.0.0.2'))).toBe('ready');
  expect(verdict(one, certain(MAC, '10.0.0.3'))).toMatch(
    /^waiting: 10\.0\.0\.2 of eth0 doesn't answer this host; /,
  );
  expect(verdict(dhcp, certain(MAC, '10.0.0.3'))).toBe('ready');
  // Another machine has it.
  expect(verdict(one, certain('52:54:00:00:00:99', '10.0.0.2'))).not.toBe('ready');
  expect(verdict(dhcp, {})).toMatch(/^waiting: eth0 has no address that this host sees; /);
  expect(verdict(guest({ goal: 'address', nics: [] }), certain(MAC, '10.0.0.2'))).toMatch(
    /^failed: no interface/,
  );
});

it('a port answers at any address', () => {
  const one = guest({ goal: 'port', port: 443 });
  expect(verdict(one, { open: '10.0.0.2' })).toBe('ready');
  expect(verdict(one, { possible: ['10.0.0.2', '10.0.0.9'] })).toBe(
    "waiting: port 443 doesn't answer this host: tried 10.0.0.2, 10.0.0.9",
  );
  expect(verdict(one, {})).toMatch(/no address of it is known; no guest agent/);
  expect(verdict(one, { certain: [{ mac: MAC, address: '192.0.2.1' }] })).toContain(
    '192.0.2.1 is neither declared, nor leased, nor of a neighbour',
  );
});

describe('a container', () => {
  const inside = (cloudInit: NonNullable<Seen['inside']>['cloudInit']) => ({
    agent: 'missing' as const,
    inside: cloudInit === undefined ? {} : { cloudInit },
  });
  const by = (cloudInit: NonNullable<Seen['inside']>['cloudInit']) => verdict(guest(), inside(cloudInit));

  it('is ready when the files of cloud-init say so', () => {
    expect(by({ status: 'done', detail: '' })).toBe('ready');
    expect(by({ status: 'done', detail: 'a key' })).toBe('cloud-init is done, with errors: a key');
    expect(by({ status: 'error', detail: 'a key' })).toBe('failed: cloud-init says: status: error a key');
    expect(by({ status: 'disabled', detail: '' })).toBe('failed: cloud-init is disabled in the guest');
    expect(by({ status: 'running', detail: '' })).toBe(
      "waiting: cloud-init's status is running, say its files",
    );
    expect(by('unbegun')).toBe('waiting: cloud-init has not begun in it');
    expect(by('invalid')).toMatch(/^waiting: what is in its \/run\/cloud-init/);
  });

  it('without cloud-init can not tell, and needs another goal', () => {
    for (const cloudInit of ['missing', 'elsewhere'] as const) {
      const found = judge(guest(), seen(inside(cloudInit)), 0);
      expect(found).toMatchObject({
        is: 'failed',
        why: expect.stringContaining("another 'for'"),
        isUntold: true,
      });
    }
  });

  it('has no sources that only a VM has', () => {
    for (const goal of ['address', 'port'] as const)
      expect(verdict(guest({ goal }), inside(undefined))).not.toMatch(/agent|console/);
    expect(verdict(guest({ goal: 'agent' }), inside(undefined))).toMatch(/^failed: /);
  });
});
