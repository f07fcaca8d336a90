import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { loadSpecs, ROOT } from '../../build/modules.ts';
import { VERSION } from '../../build/project.ts';
import { holdsItems, roleSpecs } from '../../build/roles.ts';
import { taskProblems, tasksIn } from '../support/tasks.ts';

const DOCS = readdirSync(join(ROOT, 'docs')).filter((name) => name.endsWith('.md'));
const PAGES = ['README.md', ...DOCS.map((name) => `docs/${name}`)].sort();
const textOf = (page: string) => readFileSync(join(ROOT, page), 'utf8');

interface Block {
  readonly page: string;
  readonly language: string;
  readonly text: string;
}

const blocks: readonly Block[] = PAGES.flatMap((page) =>
  [...textOf(page).matchAll(/^```(.*)\n([\s\S]*?)^```$/gm)].map(([, language = '', text = '']) => ({
    page,
    language,
    text,
  })),
);
const of = (language: string) => blocks.filter((block) => block.language === language);

const specs = await loadSpecs();
const options = new Map([...roleSpecs().values()].flatMap((role) => Object.entries(role.options)));

// The variables that are the roles' defaults for these: see docs/guests.md.
const SHORT: Readonly<Record<string, string>> = {
  vms: 'vm_list',
  images: 'image_list',
  networks: 'network_list',
  security_groups: 'network_security_groups',
};

/** What is wrong with the variables of a host or group, by the modules that get them. */
function variableProblems(variables: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(variables).flatMap(([name, value]) => {
    const option = options.get(SHORT[name] ?? name);
    if (!option) return [`no role has the variable ${name}`];
    const [module, key = ''] = option.from?.split('.') ?? [];
    const spec = specs.find((one) => one.module === module);
    // Defaults of items are checked with the items.
    if (!spec || (key !== spec.list?.option && !holdsItems(spec.controllerOptions?.[key]))) return [];
    return taskProblems(spec, { [key]: value, ...defaultsFor(spec, variables) }).map(
      (one) => `${name}: ${one}`,
    );
  });
}

function defaultsFor({ module, list }: (typeof specs)[number], variables: Readonly<Record<string, unknown>>) {
  const [name] = [...options].find(([, { from }]) => from === `${module}.${list?.defaults}`) ?? [];
  const defaults = name === undefined ? undefined : variables[name];
  return list?.defaults && defaults ? { [list.defaults]: defaults } : {};
}

/** Options of Ansible's own fragments of documentation. */
const OF_FRAGMENTS: Readonly<Record<string, readonly string[]>> = {
  constructed: ['compose', 'groups', 'keyed_groups', 'strict', 'use_extra_vars', 'leading_separator'],
  inventory_cache: ['cache', 'cache_plugin', 'cache_connection', 'cache_timeout', 'cache_prefix'],
};

/** The documentation in a file of Python. */
function documentationIn(file: string): Readonly<Record<string, object>> & { options: object } {
  const [, documentation = ''] = /^DOCUMENTATION = """\n(.*?)^"""/ms.exec(textOf(file)) ?? [];
  return parse(documentation);
}

/** What is wrong with a task of a module that runs on the controller alone. */
function actionProblems(module: string, args: object): string[] {
  const file = `plugins/modules/${module}.py`;
  if (!existsSync(join(ROOT, file))) return [`there is no module ${module}`];
  const known = Object.keys(documentationIn(file).options);
  return Object.keys(args).flatMap((name) => (known.includes(name) ? [] : `${module} has no option ${name}`));
}

/** What is wrong with the file of an inventory plugin. */
function pluginProblems({ plugin, ...given }: Readonly<Record<string, unknown>>): string[] {
  const file = `plugins/inventory/${String(plugin).replace('piecewise.cloud.', '')}.py`;
  if (!existsSync(join(ROOT, file))) return [`there is no inventory plugin ${plugin}`];
  const { options: described, extends_documentation_fragment: fragments = [] } = documentationIn(file);
  const known = [
    ...Object.keys(described),
    ...(fragments as string[]).flatMap((fragment) => OF_FRAGMENTS[fragment] ?? []),
  ];
  return Object.keys(given).flatMap((name) =>
    known.includes(name) ? [] : `${plugin} has no option ${name}`,
  );
}

