import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ANSIBLES } from '../contract/ansible.ts';
import { Cloud } from './cloud.ts';
import { NamespaceGuests } from './guests.ts';
import { OvnLab } from './lab.ts';
import {
  expectGroups,
  expectLeases,
  expectMade,
  expectNat,
  expectRoutes,
  expectSeparate,
} from './scenarios.ts';

// A host of Debian 13 and one of Debian 12, whose releases of OVN are two years apart.
const [ANSIBLE = '2.14', OTHER = ANSIBLE] = ANSIBLES;

let lab: OvnLab;
beforeAll(async () => {
  lab = await OvnLab.start('m', [13, 12]);
});
afterAll(() => lab?.remove());

const sh = (name: string, script: string) => lab.host(name).sh(script);
const NEWER = /must not be newer than any other host: hv1 has 25.03, and hv2 has 23.03/;

describe('a mix of releases', () => {
  it('with newer databases is refused by name, before anything is changed', async () => {
    await lab.declare({ ovn_central: ['hv1'] });
    for (const args of [['--check'], []]) {
      const { exitCode, output, changed } = await lab.play(ANSIBLE, ...args);
      expect(exitCode).not.toBe(0);
      expect(output.replace(/\s+/g, ' ')).toMatch(NEWER);
      expect(Object.values(changed)).toEqual([0, 0]);
    }
    expect(await lab.host('hv1').code('test -e /usr/bin/ovn-controller')).toBe(1);
  });

  it('is refused too where two hosts have one name for their chassis', async () => {
    await lab.declare({ ovn_central: ['hv2'], ovn_chassis: 'node' });
    const { exitCode, output, changed } = await lab.play(ANSIBLE);
    expect(exitCode).not.toBe(0);
    expect(output.replace(/\s+/g, ' ')).toMatch(/ovn_chassis is 'node' for both hv[12] and hv[12]/);
    expect(Object.values(changed)).toEqual([0, 0]);
  });

  it('with older databases works', async () => {
    await lab.joinOutside();
    await lab.declare({ ovn_central: ['hv2'], ovn_uplinks: [{ name: 'wan', bridge: 'br-ex' }] });
    await lab.run(ANSIBLE);
    await sh('hv2', 'ovn-nbctl --timeout=30 --wait=hv ls-add sw1');
    const chassis = await sh('hv2', 'ovn-sbctl --bare --columns=name list chassis');
    expect(chassis.split(/\s+/).sort()).toEqual(['hv1', 'hv2']);
    expect((await lab.run(OTHER)).changed).toEqual({ hv1: 0, hv2: 0 });
  });

  describe('with older databases', () => {
    let cloud: Cloud;
    beforeAll(() => {
      cloud = new Cloud({
        // The gateway is the newer one.
        names: ['hv1', 'hv2'],
        chassis: (name) => name,
        central: lab.host('hv2').hypervisor,
        guests: new NamespaceGuests((name) => lab.host(name).hypervisor),
      });
    });

    it('has networks', () => expectMade(cloud));
    it('has guests with leases, which reach each other and are found by their names', () =>
      expectLeases(cloud));
    it('separates networks', () => expectSeparate(cloud));
    it('has NAT to the outside, and forwards from there', () => expectNat(cloud));
    it('routes to another network, and lets it answer only', () => expectRoutes(cloud));
    it('has security groups', () => expectGroups(cloud));
  });

  it('is refused when the databases would move to the newer host', async () => {
    await lab.declare({ ovn_central: ['hv1'] });
    const { exitCode, output } = await lab.play(OTHER);
    expect(exitCode).not.toBe(0);
    expect(output.replace(/\s+/g, ' ')).toMatch(NEWER);
    expect(await sh('hv2', 'ovn-nbctl --bare --columns=name list logical_switch')).toContain('sw1');
  });
});
