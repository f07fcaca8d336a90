import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { loadSpec, ROOT } from './modules.ts';
import { HEADER } from './project.ts';
import { schemas } from './schemas.ts';
import { validatorSource } from './validator.ts';

/** Ansible replaces it by the JSON of the arguments. It isn't valid TypeScript, so it's put in at the end. */
const MARKER = '<<INCLUDE_ANSIBLE_MODULE_JSON_ARGS>>';
const PLACE = '__PIECEWISE_ARGUMENTS__';

// In a comment that ends with the line: a literal of deeply nested JSON would be too much for Node's parser.
const ARGUMENTS = `{//${MARKER}\n}`;

// Either of these would make Ansible treat the file as another kind of module.
const OTHER_STYLES = ['from ansible.module_utils', '#Requires -Module', 'WANT_JSON'];

/** How a module gets its arguments: written into its text, or as a file named on its command line. */
export type Style = 'text' | 'binary';

const ENTRY: Readonly<Record<Style, string>> = {
  text: 'export const run = (source, text) => main(it, validate, () => embeddedArguments(source), (json) => againByText(text, json));',
  binary: 'main(it, validate, argumentsFile, againByFile);',
};

const entrySource = (name: string, style: Style): string =>
  [
    "import { againByFile, againByText, argumentsFile, embeddedArguments, main } from './modules/lib/ansible/main.ts';",
    `import { module as it } from './modules/${name}/main.ts';`,
    `import validate from 'validator:${name}';`,
    ENTRY[style],
  ].join('\n');

/** The code that runs first. It has the module's code as a text, which Node need not compile when it is cached. */
function startSource(name: string, digest: string): string {
  return [
    "import { evaluate } from './modules/lib/ansible/start.ts';",
    "import text from 'code:module';",
    `evaluate({ name: '${name}', text, digest: '${digest}' }, require).run(() => ${PLACE}, text);`,
  ].join('\n');
}

const validators: Plugin = {
  name: 'validators',
  setup(context) {
    context.onResolve({ filter: /^validator:/ }, ({ path }) => ({
      path: path.slice(10),
      namespace: 'validator',
    }));
    context.onLoad({ filter: /.*/, namespace: 'validator' }, async ({ path }) => ({
      contents: validatorSource(await loadSpec(path)),
      loader: 'js',
      resolveDir: ROOT,
    }));
  },
};

// Loading these takes longer than most runs use them: they are loaded at their first call.
const LAZY: Readonly<Record<string, readonly string[]>> = {
  'node:child_process': ['execFile', 'spawn'],
  'node:crypto': ['createHash'],
  'node:http': ['request'],
  'node:https': ['request'],
  'node:net': ['createConnection', 'isIPv4', 'isIPv6'],
  'node:stream/promises': ['pipeline'],
  'node:util': ['promisify'],
  'node:timers/promises': ['setTimeout'],
  'node:zlib': ['gunzipSync', 'gzipSync'],
};

const lazily: Plugin = {
  name: 'lazily',
  setup(context) {
    const filter = new RegExp(`^(${Object.keys(LAZY).join('|')})$`);
    context.onResolve({ filter }, ({ path, kind }) =>
      kind === 'import-statement' ? { path, namespace: 'lazily' } : undefined,
    );
    context.onLoad({ filter: /.*/, namespace: 'lazily' }, ({ path }) => ({
      contents: (LAZY[path] ?? [])
        .map((name) => `export const ${name} = (...all) => require('${path}').${name}(...all);`)
        .join('\n'),
      loader: 'js',
      resolveDir: ROOT,
    }));
  },
};

const asText = (contents: string): Plugin => ({
  name: 'code',
  setup(context) {
    context.onResolve({ filter: /^code:/ }, ({ path }) => ({ path, namespace: 'code' }));
    context.onLoad({ filter: /.*/, namespace: 'code' }, () => ({ contents, loader: 'text' }));
  },
});

/** Code in one file, and the paths of the files that it is made of, below the checkout. */
interface Built {
  readonly text: string;
  readonly inputs: readonly string[];
}

async function built(name: string, contents: string, plugins: Plugin[]): Promise<Built> {
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: ROOT, sourcefile: `${name}.ts`, loader: 'ts' },
    absWorkingDir: ROOT,
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    target: 'node18.19',
    format: 'cjs',
    charset: 'ascii',
    legalComments: 'none',
    minify: true,
    mainFields: ['module', 'main'],
    logLevel: 'warning',
    loader: { '.sh': 'text' },
    plugins,
  });
  return { text: outputFiles[0]?.text ?? '', inputs: Object.keys(metafile.inputs) };
}

/**
 * One module as one CommonJS file with all it needs, and the files that it is made of.
 * @param replace files that a test puts in place of others
 * @returns its text: for style `text` with shebang and marker, ready for Ansible
 */
export async function bundled(
  name: string,
  style: Style = 'text',
  replace: readonly Plugin[] = [],
): Promise<Built> {
  const code = await built(name, entrySource(name, style), [...replace, validators, schemas, lazily]);
  if (style === 'binary') return code;
  const script = `(require => {const module = {exports: {}}, exports = module.exports;${code.text}\nreturn module.exports})`;
  const digest = createHash('sha256').update(script).digest('hex').slice(0, 16);
  const start = await built(name, startSource(name, digest), [asText(script)]);
  return { text: deliverable(name, start.text), inputs: [...code.inputs, ...start.inputs] };
}

/** The text alone of `bundled`. */
export const bundle = async (...args: Parameters<typeof bundled>): Promise<string> =>
  (await bundled(...args)).text;

function deliverable(name: string, text: string): string {
  const parts = text.split(PLACE);
  if (parts.length !== 2) throw new Error(`${name}: the arguments' place occurs ${parts.length - 1} times`);
  const found = OTHER_STYLES.find((style) => text.includes(style));
  if (found || text.includes(MARKER)) throw new Error(`${name}: the bundle contains '${found ?? MARKER}'`);
  return `#!/usr/bin/node\n// ${HEADER}\n${parts.join(ARGUMENTS)}`;
}

/** Where a built module stands in its collection. */
export const modulePath = (collection: string, name: string, extension: string): string =>
  join(collection, 'plugins', 'modules', `${name}${extension}`);
