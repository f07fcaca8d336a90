import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { buildPicture } from '../../build/picture.ts';
import type { Cloud } from '../../picture/cloud.ts';
import { fill } from '../../picture/fill.ts';
import { openPicture, type Pages, startBrowser } from '../support/browser.ts';
import { madeUp, NASTY, unreachable } from './made-up.ts';

let browser: Pages;
let directory: string;
let template: string;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'piecewise-picture-'));
  template = (await buildPicture()).page;
  browser = await startBrowser();
});
afterAll(async () => {
  await browser?.close();
  if (directory) rmSync(directory, { recursive: true });
});

let page: Page;
/** What the page has asked for, and what it has complained of. */
let requests: readonly string[];
let complaints: string[];
beforeEach(() => {
  requests = [];
  complaints = [];
  return async () => {
    await page?.close();
    expect(requests.filter((address) => !/^(file|data|blob):/.test(address))).toEqual([]);
    expect(complaints).toEqual([]);
  };
});

interface Options {
  readonly fragment?: string;
  readonly dark?: boolean;
  readonly change?: (html: string) => string;
}

async function open(
  cloud: Cloud,
  { fragment = '', dark = false, change = (html) => html }: Options = {},
): Promise<void> {
  const file = join(directory, 'picture.html');
  writeFileSync(file, change(fill(template, cloud)));
  ({ page, requests, complaints } = await openPicture(browser, file, { fragment, dark }));
}

const object = (id: string) => page.locator(`.canvas [data-id=${JSON.stringify(id)}]`);
const panel = () => page.getByRole('complementary', { name: 'Details' });
const transform = () => page.locator('.canvas > g').getAttribute('transform');
const scale = async () => Number(/scale\(([^)]+)\)/.exec((await transform()) ?? '')?.[1]);
const guests = () =>
  page
    .locator('.canvas .object')
    .evaluateAll((all) => all.filter((one) => one.getAttribute('data-id')?.startsWith('guest:')).length);

const three = (): Cloud => {
  const cloud = madeUp(3, 12);
  return { ...cloud, hosts: [...cloud.hosts, unreachable('hv9')] };
};

