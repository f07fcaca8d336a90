import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cloudInitOn } from '../../../modules/lib/guest/console/cloud-init.ts';
import { readConsole } from '../../../modules/lib/guest/console/log.ts';
import { cut, lastLines, plainLines } from '../../../modules/lib/guest/console/text.ts';
import { noHost } from '../../support/fake.ts';

// As Debian 12 prints it on ttyS0.
const KERNEL = '[    0.000000] Linux version 6.1.0-50-cloud-amd64 (debian-kernel@lists.debian.org)\r\n';
const LOCAL =
  "[   59.797276] cloud-init[262]: Cloud-init v. 22.4.2 running 'init-local' at Sun, 29 Nov 2026\r\n";
const TABLE = `[   81.8] cloud-init[307]: ci-info: | Device |  Up  |          Address           |      Mask     | Scope  |     Hw-Address    |
[   81.8] cloud-init[307]: ci-info: |  eth0  | True |         10.77.0.2          | 255.255.255.0 | global | 52:54:00:84:E6:0b |
[   81.9] cloud-init[307]: ci-info: |  eth0  | True | fe80::5054:ff:fe84:e60b/64 |       .       |  link  | 52:54:00:84:e6:0b |
[   81.9] cloud-init[307]: ci-info: |  eth0  | True |        fd00::2/64          |       .       | global | 52:54:00:84:e6:0b |
[   81.9] cloud-init[307]: ci-info: |  eth1  | False |        10.9.9.9           | 255.255.255.0 | global | 52:54:00:84:e6:0c |
[   81.9] cloud-init[307]: ci-info: |   lo   | True |         127.0.0.1          |   255.0.0.0   |  host  |         .         |
`;
const FINAL =
  '[  165.2] cloud-init[401]: Cloud-init v. 22.4.2 finished at Sun, 29 Nov 2026 14:37:10 +0000. Datasource D.\r\n';
const UNIT = '[\u001b[0;32m  OK  \u001b[0m] Finished \u001b[0;1;39mcloud-final.servi…er/final scripts.\r\r\n';
const stage = (...texts: string[]) => cloudInitOn(plainLines(texts.join(''))).stage;

describe('the text of a console', () => {
  it('loses what controls a terminal, and is cut', () => {
    const [first, ...others] = plainLines(
      `\u001b[2J\u001b[1;1H\u001b]0;title\u0007a\u001b(B\u009bm\u202eb\tc\u0000 \r\n\r\n${'x'.repeat(5000)}`,
    );
    expect(first).toBe('amb c');
    expect(others).toHaveLength(1);
    expect(lastLines([...others, '1', '2'], 2)).toEqual(['1', '2']);
    expect(lastLines(others)).toEqual([`${'x'.repeat(200)}…`]);
    expect(cut('a😀', 2)).toBe('a…');
  });

  it('is always some lines that can be shown', () => {
    const part = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('\u001b[', '\u001b]', '\u001b', '\u0007', '\n', '\r', '\ud800', ' '),
    );
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        const isShown = (line: string) =>
          !/[\p{C}\p{Zl}\p{Zp}]/u.test(line) && line.length <= 201 && line.trim() !== '';
        expect(lastLines(plainLines(parts.join(''))).filter((line) => !isShown(line))).toEqual([]);
      }),
    );
  });
});

describe('cloud-init on the console', () => {
  it.each([
    ['unseen', ['']],
    ['unseen', [KERNEL]],
    ['running', [KERNEL, LOCAL]],
    ['finished', [KERNEL, LOCAL, FINAL]],
    ['done', [KERNEL, LOCAL, FINAL, UNIT]],
    // With a final_message of the user's.
    ['done', [LOCAL, UNIT]],
    ['done', [LOCAL, '[  OK  ] Reached target cloud-init.target - Cloud-init target.\n']],
    ['done', [LOCAL, '[  OK  ] Finished Cloud-init: Final Stage.\n']],
    [
      'failed',
      [
        LOCAL,
        '[\u001b[0;1;31mFAILED\u001b[0m] Failed to start \u001b[0;1;39mcloud-final.servi…er/final scripts.\n',
        FINAL,
      ],
    ],
    [
      'running',
      [LOCAL, '[FAILED] Failed to start cloud-init-hotplugd.service - cloud-init hotplug hook daemon.\n'],
    ],
  ])('is %s', (expected, texts) => expect(stage(...texts)).toBe(expected));

  it('of an earlier boot does not count', () => {
    const earlier = [KERNEL, LOCAL, TABLE, FINAL, UNIT];
    expect(stage(...earlier, KERNEL)).toBe('unseen');
    expect(stage(...earlier, '[  180.1] reboot: Restarting system\r\n')).toBe('unseen');
    expect(stage(...earlier, KERNEL, LOCAL)).toBe('running');
    // The kernel may be quiet.
    expect(stage(LOCAL, FINAL, LOCAL)).toBe('running');
    expect(cloudInitOn(plainLines([...earlier, KERNEL].join(''))).addresses).toEqual([]);
  });

  it('tells the addresses by which the guest is reached', () => {
    const mac = '52:54:00:84:e6:0b';
    expect(cloudInitOn(plainLines(LOCAL + TABLE)).addresses).toEqual([
      { mac, address: '10.77.0.2' },
      { mac, address: 'fd00::2' },
    ]);
  });

  it('takes any lines, however long', () => {
    const part = fc.constantFrom(
      'Cloud-init v. ',
      'Failed to start ',
      'Cloud-init: ',
      'ci-info: |',
      'True |',
      ' ',
      'x',
      KERNEL,
      LOCAL,
      FINAL,
      UNIT,
      TABLE,
      '\n',
    );
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        expect(['unseen', 'running', 'finished', 'done', 'failed']).toContain(stage(...parts));
      }),
    );
    expect(stage('Failed to start Cloud-init: '.repeat(100_000))).toBe('failed');
  });
});

it('a log that has just begun is read with the end of the older one', async () => {
  const files: Record<string, string> = { '/c.log': 'new\n', '/c.log.0': 'a\nold ' };
  const readEnd = async (path: string) =>
    files[path] === undefined ? undefined : { bytes: Buffer.from(files[path]), age: 7 };
  expect(await readConsole({ ...noHost, readEnd }, '/c.log')).toEqual({ lines: ['a', 'old new'], age: 7 });
  expect(await readConsole({ ...noHost, readEnd }, '/other.log')).toBeUndefined();
});
