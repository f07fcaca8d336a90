import type { Cloud } from './cloud.ts';

/** What stands for the data in the page: exactly once, and valid as JSON itself. */
export const MARKER = '"@@CLOUD@@"';

/** JSON that can't end the element that it is in: `<` is written as an escape. */
export const inScript = (value: unknown): string => JSON.stringify(value).replaceAll('<', '\\u003c');

/**
 * The page with its data: what the playbook does.
 * @throws Error for a page that doesn't have the marker once
 */
export function fill(template: string, cloud: Cloud): string {
  const parts = template.split(MARKER);
  if (parts.length !== 2) throw new Error(`the page has ${parts.length - 1} places for its data`);
  return parts.join(inScript(cloud));
}
