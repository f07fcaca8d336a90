import cloudConfig from 'schema:cloud-config';
import version1 from 'schema:network-v1';
import version2 from 'schema:network-v2';
import { isMapping } from '../yaml/value.ts';
import { addresses } from './addresses.ts';
import { contents, hostNames, packageNames } from './contents.ts';
import { type Given, given } from './document.ts';
import { type Finding, findings } from './finding.ts';
import { interfaces } from './interfaces.ts';
import type { At } from './look.ts';
import { networkOf1 } from './netv1.ts';
import { networkOf2, slipsOf2 } from './netv2.ts';
import { passwords, usersTwice } from './passwords.ts';
import { error, type Path, type Problem, warning } from './problem.ts';
import { sshKeys } from './sshkeys.ts';
import { didYouMean } from './unknown.ts';
import { walk } from './walk.ts';

export type { Finding } from './finding.ts';

type Mapping = Record<string, unknown>;

/** What user data may be besides a cloud-config (cloudinit/handlers/__init__.py): it is not checked. */
const OTHERS =
  /^(?:#!|#include|#cloud-boothook|#part-handler|#cloud-config-(?:archive|jsonp)|## template: jinja)/;

/**
 * The findings in a cloud-config, given as a mapping or as a text that begins with `#cloud-config`. Of user data of
 * another kind, and of a template before it is rendered, nothing can be said.
 * @param option the option's name, for the findings
 * @returns all that is wrong, in the document's order
 */
export function checkCloudConfig(option: string, given_: Mapping | string): Finding[] {
  const document = given(given_);
  if (typeof given_ === 'string') {
    const start = given_.trimStart().toLowerCase();
    if (start === '' || OTHERS.test(start) || /mime-version:/.test(start.slice(0, 4096))) return [];
    if (!start.startsWith('#cloud-config')) {
      return [
        {
          option,
          level: 'error',
          message: "line 1, column 1: must be '#cloud-config', or the guest ignores it",
        },
      ];
    }
  }
  return judged(option, document, (config) => [
    ...walk(cloudConfig, config.value),
    ...unknownOnTop(config),
    ...passwords(config),
    ...usersTwice(config),
    ...sshKeys(config),
    ...contents(config),
    ...packageNames(config),
    ...hostNames(config),
  ]);
}

// cloud-init ignores them: they may be for a module that an image adds.
function unknownOnTop({ value, path }: At<Mapping>): Problem[] {
  const properties = cloudConfig.rules.at(-1)?.properties ?? {};
  const known = Object.keys(properties);
  return Object.keys(value)
    .filter((key) => !Object.hasOwn(properties, key))
    .map((key) => ({
      ...warning([...path, key], 'is unknown to cloud-init, which ignores it'),
      hint: () => didYouMean(key, known),
    }));
}

/**
 * The findings in a network-config of version 1 or 2, given as a mapping or as text. A top-level `network` is looked
 * through, as cloud-init does (cloudinit/stages.py).
 * @param option the option's name, for the findings
 * @returns all that is wrong, in the document's order
 */
export function checkNetworkConfig(option: string, given_: Mapping | string): Finding[] {
  return judged(option, given(given_), (whole) => {
    if (!Object.hasOwn(whole.value, 'network')) return ofNetwork(whole);
    const beside = Object.keys(whole.value)
      .filter((key) => key !== 'network')
      .map((key) => error([key], "is outside 'network', so cloud-init ignores it: move it into 'network'"));
    const { network } = whole.value;
    const inner = isMapping(network)
      ? ofNetwork({ value: network, path: ['network'] })
      : [error(['network'], "must be a mapping with 'version: 2' or 'version: 1'")];
    return [...beside, ...inner];
  });
}

function ofNetwork(config: At<Mapping>): Problem[] {
  const { value, path } = config;
  if (value.config === 'disabled') return [];
  const under = (problems: readonly Problem[]) =>
    problems.map((problem) => ({ ...problem, path: [...path, ...problem.path] as Path }));
  if (value.version === 1) {
    const network = networkOf1(config);
    return [...under(walk(version1, value)), ...addresses(network), ...interfaces(network)];
  }
  if (value.version === 2) {
    const network = networkOf2(config);
    return [
      ...under(walk(version2, value)),
      ...addresses(network),
      ...interfaces(network),
      ...slipsOf2(config),
    ];
  }
  const quoted = typeof value.version === 'string' ? ', without quotes' : '';
  return Object.hasOwn(value, 'version')
    ? [error([...path, 'version'], `must be the number 2 (as netplan) or 1${quoted}`)]
    : [error(path, "needs 'version': the number 2 (as netplan) or 1")];
}

function judged(option: string, document: Given, judge: (whole: At<Mapping>) => Problem[]): Finding[] {
  const { value, problems } = document;
  if (problems.some(({ level }) => level === 'error')) return findings(option, document, problems);
  // A text without a value, such as a header alone.
  if (value === null || value === undefined) return [];
  if (!isMapping(value)) return findings(option, document, [error([], 'must be a mapping')]);
  return findings(option, document, [...problems, ...judge({ value, path: [] })]);
}
