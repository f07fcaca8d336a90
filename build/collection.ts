import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { stringify } from 'yaml';
import { bundle, modulePath } from './bundle.ts';
import { sidecar } from './docs.ts';
import { loadSpecs, ROOT } from './modules.ts';
import { roleDocument, roleSpecs, roleSpecsSource } from './roles.ts';
import { shapesSource } from './shapes.ts';

const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Record<string, string>;

export const VERSION = manifest.version ?? '0.0.0';

/** The collection's data for Ansible Galaxy. */
export const GALAXY = {
  namespace: 'piecewise',
  name: 'cloud',
  version: VERSION,
  readme: 'README.md',
  authors: ['The piecewise.cloud founders'],
  description: manifest.description ?? '',
  license: ['GPL-3.0-or-later'],
  tags: ['infrastructure', 'cloud', 'kvm', 'libvirt', 'openvswitch', 'networking', 'linux'],
  dependencies: {},
  repository: 'https://piecewise.cloud',
  documentation: 'https://piecewise.cloud',
  homepage: 'https://piecewise.cloud',
  issues: 'https://piecewise.cloud',
};

/** Paths of the checkout that are copied to the collection. */
export const COPIED = [
  'plugins',
  'roles',
  'playbooks',
  'README.md',
  'CHANGELOG.md',
  'SECURITY.md',
  'LICENSE',
];

/** The files below these paths that git tracks or would track: ignored files aren't shipped. */
function sourceFiles(): string[] {
  const args = ['ls-files', '--cached', '--others', '--exclude-standard', '-z', '--', ...COPIED];
  const listed = execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' });
  return listed.split('\0').filter((file) => file && existsSync(join(ROOT, file)));
}

const write = (path: string, text: string, mode = 0o644) => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text, { mode });
};

/** The modules that action plugins of others run. */
const BY_OTHERS = ['ovs_confirm'];

// In YAML 1.1, which Ansible reads, `off` and `yes` need quotes.
const yaml = (document: object) =>
  `---\n${stringify(document, { lineWidth: 110, aliasDuplicateObjects: false, version: '1.1' })}`;

/**
 * Assembles the collection without its modules: roles, playbooks, meta, galaxy.yml.
 * @param directory an `ansible_collections/piecewise/cloud`; what is in it is replaced
 */
async function assembleRest(directory: string): Promise<void> {
  rmSync(directory, { recursive: true, force: true });
  for (const file of sourceFiles()) {
    mkdirSync(dirname(join(directory, file)), { recursive: true });
    cpSync(join(ROOT, file), join(directory, file));
  }
  const specs = await loadSpecs();
  const names = specs.map(({ module }) => module);
  const runtime = { requires_ansible: '>=2.14.0', action_groups: { all: names } };
  const judged = specs.filter(
    ({ module }) => BY_OTHERS.includes(module) || existsSync(join(ROOT, 'plugins', 'action', `${module}.py`)),
  );
  write(join(directory, 'plugins', 'plugin_utils', 'shapes.py'), shapesSource(judged));
  const roles = roleSpecs();
  write(join(directory, 'plugins', 'plugin_utils', 'role_specs.py'), roleSpecsSource(roles, specs));
  for (const [role, spec] of roles) {
    write(join(directory, 'roles', role, 'meta', 'argument_specs.yml'), yaml(roleDocument(spec, specs)));
  }
  write(join(directory, 'meta', 'runtime.yml'), yaml(runtime));
  write(join(directory, 'galaxy.yml'), yaml(GALAXY));
}

/** The whole collection. `makeModule` writes one module's executable; by default the Node one. */
export async function assemble(
  directory: string,
  makeModule: (name: string, directory: string) => Promise<void> = textModule,
): Promise<void> {
  await assembleRest(directory);
  for (const spec of await loadSpecs()) {
    mkdirSync(join(directory, 'plugins', 'modules'), { recursive: true });
    write(modulePath(directory, spec.module, '.yml'), `---\n${sidecar(spec)}`);
    await makeModule(spec.module, directory);
  }
}

async function textModule(name: string, directory: string): Promise<void> {
  write(modulePath(directory, name, '.js'), await bundle(name), 0o755);
}
