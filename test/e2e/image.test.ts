import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../../build/modules.ts';
import { findHypervisor, type Hypervisor, startHypervisor } from '../lab/hypervisor.ts';
import { buildCollection } from '../support/build.ts';
import { type PlaybookRun, runPlaybook } from '../support/playbook.ts';

// The role image on a hypervisor of its own: templates from the controller and by URL, refreshed, and no longer needed.
const LAB = 'image';
const NAMES = '/var/lib/libvirt/templates';
const OVERLAY = '/srv/elsewhere/web1.qcow2';
let hypervisor: Hypervisor;
const files = mkdtempSync(join(tmpdir(), 'piecewise-image-'));
const sh = async (script: string) => (await hypervisor.exec(['sh', '-c', script])).stdout;
const digestOf = (text: string) => createHash('sha256').update(text).digest('hex');

const bring = (images: object, extraVars = {}, args: string[] = []): Promise<PlaybookRun> =>
  runPlaybook(
    join(ROOT, 'playbooks/images.yml'),
    { hv1: LAB },
    { args, extraVars: { image_list: images, ...extraVars } },
  );

async function changed(run: Promise<PlaybookRun>): Promise<number | undefined> {
  const { exitCode, output, recap } = await run;
  expect(exitCode, output).toBe(0);
  return recap.hv1?.changed;
}

/** What is at the beginning of the disk of that name. */
const held = async (name: string) =>
  (await sh(`qemu-img convert -O raw ${NAMES}/${name} /run/held && tr -d '\\0' </run/held`)).trim();
const stored = () => sh(`cd ${NAMES}/by-checksum && ls -A`);

/** An image of the controller that holds a text. */
function onController(text: string) {
  const path = join(files, `${digestOf(text).slice(0, 8)}.img`);
  writeFileSync(path, text);
  return { path, checksum: `sha256:${digestOf(text)}` };
}

beforeAll(async () => {
  await buildCollection();
  await (await findHypervisor(LAB))?.remove();
  hypervisor = await startHypervisor({ name: LAB });
  const serve = 'python3 -m http.server 8099 --bind 127.0.0.1 --directory /srv/web';
  await sh(`mkdir -p /srv/web /srv/elsewhere && systemd-run -q --unit=web ${serve}`);
});
afterAll(async () => {
  rmSync(files, { recursive: true, force: true });
  await hypervisor?.remove();
});

describe('an image of the controller', () => {
  it('is copied once, as a link to a read-only template', async () => {
    const images = { 'mine.qcow2': onController('the first') };
    expect(await changed(bring(images, {}, ['--check', '--diff']))).toBeGreaterThan(0);
    expect(await sh(`ls -d ${NAMES} 2>/dev/null || true`)).toBe('');
    expect(await changed(bring(images))).toBeGreaterThan(0);
    expect(await held('mine.qcow2')).toBe('the first');
    expect(await sh(`readlink ${NAMES}/mine.qcow2`)).toBe(
      `by-checksum/sha256-${digestOf('the first')}.qcow2`,
    );
    expect(await sh(`ls -A ${NAMES}`)).toBe('by-checksum\nmine.qcow2');
    expect(await changed(bring(images))).toBe(0);
  });

  it('is replaced when its checksum changes; the old template is kept while a disk needs it', async () => {
    await sh(`qemu-img create -q -f qcow2 -F qcow2 -b $(readlink -f ${NAMES}/mine.qcow2) ${OVERLAY}`);
    const images = { 'mine.qcow2': onController('the second') };
    const where = { image_overlay_directories: ['/srv/elsewhere'] };
    await changed(bring(images, where));
    expect(await held('mine.qcow2')).toBe('the second');
    const both = ['the first', 'the second'].map((text) => `sha256-${digestOf(text)}.qcow2`).sort();
    expect(await stored()).toBe(both.join('\n'));
    expect(await changed(bring(images, where))).toBe(0);
    await sh(`rm ${OVERLAY}`);
    expect(await changed(bring(images, where))).toBe(1);
    expect(await stored()).toBe(`sha256-${digestOf('the second')}.qcow2`);
  });

  it('in an archive is the given member, and is copied once', async () => {
    mkdirSync(join(files, 'a b'));
    for (const name of ['one', 'two']) writeFileSync(join(files, 'a b', name), `the ${name}`);
    const path = join(files, 'both.tar');
    execFileSync('tar', ['-cf', path, '-C', files, 'a b']);
    const checksum = `sha256:${createHash('sha256').update(readFileSync(path)).digest('hex')}`;
    const images = { 'two.qcow2': { path, checksum, member: 'a b/two' } };
    expect(await changed(bring(images))).toBeGreaterThan(0);
    expect(await held('two.qcow2')).toBe('the two');
    expect(await changed(bring(images))).toBe(0);
    await changed(bring(images, { image_state: 'absent' }));
  });

  it('with a wrong checksum is refused on the controller', async () => {
    const { path } = onController('the third');
    const run = await bring({ 'wrong.qcow2': { path, checksum: `sha256:${'0'.repeat(64)}` } });
    expect(run.exitCode).not.toBe(0);
    expect(run.output).toContain("images['wrong.qcow2']");
    expect(await sh(`ls ${NAMES}`)).not.toContain('wrong');
  });
});

describe('an image by URL', () => {
  const url = 'http://127.0.0.1:8099/far.img.gz';
  const serve = (text: string) =>
    sh(`cd /srv/web && printf '${text}' | gzip -n >far.img.gz && sha256sum far.img.gz >SHA256SUMS`);

  it('is fetched, unpacked, and replaced when its entry in the list of checksums changes', async () => {
    const images = { 'far.qcow2': { url, checksum: 'sha256:http://127.0.0.1:8099/SHA256SUMS' } };
    await serve('from afar');
    expect(await changed(bring(images))).toBeGreaterThan(0);
    expect(await held('far.qcow2')).toBe('from afar');
    expect(await changed(bring(images))).toBe(0);
    await serve('from further');
    expect(await changed(bring(images))).toBeGreaterThan(0);
    expect(await held('far.qcow2')).toBe('from further');
  });

  it('with a wrong checksum is refused', async () => {
    const run = await bring({ 'wrong.qcow2': { url, checksum: `sha256:${'0'.repeat(64)}` } });
    expect(run.exitCode).not.toBe(0);
    expect(run.output).toMatch(/far\.img\.gz has sha256:[0-9a-f]{64} and not sha256:0000/);
    expect(await sh(`ls ${NAMES}`)).not.toContain('wrong');
  });
});

it('absent images are removed with all their files', async () => {
  const images = { 'mine.qcow2': { debootstrap: {} }, 'far.qcow2': { debootstrap: {} } };
  await changed(bring(images, { image_state: 'absent' }));
  expect(await sh(`ls -A ${NAMES}`)).toBe('by-checksum');
  expect(await stored()).toBe('');
});
