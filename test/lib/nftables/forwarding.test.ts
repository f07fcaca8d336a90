import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Forwarding, planForwarding } from '../../../modules/lib/nftables/forwarding.ts';

type Family = 4 | 6;
const [V4, V6, RA] = ['net.ipv4.ip_forward', 'net.ipv6.conf.all.forwarding', 'net/ipv6/conf/eth0/accept_ra'];

const host = (values: Record<string, string>, text?: string): Forwarding => ({
  text,
  current: new Map(Object.entries({ [V4]: '0', [V6]: '0', ...values })),
  others: new Set(),
});

/** The host after a plan. */
function planned(state: Forwarding, families: Family[], uplinks = ['eth0']): Forwarding {
  const step = planForwarding(state, new Set(families), uplinks);
  if (!step) return state;
  const current = new Map(state.current);
  for (const { name, value } of [...step.restore, ...step.set]) current.set(name, value);
  return { ...state, text: step.text, current };
}

const values = ({ current }: Forwarding) => Object.fromEntries(current);

describe('forwarding', () => {
  it('is switched on for the families that need it, and off again', () => {
    const on = planned(host({}), [4]);
    expect(values(on)).toMatchObject({ [V4]: '1', [V6]: '0' });
    expect(on.text).toContain(`${V4} = 1`);
    expect(on.text).not.toContain(V6);
    const off = planned(on, []);
    expect(values(off)).toEqual(values(host({})));
    expect(off.text).toBeUndefined();
  });

  it('stays on where it was on before', () => {
    const before = host({ [V4]: '1' });
    const on = planned(before, [4]);
    expect(on.text).toContain(`${V4} = 1`);
    expect(values(planned(on, []))).toMatchObject({ [V4]: '1' });
  });

  it('stays as somebody has set it meanwhile', () => {
    const on = planned(host({ [V6]: '0' }), [6]);
    const changed = { ...on, current: new Map([...on.current, [V6 ?? '', '2']]) };
    expect(values(planned(changed, []))).toMatchObject({ [V6]: '2' });
  });

  it('lets the uplink take router advertisements, which the kernel stops taking when it forwards', () => {
    const on = planned(host({ [RA]: '1' }), [6]);
    expect(values(on)).toMatchObject({ [V6]: '1', [RA]: '2' });
    expect(values(planned(on, [4]))).toMatchObject({ [V6]: '0', [RA]: '1', [V4]: '1' });
    // One that takes none, since networkd does it, keeps that.
    expect(values(planned(host({ [RA]: '0' }), [6]))).toMatchObject({ [RA]: '0' });
  });

  it('lets the uplink take them before it forwards, or the kernel would forget the default route', () => {
    const { set = [] } = planForwarding(host({ [RA]: '1' }), new Set([6]), ['eth0']) ?? {};
    expect(set.map(({ name }) => name)).toEqual([RA, V6]);
    const { restore = [] } = planForwarding(planned(host({ [RA]: '1' }), [6]), new Set(), ['eth0']) ?? {};
    expect(restore.map(({ name }) => name)).toEqual([V6, RA]);
  });

  it('stays on where other programs need it by then', () => {
    const on = planned(host({}), [4, 6]);
    const off = planned({ ...on, others: new Set([4]) }, []);
    expect(values(off)).toMatchObject({ [V4]: '1', [V6]: '0' });
    expect(off.text).toBeUndefined();
  });

  it('is planned once, and leaves nothing, whatever was needed in between', () => {
    const families = fc.subarray<Family>([4, 6]);
    const start = fc.record({
      [V4]: fc.constantFrom('0', '1'),
      [V6]: fc.constantFrom('0', '1'),
      [RA]: fc.constantFrom('0', '1', '2'),
    });
    fc.assert(
      fc.property(start, fc.array(families), (given, needs) => {
        const first = host(given as Record<string, string>);
        let state = first;
        for (const need of needs) {
          state = planned(state, need);
          for (const family of need) expect(state.current.get(family === 4 ? V4 : V6)).toBe('1');
          expect(planForwarding(state, new Set(need), ['eth0'])).toBeUndefined();
        }
        const end = planned(state, []);
        expect(end.text).toBeUndefined();
        expect(values(end)).toEqual(values(first));
      }),
    );
  });
});