function yamlProblems(text: string): string[] {
  return parseAllDocuments(text).flatMap((parsed) => {
    if (parsed.errors.length > 0) return parsed.errors.map(({ message }) => message);
    const document = parsed.toJS();
    const tasks = tasksIn(document);
    if (tasks.length > 0) {
      return tasks.flatMap(({ module, args }) => {
        const spec = specs.find((one) => one.module === module);
        return spec ? taskProblems(spec, args) : actionProblems(module, args);
      });
    }
    if (document.plugin) return pluginProblems(document);
    // An inventory, or requirements of ansible-galaxy.
    if (Array.isArray(document.collections) || document.kvm?.hosts) return [];
    return variableProblems(document);
  });
}

const scripts = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).scripts;
const playbooks = readdirSync(join(ROOT, 'playbooks'));

/** What is wrong with a command: a playbook, module or script that doesn't exist. */
function commandProblems(line: string): string[] {
  const [prompt, command = '', ...args] = line.split(' ');
  if (prompt !== '$' && prompt !== '#') return [`'${line}' has no prompt`];
  const missing = args.flatMap((arg) => {
    const playbook = /^piecewise\.cloud\.(\w+)$/.exec(arg)?.[1];
    return playbook && !playbooks.includes(`${playbook}.yml`) ? `there is no playbook ${arg}` : [];
  });
  if (command === 'npm' && args[0] === 'run' && !scripts[args[1] ?? ''])
    return [`there is no script ${args[1]}`];
  const known = [
    ...['ansible', 'ansible-galaxy', 'ansible-inventory', 'ansible-playbook', 'ansible-doc'],
    ...['cp', 'mkdir', 'npm', 'ssh'],
  ];
  return known.includes(command)
    ? missing
    : [...missing, `'${command}' is not a command that is checked here`];
}

describe('the pages', () => {
  it('are README, of at most 150 lines, and those that it names', () => {
    const readme = textOf('README.md');
    expect(readme.split('\n').length).toBeLessThanOrEqual(151);
    const linked = PAGES.filter((page) => page === 'README.md' || readme.includes(`(${page})`));
    expect(linked).toEqual(PAGES);
  });

  it('name the release that they are of', () => {
    const named = PAGES.flatMap((page) => [...textOf(page).matchAll(/piecewise-cloud-(\d[\d.]*\d)/g)]);
    expect(named.length).toBeGreaterThan(1);
    expect(new Set(named.map(([, version]) => version))).toEqual(new Set([VERSION.replace('-dev', '')]));
  });

  it.each(PAGES)('of %s links lead to what exists', (page) => {
    const links = [...textOf(page).matchAll(/\]\(([^)#\s]*)(?:#([\w-]+))?\)/g)];
    for (const [, path = '', anchor] of links.filter(([, path]) => !path?.startsWith('http'))) {
      const target = path ? join(ROOT, dirname(page), path) : join(ROOT, page);
      expect(existsSync(target), `${page}: ${path}`).toBe(true);
      if (!anchor) continue;
      const headings = [...readFileSync(target, 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
        heading
          .toLowerCase()
          .replace(/[^\w\s-]/g, '')
          .replaceAll(' ', '-'),
      );
      expect(headings, `${page}: #${anchor}`).toContain(anchor);
    }
  });

  it('have fenced blocks of a kind that is checked, or `text` for an illustration', () => {
    const kinds = new Set(blocks.map(({ language }) => language));
    expect([...kinds].sort()).toEqual(['console', 'ini', 'text', 'yaml']);
  });

  it.each(of('yaml'))('have valid YAML in $page: $text', ({ text }) => {
    expect(yamlProblems(text)).toEqual([]);
  });

  it.each(of('console'))('have commands in $page: $text', ({ text }) => {
    expect(text.trim().split('\n').flatMap(commandProblems)).toEqual([]);
  });

  it.each([
    ['vms:\n  - name: a\n    memry: 1 GiB\n', /vms: .*memry/],
    ['ovs_port: []\n', /no role has the variable ovs_port/],
    ['- piecewise.cloud.ovs_ports: {bridge: a}\n', /there is no module ovs_ports/],
    ['- piecewise.cloud.cloud_report: {form: html}\n', /cloud_report has no option form/],
    ['plugin: piecewise.cloud.guest\n', /there is no inventory plugin/],
    ['plugin: piecewise.cloud.guests\njumps: auto\n', /has no option jumps/],
    ['a: [\n', /./],
  ])('would not have %j', (text, problem) => {
    expect(yamlProblems(text).join('\n')).toMatch(problem);
  });

  it.each([
    ['$ ansible-playbook piecewise.cloud.sites', 'there is no playbook'],
    ['$ npm run demos', 'there is no script'],
    ['npm run demo', 'has no prompt'],
    ['# rm -rf /', 'is not a command'],
  ])('would not have %j', (line, problem) => {
    expect(commandProblems(line).join('\n')).toContain(problem);
  });
});
