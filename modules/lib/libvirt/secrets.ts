import { MASK, MASK_CHANGED } from '../mask.ts';
import { type Element, withChildren } from '../xml/element.ts';
import { serialiseXml } from '../xml/serialise.ts';

type Attributes = Element['attributes'];

/** Attributes that may be a secret, by their element, with the condition (formatdomain: graphics). */
const SECRET: Readonly<Record<string, Readonly<Record<string, (attributes: Attributes) => boolean>>>> = {
  graphics: { passwd: () => true },
};

/**
 * The same for what is passed through to QEMU (drvqemu: "Pass-through of arbitrary qemu commands"), by names
 * without the prefix, which is the document's choice.
 */
const PASSED_THROUGH: typeof SECRET = {
  arg: { value: ({ value = '' }) => hasSecret(value) },
  env: { value: ({ name = '', value = '' }) => VARIABLE.test(name) || hasSecret(value) },
};

/** Names of environment variables that hold a secret. */
const VARIABLE = /pass|psk|secret|token|private|key|auth|credential/i;

/** An argument with one of these holds a secret. It is masked as a whole, since only QEMU can parse its quoting. */
const ARGUMENTS = [
  // `-object secret,data=…`, as a list or as JSON; `password-secret=sec0` only names one.
  /(?:^|[^\w-])(?:data|pass|passwd|password|passphrase|secret|token|psk|cookie|string)["']?\s*[=:](?!(?:on|off)\b)/i,
  // systemd.system-credentials(7), given by SMBIOS or fw_cfg.
  /credential/i,
  // The user's part of a URL.
  /:\/\/[^/@\s]*:[^/@\s]*@/,
];

const hasSecret = (value: string) => ARGUMENTS.some((pattern) => pattern.test(value));

const local = (name: string) => name.replace(/^.*:/, '');

function secretNames({ name, attributes }: Element, parent: string): string[] {
  const rules = local(parent) === 'commandline' ? PASSED_THROUGH[local(name)] : SECRET[name];
  return Object.entries(rules ?? {}).flatMap(([attribute, isSecret]) =>
    attribute in attributes && isSecret(attributes) ? [attribute] : [],
  );
}

/** The same document with each secret masked: for a diff. */
export function maskSecrets(element: Element, parent = ''): Element {
  const secret = secretNames(element, parent);
  const attributes = Object.entries(element.attributes).map(
    ([name, value]) => [name, secret.includes(name) ? MASK : value] as const,
  );
  return {
    ...withChildren(
      element,
      element.children.map((child) => maskSecrets(child, element.name)),
    ),
    attributes: Object.fromEntries(attributes),
  };
}

/** The secrets of a document, in its order. */
export const secretsIn = (element: Element, parent = ''): readonly string[] => [
  ...secretNames(element, parent).flatMap((name) => element.attributes[name] ?? []),
  ...element.children.flatMap((child) => secretsIn(child, element.name)),
];

/** The secrets on QEMU's command line, which its errors quote. */
export const passedThrough = (domain: Element): readonly string[] =>
  domain.children.flatMap((child) => (local(child.name) === 'commandline' ? secretsIn(child) : []));

/** Two definitions as texts for a diff. Secrets are masked, and a changed secret is marked as changed. */
export function definitionTexts(
  before: Element | undefined,
  after: Element,
): { before: string | undefined; after: string } {
  const texts = {
    before: before && serialiseXml(maskSecrets(before)),
    after: serialiseXml(maskSecrets(after)),
  };
  const onlySecrets = texts.before === texts.after && before && serialiseXml(before) !== serialiseXml(after);
  return onlySecrets ? { ...texts, after: texts.after.replaceAll(MASK, MASK_CHANGED) } : texts;
}
