import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { stringify } from 'yaml';
import { bundled, modulePath } from './bundle.ts';
import { sidecar } from './docs.ts';
import { actionGroups } from './groups.ts';
import { loadSpecs, ROOT } from './modules.ts';
import { notices, packagesOf } from './notices.ts';
import { buildPicture } from './picture.ts';
import { DESCRIPTION, HEADER, LICENCE, REPOSITORY, VERSION } from './project.ts';
import { roleDocument, roleSpecs, roleSpecsSource, variablesSource } from './roles.ts';
import { sanityIgnores } from './sanity.ts';
import { shapesSource } from './shapes.ts';
import { readSince } from './since.ts';
import { trackedFiles } from './tracked.ts';

/** The collection's data for Ansible Galaxy. */
export const GALAXY = {
  namespace: 'piecewise',
  name: 'cloud',
  version: VERSION,
  readme: 'README.md',
  authors: ['The piecewise.cloud founders'],
  description: DESCRIPTION,
  license: [LICENCE],
  tags: ['infrastructure', 'cloud', 'kvm', 'libvirt', 'openvswitch', 'networking', 'linux'],
  dependencies: {},
  repository: REPOSITORY,
  issues: `${REPOSITORY}/issues`,
};

/** Paths of the checkout that are copied to the collection. */
export const COPIED = [
  'plugins',
  'roles',
  'playbooks',
  'docs',
  'examples',
  'README.md',
  'CHANGELOG.md',
  'SECURITY.md',
  'LICENSE',
];

/** The files below these paths. In a checkout only those that git tracks or would track: ignored files aren't shipped. */
function sourceFiles(): string[] {
  if (!existsSync(join(ROOT, '.git'))) return COPIED.flatMap((path) => filesBelow(join(ROOT, path)));
  return trackedFiles(...COPIED);
}

const filesBelow = (path: string): string[] =>
  statSync(path).isDirectory()
    ? readdirSync(path).flatMap((name) => (name === '__pycache__' ? [] : filesBelow(join(path, name))))
    : [relative(ROOT, path)];

const write = (path: string, text: string) => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text, { mode: 0o644 });
};

// In YAML 1.1, which Ansible reads, `off` and `yes` need quotes.
const yaml = (document: object) =>
  `# ${HEADER}\n---\n${stringify(document, { lineWidth: 110, aliasDuplicateObjects: false, version: '1.1' })}`;

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
  const runtime = { requires_ansible: '>=2.14.0', action_groups: actionGroups(specs) };
  write(join(directory, 'plugins', 'plugin_utils', '_shapes.py'), shapesSource(specs));
  const roles = roleSpecs();
  write(join(directory, 'plugins', 'plugin_utils', '_role_specs.py'), roleSpecsSource(roles, specs));
  write(join(directory, 'plugins', 'plugin_utils', '_variables.py'), variablesSource(roles));
  for (const [role, spec] of roles) {
    write(join(directory, 'roles', role, 'meta', 'argument_specs.yml'), yaml(roleDocument(spec, specs)));
  }
  write(join(directory, 'meta', 'runtime.yml'), yaml(runtime));
  write(join(directory, 'meta', 'execution-environment.yml'), yaml({ version: 3, dependencies: {} }));
  write(join(directory, 'galaxy.yml'), yaml(GALAXY));
  const ignores = sanityIgnores(
    specs.map(({ module }) => module),
    join(ROOT, 'plugins', 'action'),
  );
  for (const [path, text] of ignores) write(join(directory, path), text);
}

/** Writes one module's executable. @returns the files that it is made of, below the checkout */
export type MakeModule = (name: string, directory: string) => Promise<readonly string[]>;

/** The whole collection. @param makeModule by default the one for Node */
export async function assemble(directory: string, makeModule: MakeModule = textModule): Promise<void> {
  await assembleRest(directory);
  const inputs = new Set<string>();
  const since = readSince();
  for (const spec of await loadSpecs()) {
    mkdirSync(join(directory, 'plugins', 'modules'), { recursive: true });
    write(modulePath(directory, spec.module, '.yml'), `# ${HEADER}\n---\n${sidecar(spec, since)}`);
    for (const input of await makeModule(spec.module, directory)) inputs.add(input);
  }
  const picture = await buildPicture();
  write(join(directory, 'plugins', 'plugin_utils', 'picture.html'), picture.page);
  write(join(directory, 'plugins', 'plugin_utils', 'picture.cjs'), picture.node);
  for (const input of picture.inputs) inputs.add(input);
  write(join(directory, 'THIRD-PARTY-NOTICES'), notices(packagesOf([...inputs])));
}

// Ansible makes its copy on the host executable.
const textModule: MakeModule = async (name, directory) => {
  const { text, inputs } = await bundled(name);
  write(modulePath(directory, name, '.js'), text);
  return inputs;
};
