import { expect, it } from 'vitest';
import { restartReasons } from '../../../modules/objects/cloud/restarts.ts';
import { domainOf, nic, xmlOf } from './domain.ts';

const UUID = 'c1000000-0000-4000-8000-000000000001';

it('a guest that is as defined, or off, needs no restart', () => {
  expect(restartReasons(domainOf(xmlOf(), xmlOf()))).toEqual([]);
  expect(restartReasons(domainOf(xmlOf({ memory: 48 }), undefined))).toEqual([]);
});

it('tells memory that somebody has changed, once', () => {
  expect(restartReasons(domainOf(xmlOf({ memory: 48, current: 40 }), xmlOf({ memory: 32 })))).toEqual([
    "memory: 32768 KiB → 49152 KiB can't be changed while the guest runs",
  ]);
});

it('tells what a task would change at once', () => {
  const defined = xmlOf({ memory: 32, current: 24, devices: nic('01') + nic('02') });
  const live = xmlOf({ memory: 32, devices: nic('01') });
  expect(restartReasons(domainOf(defined, live))).toEqual([
    expect.stringMatching(/^not done yet: attach interface 52:54:00:00:00:02/),
    'not done yet: set current memory to 24576 KiB',
  ]);
});

it('a device that others attached to the running guest is no reason; one that a task removed is', () => {
  const devices = nic('01') + nic('02');
  const live = xmlOf({ head: `<uuid>${UUID}</uuid>`, devices });
  const known = xmlOf({ head: `<uuid>${UUID}</uuid>`, devices: nic('01') });
  expect(restartReasons(domainOf(known, live))).toEqual([]);
  const record = `<metadata><piecewise:applied xmlns:piecewise='https://piecewise.cloud/libvirt/1' uuid='${UUID}' form='options'>
    <domain/><gone><interface><mac address='52:54:00:00:00:02'/></interface></gone></piecewise:applied></metadata>`;
  const removed = xmlOf({ head: `<uuid>${UUID}</uuid>${record}`, devices: nic('01') });
  expect(restartReasons(domainOf(removed, live))).toEqual([
    expect.stringMatching(/^not done yet: detach interface 52:54:00:00:00:02/),
  ]);
});
