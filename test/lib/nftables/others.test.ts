import { describe, expect, it } from 'vitest';
import { droppingIn, droppingInLegacy, natIn, tablesOf } from '../../../modules/lib/nftables/others.ts';

const chain = (family: string, table: string, name: string, more: Record<string, string> = {}) => ({
  chain: { family, table, name, handle: 1, ...more },
});
const forward = (policy = 'accept') => ({ type: 'filter', hook: 'forward', prio: '0', policy });
const rule = (name: string, ...expr: Record<string, unknown>[]) => ({
  rule: { family: 'ip', table: 'filter', chain: name, handle: 2, expr },
});
const listed = (...all: unknown[]) => JSON.stringify({ nftables: [{ metainfo: { version: '1' } }, ...all] });
const fromInterface = (name: string) => ({
  match: { op: '==', left: { meta: { key: 'iifname' } }, right: name },
});

const namesOf = (...all: unknown[]) => droppingIn(listed(...all)).map(({ name }) => name);

describe('a chain of another firewall', () => {
  it('is looked for in the tables that see packets of networks', () => {
    const chains = [
      chain('ip', 'filter', 'FORWARD', forward()),
      chain('ip', 'filter', 'INPUT', { ...forward(), hook: 'input' }),
      chain('ip', 'filter', 'mine'),
      chain('ip', 'nat', 'PREROUTING', { ...forward(), hook: 'prerouting' }),
      chain('bridge', 'filter', 'FORWARD', forward('drop')),
      chain('inet', 'piecewise_cloud', 'forward', forward()),
    ];
    expect(tablesOf(listed(...chains))).toEqual(['ip filter']);
  });

  it('drops by its policy, as those of ufw and Docker', () => {
    expect(namesOf(chain('ip', 'filter', 'FORWARD', forward('drop')))).toEqual(['ip filter FORWARD']);
    expect(namesOf(chain('ip', 'filter', 'FORWARD', forward()))).toEqual([]);
  });

  it('drops by its last rule, as those of firewalld', () => {
    const own = chain('ip', 'filter', 'f', forward());
    const reject = rule('f', { counter: { packets: 1, bytes: 2 } }, { reject: { type: 'icmpx' } });
    expect(namesOf(own, reject)).toEqual(['ip filter f']);
    expect(namesOf(own, reject, rule('f', { accept: null }))).toEqual([]);
    expect(namesOf(own, rule('f', fromInterface('eth0'), { drop: null }))).toEqual([]);
    expect(namesOf(own, rule('other', { drop: null }))).toEqual([]);
  });

  it('translates addresses, as those of libvirt and Docker', () => {
    const nat = { type: 'nat', hook: 'postrouting', prio: '100', policy: 'accept' };
    expect([...natIn(listed(chain('ip', 'nat', 'POSTROUTING', nat)))]).toEqual([4]);
    expect([...natIn(listed(chain('inet', 'piecewise_cloud', 'postrouting', nat)))]).toEqual([]);
    expect([...natIn(listed(chain('ip', 'filter', 'FORWARD', forward())))]).toEqual([]);
  });

  it('names the interfaces that it decides for', () => {
    const [found] = droppingIn(
      listed(
        chain('ip', 'filter', 'f', forward('drop')),
        rule('zones', fromInterface('lan'), { accept: null }),
        rule('zones', {
          match: { op: '==', left: { meta: { key: 'iifname' } }, right: { set: ['dmz', 'wan'] } },
        }),
      ),
    );
    expect(['lan', 'dmz', 'guests'].map((name) => found?.names.has(name))).toEqual([true, true, false]);
    expect(found?.families).toEqual([4]);
  });

  it('may be one of iptables-legacy', () => {
    const rules = '-P INPUT ACCEPT\n-P FORWARD DROP\n-P OUTPUT ACCEPT\n-A FORWARD -i lan -j ACCEPT\n';
    const [found, ...rest] = droppingInLegacy(rules, 6);
    expect(rest).toEqual([]);
    expect(found).toMatchObject({ name: 'FORWARD of ip6tables-legacy', hook: 'forward', families: [6] });
    expect(found?.names.has('lan')).toBe(true);
  });
});
