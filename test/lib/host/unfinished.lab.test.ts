import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Hypervisor } from '../../lab/hypervisor.ts';
import { sharedHypervisor } from '../../lab/shared.ts';
import { moduleText, runModule } from '../../support/module.ts';

// Runs that are killed in the middle of their work, and others after them, which have nothing to do with that.

const HOME = '/srv/unfinished-test';
const VIRSH = '/usr/local/bin/virsh';
const SECRET = 'tr0ub4d1';
const LEDGER = '/var/lib/piecewise-cloud/unfinished';

let hypervisor: Hypervisor;
const sh = async (script: string, input = '') =>
  (await hypervisor.exec(['sh', '-c', script], { input, timeout: 120 })).stdout;

/** Begins a run of a module, which goes on until it is killed or done. */
async function begin(name: string, args: object): Promise<Promise<unknown>> {
  const input = await moduleText(name, { ...args });
  await sh('rm -f /run/unfinished.pid');
  // Whatever ends it, for the lab it has just ended.
  const script = 'echo $$ >/run/unfinished.pid; exec node -';
  return hypervisor.exec(['sh', '-c', 'sh -c "$0"; true', script], { input, timeout: 120 });
}
const kill = () => sh('kill -9 $(cat /run/unfinished.pid)');

/** Some run after it, that finds nothing to do. */
const another = async (check = false) => {
  const result = await runModule(hypervisor, 'ovs_info', {}, { check });
  expect(result).toMatchObject({ changed: false });
  expect(result.msg).toBeUndefined();
};

/** Waits until a look finds something. */
const found = (look: string) => sh(`for i in $(seq 600); do ${look} && exit; sleep 0.05; done; exit 1`);

beforeAll(async () => {
  hypervisor = await sharedHypervisor();
  await sh(`mkdir -p ${HOME}; truncate -s 3G ${HOME}/large`);
});
afterEach(async () => {
  await sh(`for pid in $(cat /run/unfinished.virsh 2>/dev/null); do kill -9 $pid; done
    rm -f ${VIRSH} /run/unfinished.*; ls -A ${LEDGER} 2>/dev/null | grep . && exit 1; rm -f ${HOME}/*.iso*`);
});

afterAll(() => sh(`rm -rf ${HOME}`));

describe('what a killed run leaves', () => {
  it('beside a file that it wrote is removed by any other run, and not before it is killed', async () => {
    const user_data = { password: SECRET };
    const extra_files = { large: { src: `${HOME}/large` } };
    const running = begin('cloudinit_iso', { dest: `${HOME}/seed.iso`, user_data, extra_files });
    // It is being written: there is something in it.
    const left = `find ${HOME} -name '.seed.iso.piecewise-*'`;
    await found(`[ "$(${left} -size +1M)" ]`);
    await sh('kill -STOP $(cat /run/unfinished.pid)');
    await another();
    const during = await sh(left);
    expect(during).toContain('.seed.iso.piecewise-');
    await kill();
    await running;
    expect(await sh(left)).toBe(during);
    // A check changes nothing on the host, not even that.
    await another(true);
    expect(await sh(left)).toBe(during);
    await another();
    expect(await sh(`ls -A ${HOME}`)).toBe('large');
  });

  it.each([
    ['what libvirt is asked', '*qemu:///embed*'],
    ['what libvirt gets', '*qemu:///system*define*--file*'],
  ])('of passwords in /run is removed by any other run: %s', async (_, command) => {
    const hanging = `#!/bin/sh\ncase "$*" in ${command.replaceAll(' ', '\\ ')}) echo $$ >>/run/unfinished.virsh; exec sleep 1000;; esac
exec /usr/bin/virsh "$@"\n`;
    await sh(`cat >${VIRSH}; chmod 755 ${VIRSH}`, hanging);
    const graphics = [{ type: 'vnc', password: SECRET }];
    const running = begin('libvirt_domain', {
      name: 'unfinished',
      memory: '64 MiB',
      interfaces: [],
      graphics,
    });
    await found('[ -s /run/unfinished.virsh ]');
    const left = `grep -rl ${SECRET} /run /var/cache/piecewise-cloud /var/lib/piecewise-cloud --exclude-dir=user 2>/dev/null || true`;
    expect(await sh(left)).not.toBe('');
    await kill();
    await running;
    expect(await sh(left)).not.toBe('');
    await another();
    expect(await sh(left)).toBe('');
    expect(await sh('ls -A /run')).not.toContain('piecewise-libvirt');
  });
});
