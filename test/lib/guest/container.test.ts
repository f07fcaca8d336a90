import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cloudInitIn } from '../../../modules/lib/guest/container/cloud-init.ts';
import { statusIn } from '../../../modules/lib/guest/container/status.ts';
import type { Host } from '../../../modules/lib/host/host.ts';
import { parseXml } from '../../../modules/lib/xml/parse.ts';
import { noHost } from '../../support/fake.ts';

const NULL = { errors: [], start: null, finished: null };
const ENDED = { errors: [], start: 1700000000.1, finished: 1700000001.2 };
/** status.json, as cloud-init 22.4 writes it. */
const status = (more: object = {}) =>
  JSON.stringify({
    v1: {
      ...{ datasource: 'DataSourceNoCloud [seed=/var/lib/cloud/seed/nocloud]', stage: null },
      ...{ 'init-local': ENDED, init: ENDED, 'modules-config': ENDED, 'modules-final': ENDED },
      'modules-init': NULL,
      ...more,
    },
  });

describe("cloud-init's status", () => {
  it('is done when it has written its result, and no stage is open', () => {
    expect(statusIn(status(), true)).toEqual({ status: 'done', detail: '' });
    expect(statusIn(status(), false)).toEqual({ status: 'running', detail: '' });
    expect(statusIn(status({ stage: 'modules-final' }), true)?.status).toBe('running');
    expect(statusIn(status({ init: { ...NULL, start: 5 } }), true)?.status).toBe('running');
  });

  it('tells its errors, and those in spite of which it is done', () => {
    const bad = { ...ENDED, errors: ['first\n\u001b[1mof two', 'second'] };
    for (const hasResult of [true, false])
      expect(statusIn(status({ init: bad }), hasResult)).toEqual({
        status: 'error',
        detail: 'first of two second',
      });
    // From 23.4 on.
    const recovered = { ...ENDED, recoverable_errors: { WARNING: ['no such key'], DEPRECATED: [] } };
    expect(statusIn(status({ init: recovered }), true)).toEqual({ status: 'done', detail: 'no such key' });
    const long = { ...ENDED, errors: Array.from({ length: 5000 }, () => 'x'.repeat(50)) };
    expect(statusIn(status({ init: long }), true)?.detail.length).toBeLessThanOrEqual(501);
  });

  it.each([
    ...['', '{', 'null', '[]', '7', '{}', '{"v1":7}', '{"v1":[]}', '"x"'],
    ...[{ init: { errors: 'x' } }, { init: { errors: [7] } }, { init: { start: 'now' } }, { stage: 7 }].map(
      status,
    ),
    status({ init: [] }),
    status({ init: { ...ENDED, recoverable_errors: [[7]] } }),
  ])('is none in other texts: %s', (text) => {
    expect(statusIn(text, true)).toBeUndefined();
  });

  it('is read from any text', () => {
    fc.assert(fc.property(fc.json(), (text) => void statusIn(text, true)));
    fc.assert(fc.property(fc.json(), (text) => void statusIn(`{"v1":{"init":${text}}}`, false)));
  });
});

describe('a container', () => {
  const live = parseXml("<domain type='lxc' id='70'/>");
  const ROOT = '/proc/71/root/.';
  /** @param files by their paths inside; `other` is a link, or what else is no file */
  function hostWith(files: Record<string, string>, leader: () => string = () => '71') {
    const read: string[] = [];
    const texts: Record<string, () => string> = {
      '/proc/70/task/70/children': () => `${leader()} `,
      '/proc/71/stat': () => '71 (init) S 70',
      '/proc/99/stat': () => '99 (other) S 1',
    };
    const host: Host = {
      ...noHost,
      list: async (path) => (path === '/proc/70/task' ? ['70'] : []),
      read: async (path) => {
        const text = texts[path];
        return text && Buffer.from(text());
      },
      readInside: async (root, path, most) => {
        read.push(path);
        expect([root, most]).toEqual([ROOT, 256 * 1024]);
        const text = files[path];
        if (text === undefined || text === 'other') return text as 'other' | undefined;
        if (text === 'failure') throw new Error('run is a symbolic link');
        const file = { bytes: Buffer.from(text), mode: 0o644, uid: 0, gid: 0, age: 0 };
        return file;
      },
    };
    return { host, read };
  }
  const seenWith = (files: Record<string, string>, leader?: () => string) =>
    cloudInitIn(hostWith(files, leader).host, 'lxc:///system', live);
  const [RUN, DATA] = ['run/cloud-init', 'var/lib/cloud/data'];

  it('tells by the files to which those of this boot are links', async () => {
    const link = { [`${RUN}/status.json`]: 'other', [`${DATA}/status.json`]: status() };
    expect(await seenWith(link)).toMatchObject({ status: 'running' });
    const both = { ...link, [`${RUN}/result.json`]: 'other', [`${DATA}/result.json`]: '{}' };
    expect(await seenWith(both)).toMatchObject({ status: 'done' });
    expect(await seenWith({ [`${RUN}/status.json`]: status(), [`${RUN}/result.json`]: '{}' })).toMatchObject({
      status: 'done',
    });
  });

  it('that has those of an earlier boot only has not begun', async () => {
    const old = { [`${DATA}/status.json`]: status(), [`${DATA}/result.json`]: '{}' };
    expect(await seenWith({ ...old, 'usr/bin/cloud-init': '#!/usr/bin/python3' })).toBe('unbegun');
  });

  it('may have no cloud-init, or one that is switched off', async () => {
    expect(await seenWith({})).toBe('missing');
    expect(await seenWith({ [`${RUN}/disabled`]: '' })).toMatchObject({ status: 'disabled' });
  });

  it('may have put anything there', async () => {
    expect(await seenWith({ [`${RUN}/status.json`]: 'other' })).toBe('invalid');
    expect(await seenWith({ [`${RUN}/status.json`]: 'root:x:0:0' })).toBe('invalid');
    expect(await seenWith({ [`${RUN}/status.json`]: 'failure' })).toBe('invalid');
    expect(await seenWith({ [`${RUN}/status.json`]: 'other', [`${DATA}/status.json`]: 'failure' })).toBe(
      'invalid',
    );
  });

  it('is no other process, if its own ends meanwhile', async () => {
    const files = { [`${RUN}/status.json`]: status(), [`${RUN}/result.json`]: '{}' };
    let looks = 0;
    expect(await seenWith(files, () => (looks++ === 0 ? '71' : '99'))).toBe('unbegun');
    expect(await seenWith(files, () => '')).toBe('unbegun');
  });

  it('of another machine is not looked into', async () => {
    const { host, read } = hostWith({ [`${RUN}/status.json`]: status() });
    expect(await cloudInitIn(host, 'lxc+ssh://other/system', live)).toBe('elsewhere');
    expect(read).toEqual([]);
  });
});
