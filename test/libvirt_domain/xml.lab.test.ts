import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Hypervisor } from '../lab/hypervisor.ts';
import { sharedHypervisor } from '../lab/shared.ts';
import { runModule } from '../support/module.ts';
import { expectUnchanged } from '../support/unchanged.ts';
import { blogXml } from './blog.ts';

const NAME = 'xml-test';
const VIRSH = '/usr/local/bin/virsh';
const SEEN = '/run/xml-test-virsh';
let hypervisor: Hypervisor;

const BLOG = blogXml(NAME);

const task = (xml: string, mode = {}) => runModule(hypervisor, 'libvirt_domain', { xml }, mode);
const dump = async () =>
  (await hypervisor.exec(['virsh', 'dumpxml', '--inactive', '--security-info', NAME])).stdout.split('\n');

beforeAll(async () => {
  hypervisor = await sharedHypervisor();
});

afterAll(() =>
  hypervisor.exec(
    ['sh', '-c', `rm -f ${VIRSH} ${SEEN}; for n in ${NAME} ${NAME}-2; do virsh undefine $n; done`],
    { check: false },
  ),
);

describe("the blog's XML", () => {
  it('is defined once', async () => {
    expect(await task(BLOG)).toMatchObject({ changed: true, actions: [`define domain ${NAME}`] });
    expectUnchanged(await task(BLOG));
  });

  it('is redefined by exactly what changes, and shows no password', async () => {
    const before = await dump();
    const edited = BLOG.replace("id='25'", "id='30'").replace('512024', '600000');
    const planned = await task(edited, { check: true });
    const done = await task(edited);
    expect(planned).toEqual(done);
    expect(JSON.stringify(done)).not.toContain('geheim');
    const after = (await dump()).filter((line) => !line.includes('piecewise:applied'));
    expect(after.filter((line) => !before.includes(line)).map((line) => line.trim())).toEqual([
      "<memory unit='KiB'>600000</memory>",
      "<currentMemory unit='KiB'>600000</currentMemory>",
      "<tag id='30'/>",
    ]);
    expect(after.length).toBe(before.filter((line) => !line.includes('piecewise:applied')).length);
    expect(await task(edited)).toMatchObject({ changed: false });
  });
});

describe("a domain's text", () => {
  it('may be what a former run put between the answers of virsh', async () => {
    const sh = (script: string, input = '') => hypervisor.exec(['sh', '-c', script], { input });
    const described = (text: string) =>
      ['', '-2'].map((suffix) =>
        blogXml(`${NAME}${suffix}`).replace('<os>', `<description>\n${text}\n</description><os>`),
      );
    const both = (text: string) =>
      runModule(hypervisor, 'libvirt_domain', { domains: described(text).map((xml) => ({ xml })) });
    await sh(
      `cat >${VIRSH}; chmod 755 ${VIRSH}`,
      `#!/bin/sh\necho "$*" >>${SEEN}\nexec /usr/bin/virsh "$@"\n`,
    );
    await both('harmless');
    const marks = (await sh(`cat ${SEEN}`)).stdout.match(/(?<=echo (--err )?)@[^@\s]+@/g) ?? [];
    expect(marks.length).toBeGreaterThan(0);
    const text = [...new Set(marks)].join('\n');
    expect(await both(text)).toMatchObject({ changed: true });
    const again = await both(text);
    expect(again.msg).toBeUndefined();
    expectUnchanged(again);
  });
});
