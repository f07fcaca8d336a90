import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { loadSpec, ROOT } from './modules.ts';
import { validatorSource } from './validator.ts';

/** Ansible replaces it by the JSON of the arguments. It isn't valid TypeScript, so it's put in at the end. */
const MARKER = '<<INCLUDE_ANSIBLE_MODULE_JSON_ARGS>>';
const PLACEHOLDER = '__PIECEWISE_ARGUMENTS__';

// Either of these would make Ansible treat the file as another kind of module.
const OTHER_STYLES = ['from ansible.module_utils', '#Requires -Module', 'WANT_JSON'];

/** How a module gets its arguments: written into its text, or as a file named on its command line. */
export type Style = 'text' | 'binary';

const ENTRY: Record<Style, { reader: string; argument: string }> = {
  text: { reader: 'embeddedArguments', argument: `() => embeddedArguments(() => [${PLACEHOLDER}])` },
  binary: { reader: 'argumentsFile', argument: 'argumentsFile' },
};

function entrySource(name: string, style: Style): string {
  const { reader, argument } = ENTRY[style];
  return [
    `import { main, ${reader} } from './modules/lib/ansible/main.ts';`,
    `import { module } from './modules/${name}/main.ts';`,
    `import validate from 'validator:${name}';`,
    `main(module, validate, ${argument});`,
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

// Loading these takes longer than most runs need them for: they are loaded when they are first called.
const LAZY: Readonly<Record<string, readonly string[]>> = {
  'node:child_process': ['execFile'],
  'node:crypto': ['createHash'],
  'node:net': ['createConnection', 'isIPv4', 'isIPv6'],
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

/**
 * One module as one CommonJS file with all it needs.
 * @returns its text: for style `text` with shebang and marker, ready for Ansible
 */
export async function bundle(name: string, style: Style = 'text'): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: entrySource(name, style), resolveDir: ROOT, sourcefile: `${name}.ts`, loader: 'ts' },
    absWorkingDir: ROOT,
    bundle: true,
    write: false,
    platform: 'node',
    target: 'node18.19',
    format: 'cjs',
    charset: 'ascii',
    legalComments: 'none',
    minify: true,
    mainFields: ['module', 'main'],
    logLevel: 'warning',
    plugins: [validators, lazily],
  });
  const text = outputFiles[0]?.text ?? '';
  return style === 'binary' ? text : deliverable(name, text);
}

function deliverable(name: string, text: string): string {
  const parts = text.split(PLACEHOLDER);
  if (parts.length !== 2) throw new Error(`${name}: the arguments' place occurs ${parts.length - 1} times`);
  const found = OTHER_STYLES.find((style) => text.includes(style));
  if (found || text.includes(MARKER)) throw new Error(`${name}: the bundle contains '${found ?? MARKER}'`);
  return `#!/usr/bin/node\n${parts.join(MARKER)}`;
}

/** Where a built module stands in its collection. */
export const modulePath = (collection: string, name: string, extension: string): string =>
  join(collection, 'plugins', 'modules', `${name}${extension}`);