describe('the page', () => {
  it('is at most 400 kB', () => {
    expect(Buffer.byteLength(template)).toBeLessThanOrEqual(400_000);
  });

  it('draws hosts, bridges, networks, uplinks, tunnels and guests', async () => {
    await open(three());
    for (const id of [
      ...[
        'host:hv1',
        'host:hv9',
        'bridge:hv1/br0',
        'network:hv1/lan',
        'port:hv1/br0/bond0',
        'guest:hv1/web1-1',
      ],
      ...['guest:hv1/new1', 'overlay:vxlan:5000:0', 'guest:hv9/web91'],
    ]) {
      expect(await object(id).count(), id).toBe(1);
    }
    expect(await page.locator('.canvas').textContent()).toContain('No route to host');
    expect(await object('guest:hv1/db1-1').getAttribute('aria-label')).toMatch(
      /^Guest db1-1 on hv1, running, 10\.20\.1\.11.*drift/,
    );
  });

  it('shows the details of what is clicked, with the diff of its drift and the command to reach it', async () => {
    await open(three());
    await object('guest:hv1/db1-1').click();
    const text = (await panel().textContent()) ?? '';
    for (const part of [
      'Guest on hv1',
      'memory: 1 GiB -> 2 GiB',
      '-  <memory>1048576',
      '+  <memory>2097152',
      '52:54:00',
    ]) {
      expect(text).toContain(part);
    }
    await panel().getByRole('button', { name: 'Copy' }).click();
    await expect.poll(() => panel().textContent()).toContain('Copied');
    await panel().getByRole('button', { name: 'hv1' }).click();
    expect(await panel().getByRole('heading', { level: 2 }).textContent()).toBe('hv1');
    expect(await panel().textContent()).toContain('Install packages');
    await page.keyboard.press('Escape');
    await expect.poll(() => panel().count()).toBe(0);
    expect(await page.evaluate(() => document.activeElement?.getAttribute('data-id'))).toBe('host:hv1');
  });

  it('shows the details of each kind of object', async () => {
    await open(three());
    for (const [id, part] of [
      ['network:hv1/lan', 'Forwards'],
      ['bridge:hv1/br0', 'Datapath'],
      ['port:hv1/br0/bond0', 'eno1, eno2'],
      ['overlay:vxlan:5000:0', 'hv2, br-storage'],
      ['host:hv9', 'No route to host'],
    ] as const) {
      await object(id).locator('rect').first().dispatchEvent('click');
      await expect.poll(() => panel().textContent()).toContain(part);
    }
  });

  it('finds by name, address and MAC address, and zooms to the first match', async () => {
    await open(three());
    await page.keyboard.press('/');
    await page.keyboard.type('db1-1');
    const output = page.locator('.search output');
    await expect.poll(() => output.textContent()).toBe('1 found');
    expect(await object('guest:hv1/db1-1').getAttribute('class')).toContain('found');
    const before = await scale();
    await page.keyboard.press('Enter');
    await expect.poll(scale).toBeGreaterThan(before);
    expect(await output.textContent()).toBe('1 of 1');
    const box = await object('guest:hv1/db1-1').boundingBox();
    expect(Math.abs((box?.x ?? 0) + (box?.width ?? 0) / 2 - 800)).toBeLessThan(30);
    for (const [query, said] of [
      ['10.20.2.11', '1 found'],
      ['52:54:00:03:01:00', '1 found'],
      ['no such thing', 'Nothing found'],
    ]) {
      await page.locator('input').fill(query ?? '');
      await expect.poll(() => output.textContent()).toBe(said);
    }
    await page.keyboard.press('Escape');
    await expect.poll(() => output.textContent()).toBe('');
  });

  it('filters by host, group, network and VLAN, by drift and by state', async () => {
    await open(three());
    const all = await guests();
    const choose = async (name: string, value: string) => {
      await page.getByRole('combobox', { name }).selectOption(value);
      return guests();
    };
    expect(await choose('Host', 'hv2')).toBe(12);
    await page.getByRole('button', { name: 'Reset' }).click();
    expect(await choose('Group', 'db')).toBe(2 * 3 + 1);
    expect(await choose('Group', '')).toBe(all);
    expect(await choose('Network', 'dmz')).toBe(3 * 3);
    expect(await choose('Network', '')).toBe(all);
    expect(await choose('VLAN', '100')).toBe(2 * 3);
    expect(await choose('VLAN', '')).toBe(all);
    await page.getByRole('button', { name: 'Drift', exact: true }).click();
    expect(await guests()).toBe(2);
    await page.getByRole('button', { name: 'Drift', exact: true }).click();
    await page.getByRole('button', { name: 'Stopped', exact: true }).click();
    expect(await guests()).toBeLessThan(all);
    expect(await object('guest:hv1/build1-1').count()).toBe(1);
    expect(await object('guest:hv1/db1-1').count()).toBe(0);
    // The address has it, so that a reload shows the same.
    const filtered = await guests();
    await page.reload();
    await page.waitForFunction(() => performance.getEntriesByName('drawn').length > 0);
    expect(await guests()).toBe(filtered);
  });

  it('zooms and pans by buttons, wheel, drag and keys', async () => {
    await open(three());
    const whole = await transform();
    const first = await scale();
    await page.getByRole('button', { name: 'Zoom in' }).click();
    await expect.poll(scale).toBeGreaterThan(first);
    await page.getByRole('button', { name: 'Zoom out' }).click();
    await expect.poll(scale).toBeCloseTo(first, 5);
    await page.mouse.move(800, 450);
    await page.mouse.wheel(0, -200);
    await expect.poll(scale).toBeGreaterThan(first);
    const here = await transform();
    await page.mouse.down();
    await page.mouse.move(700, 400, { steps: 3 });
    await page.mouse.up();
    expect(await transform()).not.toBe(here);
    expect(await panel().count()).toBe(0);
    await page.locator('.canvas').focus();
    await page.keyboard.press('0');
    await expect.poll(scale).toBeCloseTo(first, 5);
    await page.keyboard.press('+');
    await expect.poll(scale).toBeCloseTo(first * 1.3, 5);
    await page.keyboard.press('-');
    await expect.poll(scale).toBeCloseTo(first, 5);
    const still = await transform();
    await page.keyboard.press('ArrowRight');
    expect(await transform()).not.toBe(still);
    await page.getByRole('button', { name: 'Fit all', exact: true }).click();
    await expect.poll(transform).toBe(whole);
  });

  it('is used by the keyboard alone: Enter goes in, arrows go from object to object, Enter opens, Esc closes', async () => {
    await open(three());
    const current = () => page.evaluate(() => document.activeElement?.getAttribute('data-id'));
    await page.locator('.canvas').focus();
    await page.keyboard.press('Enter');
    expect(await current()).toBe('host:hv1');
    const seen = new Set<string | null | undefined>();
    for (let step = 0; step < 6; step++) {
      await page.keyboard.press('ArrowDown');
      seen.add(await current());
    }
    expect(seen).toContain('bridge:hv1/br0');
    expect(seen.size).toBe(6);
    const id = await current();
    await page.keyboard.press('Enter');
    await expect.poll(() => panel().count()).toBe(1);
    await page.keyboard.press('Escape');
    await expect.poll(() => panel().count()).toBe(0);
    expect(await current()).toBe(id);
  });

  it('is light or dark, as the system says or the user', async () => {
    const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    await open(three());
    const light = await background();
    await page.getByRole('button', { name: 'Dark', exact: true }).click();
    await expect.poll(background).not.toBe(light);
    const dark = await background();
    await page.close();
    await open(three(), { dark: true });
    expect(await background()).toBe(dark);
    await page.getByRole('button', { name: 'Dark', exact: true }).click();
    await expect.poll(background).toBe(light);
  });

  it('has all as a table, and roles and names for screen readers', async () => {
    await open(three());
    expect(await page.getByRole('main').count()).toBe(1);
    expect(await page.getByRole('search').count()).toBe(1);
    expect(await page.getByRole('group', { name: /Picture of the cloud: 4 hypervisors/ }).count()).toBe(1);
    const unnamed = await page
      .locator('.canvas [role=button]')
      .evaluateAll((all) => all.filter((one) => !one.getAttribute('aria-label')).length);
    expect(unnamed).toBe(0);
    await page.getByRole('button', { name: 'Table', exact: true }).click();
    const row = page.getByRole('row', { name: /db1-1/ });
    expect(await row.textContent()).toContain('10.20.1.11');
    await row.getByRole('button', { name: 'db1-1' }).click();
    expect(await panel().textContent()).toContain('memory: 1 GiB -> 2 GiB');
  });

  it('prints the whole picture, light, without tools, and the table', async () => {
    await open(three(), { dark: true });
    await page.getByRole('button', { name: 'Zoom in' }).click();
    await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
    await page.emulateMedia({ media: 'print' });
    expect(await page.locator('.canvas').getAttribute('viewBox')).toMatch(/^0 0 \d+ \d+$/);
    expect(await transform()).toBeNull();
    expect(await page.locator('.tools').isVisible()).toBe(false);
    expect(await page.getByRole('row', { name: /db1-1/ }).isVisible()).toBe(true);
    expect(await page.evaluate(() => getComputedStyle(document.body).color)).toBe('rgb(23, 32, 43)');
    await page.emulateMedia({ media: 'screen' });
    await page.evaluate(() => dispatchEvent(new Event('afterprint')));
    expect(await transform()).not.toBeNull();
    const pdf = await page.pdf({ preferCSSPageSize: true });
    expect(pdf.length).toBeGreaterThan(10_000);
  });

  it('gives SVG and Mermaid', async () => {
    await open(three());
    await page.getByText('Export').click();
    const save = async (name: string) => {
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name }).click(),
      ]);
      return readFileSync(await download.path(), 'utf8');
    };
    const svg = await save('Download SVG');
    expect([svg.startsWith('<?xml'), svg.endsWith('</svg>\n'), svg.includes('db1-1')]).toEqual([
      true,
      true,
      true,
    ]);
    expect(await save('Download Mermaid')).toMatch(/^flowchart TB\n[\s\S]*db1-1/);
    await page.getByRole('button', { name: 'Copy Mermaid' }).click();
    await expect.poll(() => page.locator('.menu').textContent()).toContain('Copied');
  });

  it('shows names with HTML in them as text', async () => {
    await open(madeUp(1, 6, true), { fragment: `#at=${encodeURIComponent(`guest:hv1/${NASTY[0]}`)}` });
    expect(await panel().getByRole('heading', { level: 2 }).textContent()).toBe(NASTY[0]);
    await page.getByRole('button', { name: 'Table', exact: true }).click();
    for (const name of NASTY) expect(await page.locator('table').textContent()).toContain(name);
    expect(await page.locator('img, table b, .canvas script').count()).toBe(0);
  });

  it('runs nothing but its script: the policy in it stops handlers, scripts and requests', async () => {
    const injected =
      '<img src="https://192.0.2.1/x.png" onerror="window.ran = 1"><script>window.ran = 2</script>';
    await open(madeUp(1, 2), { change: (html) => html.replace('<noscript>', `${injected}<noscript>`) });
    await page.evaluate(() => {
      const button = document.createElement('button');
      button.setAttribute('onclick', 'window.ran = 3');
      document.body.append(button);
      button.click();
    });
    expect(await page.evaluate(() => 'ran' in window)).toBe(false);
    const refused = await page.evaluate(() =>
      fetch('https://192.0.2.1/').then(
        () => 'sent',
        () => 'refused',
      ),
    );
    expect(refused).toBe('refused');
    // Each of the four was refused by the policy, and the browser says so.
    expect(
      complaints.filter((text) => text.includes('Content Security Policy')).length,
    ).toBeGreaterThanOrEqual(4);
    complaints.length = 0;
    expect(requests.filter((address) => address.startsWith('https:'))).toEqual([]);
  });

  it('says what is wrong with its data', async () => {
    const file = join(directory, 'empty.html');
    writeFileSync(file, template);
    page = await browser.context.newPage();
    await page.goto(String(pathToFileURL(file)));
    expect(await page.locator('#app').textContent()).toContain('has no data');
  });
});

