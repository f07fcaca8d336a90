import { afterAll, describe, expect, it } from 'vitest';
import { Python } from './python.ts';

const python = new Python(`
from ansible_collections.piecewise.cloud.plugins.plugin_utils._host_answer import UntrustedAnswer
from ansible_collections.piecewise.cloud.plugins.plugin_utils._ovn_guests import guests_of
def answer(case):
    try:
        return guests_of(case["vms"], case["answer"])
    except UntrustedAnswer as error:
        return str(error)
`);
afterAll(() => python.end());

const PORT = '11111111-2222-3333-4444-555555555555';
const nic = { network: 'lan', port: PORT, mac: '52:54:00:00:00:01' };
const vm = {
  name: 'web1',
  networks: [{ name: 'lan', address: '10.20.0.5', security_groups: ['web'] }, { name: 'dmz' }],
};
const told = (more: object = {}) => ({ name: 'web1', interfaces: [nic], ...more });
const of = (results: object[], vms: object[] = [vm]) => python.ask({ vms, answer: { results } });

describe('the guests of a hypervisor, for OVN', () => {
  it('have the networks, addresses and groups that are declared, and the MAC address and port of the host', async () => {
    const forged = { ...nic, addresses: ['10.20.0.1'], security_groups: ['all'] };
    expect(await of([told({ interfaces: [forged] })])).toEqual([
      {
        name: 'web1',
        interfaces: [{ ...nic, addresses: '10.20.0.5', security_groups: ['web'] }],
      },
    ]);
  });

  it('are those that the task declares', async () => {
    expect(await of([told({ name: 'db1' })])).toEqual([]);
    expect(await of([{ name: 'db1', state: 'absent' }])).toEqual([]);
    const surplus = [{ ...vm, surplus: 'remove' }];
    expect(await of([{ name: 'web2', state: 'absent' }], surplus)).toEqual([
      { name: 'web2', state: 'absent' },
    ]);
    expect(await of([{ name: '../x', state: 'absent' }], surplus)).toEqual([]);
  });

  it.each([
    ['an interface that is not declared', [told({ interfaces: [{ ...nic, network: 'wan' }] })]],
    ['one network twice', [told({ interfaces: [nic, nic] })]],
    ['a port that is none', [told({ interfaces: [{ ...nic, port: 'x' }] })]],
    ['a MAC address that is none', [told({ interfaces: [{ ...nic, mac: 'x' }] })]],
    ['a guest twice', [told(), told()]],
  ])('are not taken from an answer with %s', async (_, results) => {
    expect(await of(results)).toMatch(/^told /);
  });
});
