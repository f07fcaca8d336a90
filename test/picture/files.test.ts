import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { SaxesParser } from 'saxes';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildPicture, type Picture } from '../../build/picture.ts';
import { fill, inScript, MARKER } from '../../picture/fill.ts';
import { mermaidOf } from '../../picture/mermaid.ts';
import { svgOf } from '../../picture/svg.ts';
import { anyCloud } from './arbitrary.ts';
import { madeUp, NASTY, unreachable } from './made-up.ts';

/** The elements of an XML document, and its texts. @throws Error where it isn't well-formed */
function parsed(xml: string): { readonly tags: Set<string>; readonly texts: string[] } {
  const parser = new SaxesParser();
  const tags = new Set<string>();
  const texts: string[] = [];
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name }) => tags.add(name));
  parser.on('text', (text) => texts.push(text));
  parser.write(xml).close();
  return { tags, texts };
}

let built: Picture;
let directory: string;
beforeAll(async () => {
  built = await buildPicture();
  directory = mkdtempSync(join(tmpdir(), 'piecewise-picture-'));
  writeFileSync(join(directory, 'picture.cjs'), built.node);
});
afterAll(() => rmSync(directory, { recursive: true }));

describe('the SVG', () => {
  const ALLOWED = ['svg', 'title', 'g', 'rect', 'circle', 'path', 'text'];

  it('is well-formed, stands alone, and has names as text', () => {
    const { tags, texts } = parsed(svgOf(madeUp(1, 6, true)));
    expect([...tags].filter((tag) => !ALLOWED.includes(tag))).toEqual([]);
    for (const name of NASTY)
      expect(
        texts.some((text) => text.includes(name)),
        name,
      ).toBe(true);
    expect(svgOf(madeUp(2, 4))).not.toMatch(/href|url\(|<style|<script/);
  });

  it('is well-formed for any cloud', () => {
    fc.assert(
      fc.property(anyCloud(2), (cloud) => {
        const { tags } = parsed(svgOf(cloud));
        expect([...tags].filter((tag) => !ALLOWED.includes(tag))).toEqual([]);
      }),
      { numRuns: 30, endOnFailure: true },
    );
  });

  it('has no class without a look: each shape has a colour', () => {
    expect(svgOf(madeUp(3, 12))).not.toMatch(/"undefined"|""/);
  });
});

describe('the Mermaid text', () => {
  it('has hosts, bridges, guests and tunnels', () => {
    const cloud = madeUp(2, 3);
    const text = mermaidOf({ ...cloud, hosts: [...cloud.hosts, unreachable('hv9')] });
    for (const part of [
      'subgraph n0["hv1"]',
      '"br0 192.0.2.11/24"',
      '"web1-1<br>10.10.1.10"',
      '{{"vxlan 5000"}}',
      '|"VLAN 10"|',
      '"Unreachable: ssh:',
    ]) {
      expect(text).toContain(part);
    }
  });

  // Each line has one of these forms, so no name is syntax.
  const TEXT = '"(?:[\\p{L}\\p{N} .,:/_()+-]|#\\d+;|<br>)*"';
  const FORMS = [
    'flowchart TB',
    `subgraph n\\d+\\[${TEXT}\\]`,
    'end',
    `n\\d+(?:\\[${TEXT}\\]|\\(${TEXT}\\)|>${TEXT}\\]|\\{\\{${TEXT}\\}\\}|\\[/${TEXT}/\\])?(?: (?:---(?:\\|${TEXT}\\|)?|===|-\\.-) n\\d+(?:\\[${TEXT}\\])?)?`,
    'class n\\d+ \\w+',
    'classDef \\w+ [-\\w:#, ]+',
  ];
  const line = new RegExp(`^ *(?:${FORMS.join('|')})$`, 'u');

  it('has no line of another form, whatever the names are', () => {
    fc.assert(
      fc.property(anyCloud(3), (cloud) => {
        const lines = mermaidOf(cloud).trimEnd().split('\n');
        expect(lines.filter((one) => !line.test(one))).toEqual([]);
      }),
      { numRuns: 40, endOnFailure: true },
    );
  });
});

describe('the page', () => {
  it('has one marker, which is JSON itself', () => {
    expect(built.page.split(MARKER)).toHaveLength(2);
    expect(JSON.parse(MARKER)).toBe('@@CLOUD@@');
    expect(() => fill('<html></html>', madeUp(1, 1))).toThrow('has 0 places');
  });

  it('gets data that can end no element', () => {
    const cloud = madeUp(1, 3, true);
    expect(inScript(cloud)).not.toContain('<');
    expect(JSON.parse(inScript(cloud))).toEqual(cloud);
  });

  it('has a strict policy, no attribute with styles or handlers, and asks for nothing', () => {
    const [head = ''] = built.page.split('<style>');
    expect(head).toMatch(
      /content="default-src 'none'; script-src 'sha256-[\w+/=]+'; style-src 'sha256-[\w+/=]+'; img-src data:; base-uri 'none'; form-action 'none'"/,
    );
    const markup = built.page.replace(/<(style|script)>[\s\S]*?<\/\1>/g, '');
    expect(markup).not.toMatch(/ (?:style|on\w+)=|https?:\/\/(?!piecewise\.cloud\/source)/);
  });

  it('is ASCII, without quotes that ansible-test refuses', () => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the range of ASCII
    expect(built.page + built.node).toMatch(/^[\x00-\x7f]*$/);
  });

  it('is built to the same bytes', async () => {
    expect(await buildPicture()).toEqual(built);
  });
});

describe('picture.cjs', () => {
  const run = (format: string, input: string) =>
    spawnSync(process.execPath, [join(directory, 'picture.cjs'), format], { input, encoding: 'utf8' });

  it('writes what the page writes', () => {
    const cloud = madeUp(2, 5);
    const input = JSON.stringify(cloud);
    const made = (format: string) =>
      execFileSync(process.execPath, [join(directory, 'picture.cjs'), format], { input, encoding: 'utf8' });
    expect(made('svg')).toBe(svgOf(cloud));
    expect(made('mermaid')).toBe(mermaidOf(cloud));
  });

  it.each([
    ['png', '{}', "unknown format 'png': use svg or mermaid"],
    ['constructor', '{}', "unknown format 'constructor'"],
    ['svg', '{"version": 2}', 'stdin has no data of a cloud'],
    ['svg', 'null', 'stdin has no data of a cloud'],
    ['svg', 'no JSON', 'is not valid JSON'],
  ])('refuses %s of %j', (format, input, message) => {
    const { status, stderr, stdout } = run(format, input);
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toContain(message);
  });
});
