import { describe, expect, it } from 'vitest';
import { parseXml } from '../../../modules/lib/xml/parse.ts';
import { checkArrived } from '../../../modules/objects/move/finish.ts';
import { GUEST } from './sample.ts';

const domain = (devices = '') =>
  parseXml(
    `<domain type='kvm'><name>web1</name><uuid>${GUEST.uuid}</uuid><devices>${devices}</devices></domain>`,
  );
const STRANGE = domain(`<serial type='file'><source path='/etc/shadow'/></serial>`);
const COMING = { from: 'hv1', uuid: GUEST.uuid, arrived: false };

describe('a guest that came', () => {
  const check = (definition = domain(), live: typeof definition | undefined = domain(), moving = COMING) =>
    checkArrived(GUEST, { definition, live, persistent: true }, moving);
  it('is taken as it was described, live or not', () => {
    expect(() => check()).not.toThrow();
    expect(() =>
      checkArrived(GUEST, { definition: domain(), live: undefined, persistent: true }, COMING),
    ).not.toThrow();
  });
  it('is not where its definition names something else of this host, or that of the running guest does', () => {
    expect(() => check(STRANGE)).toThrow(/not that of the guest that was described: it names \/etc\/shadow/);
    expect(() => check(domain(), STRANGE)).toThrow(/it names \/etc\/shadow/);
  });
  it('is no question where a former run has taken it', () => {
    expect(() => check(STRANGE, STRANGE, { ...COMING, arrived: true })).not.toThrow();
  });
  it('has the backing files that libvirt names of a running guest', () => {
    const chain = domain(
      `<disk type='file' device='disk'><driver type='qcow2'/><source file='${GUEST.disks[0]?.path}'/>
         <backingStore type='file'><source file='/var/lib/libvirt/templates/x.qcow2'/></backingStore></disk>`,
    );
    expect(() => check(domain(), chain)).not.toThrow();
    expect(() => check(chain)).toThrow(/it names/);
  });
});
