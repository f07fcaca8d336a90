import { expect, test } from 'vitest';
import { reconfigure } from '../../../modules/lib/link/networkd.ts';
import { noHost } from '../../support/fake.ts';

/** A networkd whose answers to `list` come in this order, the last again and again. */
function networkd(...states: string[]) {
  const calls: string[] = [];
  const run = async (program: string, args: readonly string[]) => {
    calls.push([program, ...args.filter((arg) => !arg.startsWith('--'))].join(' '));
    const answer = args.includes('list') ? (states.length > 1 ? states.shift() : states[0]) : '';
    return { code: 0, stdout: `${answer}\n`, stderr: '' };
  };
  let time = 0;
  const sleep = async (milliseconds: number) => {
    time += milliseconds;
  };
  return { host: { ...noHost, run, now: () => time, sleep }, calls };
}

const listed = (setup: string) => ` 7 two        ether    routable    ${setup}`;

test('a link is waited for until it is configured', async () => {
  const { host, calls } = networkd(listed('configuring'), listed('configuring'), listed('configured'));
  await reconfigure(host, ['two']);
  const asked = 'networkctl list two';
  expect(calls).toEqual(['networkctl reload', 'networkctl reconfigure two', asked, asked, asked]);
});

test('a link without a carrier, which is never configured, ends the wait', async () => {
  const { host, calls } = networkd(listed('configuring'));
  await reconfigure(host, ['two']);
  expect(calls.length).toBeGreaterThan(3);
});

test('where no link is of networkd, its files are read and nothing else is done', async () => {
  const { host, calls } = networkd('');
  await reconfigure(host, []);
  expect(calls).toEqual(['networkctl reload']);
});
