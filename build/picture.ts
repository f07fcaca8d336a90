import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BuildOptions, build } from 'esbuild';
import { LOOKS, MONO, SANS } from '../picture/draw/looks.ts';
import { DARK, LIGHT } from '../picture/draw/palette.ts';
import { ROOT } from './modules.ts';
import { HEADER } from './project.ts';

// The picture of the cloud: a page that needs nothing but itself, and a program for Node that makes its other formats.

const MAIN = 'picture/view/main.tsx';
const NODE = 'picture/node.ts';

/** The files that the collection gets, and the sources that they are made from, as paths below the checkout. */
export interface Picture {
  readonly page: string;
  readonly node: string;
  readonly inputs: readonly string[];
}

/** The page and the program. The same source gives the same bytes. */
export async function buildPicture(): Promise<Picture> {
  const [page, node] = await Promise.all([
    bundle(MAIN, { format: 'iife', platform: 'browser', target: 'es2022' }),
    bundle(NODE, { format: 'cjs', platform: 'node', target: 'node18.19' }),
  ]);
  return {
    page: pageOf(page.text.trim(), await style()),
    node: `// ${HEADER}\n${node.text}`,
    inputs: [...page.inputs, ...node.inputs],
  };
}

async function bundle(entry: string, options: BuildOptions) {
  const { outputFiles, metafile } = await build({
    entryPoints: [entry],
    absWorkingDir: ROOT,
    tsconfig: 'picture/tsconfig.json',
    bundle: true,
    write: false,
    metafile: true,
    minify: true,
    charset: 'ascii',
    legalComments: 'none',
    mainFields: ['module', 'main'],
    logLevel: 'warning',
    ...options,
  });
  return { text: outputFiles?.[0]?.text ?? '', inputs: Object.keys(metafile?.inputs ?? {}) };
}

/** The looks of the drawing as classes, the palette as variables, and the rest of the page. */
async function style(): Promise<string> {
  const variables = (palette: Readonly<Record<string, string>>, scheme: string) =>
    `{color-scheme:${scheme};${Object.entries(palette)
      .map(([name, value]) => `--${name}:${value};`)
      .join('')}}`;
  const looks = Object.entries(LOOKS).map(
    ([name, look]) =>
      `.k-${name}{${Object.entries(look)
        .map(([property, value]) => `${property}:${inCss(property, value)};`)
        .join('')}}`,
  );
  const css = [
    `:root{--sans:${SANS};--mono:${MONO}}`,
    `:root${variables(LIGHT, 'light')}`,
    `@media screen and (prefers-color-scheme: dark){:root:not([data-theme="light"])${variables(DARK, 'dark')}}`,
    `@media screen{:root[data-theme="dark"]${variables(DARK, 'dark')}}`,
    ...looks,
    readFileSync(join(ROOT, 'picture/theme.css'), 'utf8'),
  ].join('\n');
  const { outputFiles } = await build({
    stdin: { contents: css, loader: 'css' },
    write: false,
    minify: true,
    charset: 'ascii',
    logLevel: 'warning',
  });
  return (outputFiles[0]?.text ?? '').trim();
}

function inCss(property: string, value: string | number): string {
  if (typeof value === 'number') return property === 'font-size' ? `${value}px` : String(value);
  return value.startsWith('@') ? `var(--${value.slice(1)})` : value;
}

const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** The page with its script and style, and the policy that lets nothing else run. @throws Error where a part would end its element */
function pageOf(script: string, css: string): string {
  if (/<\/script|<!--|@@[A-Z]+@@/i.test(script))
    throw new Error('the script of the picture has what ends its element, or a marker');
  if (/<\/style|@@[A-Z]+@@/i.test(css))
    throw new Error('the style of the picture has what ends its element, or a marker');
  const policy = [
    "default-src 'none'",
    `script-src ${hash(script)}`,
    `style-src ${hash(css)}`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  const parts: Readonly<Record<string, string>> = { POLICY: policy, STYLE: css, SCRIPT: script };
  return readFileSync(join(ROOT, 'picture/page.html'), 'utf8')
    .replace(/@@(POLICY|STYLE|SCRIPT)@@/g, (_, name: string) => parts[name] ?? '')
    .replace('<!doctype html>\n', `<!doctype html>\n<!-- ${HEADER} -->\n`);
}
