import { readYaml, repeatedKeys } from './read.ts';
import { YamlError } from './value.ts';

/**
 * The value of a YAML 1.1 text, as cloud-init reads it, except for a key that is given twice, which is an error.
 * @returns undefined for a text without a value (blank, or comments only)
 * @throws YamlError with line and column, and nothing of the text, which may hold secrets
 */
export function parseYaml(text: string): unknown {
  const { document, positionOf } = readYaml(text);
  const [error] = document.errors;
  if (error) throw new YamlError('', `isn't YAML: ${positionOf(error.pos[0])} (${error.code})`);
  const [twice] = repeatedKeys(document.contents);
  if (twice) throw new YamlError('', `isn't YAML: ${positionOf(twice.at)} (DUPLICATE_KEY)`);
  try {
    return document.toJS() ?? undefined;
  } catch {
    // The library's message quotes the text. It throws for an alias without an anchor, and for too many of them.
    throw new YamlError('', "isn't YAML: an alias (*) in it has no anchor, or there are too many");
  }
}