describe('the screenshots of the docs', () => {
  /** Where they are written; without it, they are made all the same. */
  const target = process.env.PIECEWISE_SCREENSHOTS;

  it.each([
    ['picture', false],
    ['picture-dark', true],
  ])('%s', async (name, dark) => {
    await open(madeUp(3, 12), { dark });
    await page.setViewportSize({ width: 1440, height: 740 });
    await page.mouse.move(0, 0);
    const image = await page.screenshot();
    expect(image.length).toBeGreaterThan(20_000);
    if (target) {
      mkdirSync(target, { recursive: true });
      writeFileSync(join(target, `${name}.png`), image);
    }
  });
});

describe('1000 guests', () => {
  it('are drawn, with each text inside its box', async () => {
    await open(madeUp(20, 50));
    const drawn = await page.evaluate(() => performance.getEntriesByName('drawn')[0]?.startTime);
    console.log(`20 hypervisors with 50 guests each: drawn after ${Math.round(drawn ?? 0)} ms`);
    expect(await guests()).toBe(20 * 50 + 10);
    const outside = () =>
      page.evaluate(() =>
        [...document.querySelectorAll<SVGGElement>('.canvas .object')].flatMap((element) => {
          const frame = element.querySelector('rect')?.getBoundingClientRect();
          if (!frame || element.dataset.id?.startsWith('overlay:')) return [];
          return [...element.querySelectorAll('text')].flatMap((text) => {
            const box = text.getBoundingClientRect();
            if (box.width === 0) return [];
            return box.left < frame.left - 0.5 || box.right > frame.right + 0.5
              ? `${element.dataset.id}: ${text.textContent}`
              : [];
          });
        }),
      );
    expect(await page.locator('.canvas').getAttribute('class')).toContain('far');
    expect(await outside()).toEqual([]);
    for (let step = 0; step < 5; step++) await page.getByRole('button', { name: 'Zoom in' }).click();
    expect(await page.locator('.canvas').getAttribute('class')).not.toContain('far');
    expect(await outside()).toEqual([]);
  });
});
