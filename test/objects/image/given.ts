import { compileValidator } from '../../../build/validator.ts';
import { spec } from '../../../modules/image/spec.ts';
import { readOptions } from '../../../modules/lib/ansible/arguments.ts';
import type { Result } from '../../../modules/lib/ansible/result.ts';
import { run } from '../../../modules/lib/ansible/run.ts';
import { image } from '../../../modules/objects/image/image.ts';
import type { ImageOptions } from '../../../modules/objects/image/options.ts';
import { noHost } from '../../support/fake.ts';

const validate = compileValidator(spec);

export const DIGEST = `sha256:${'Ab'.repeat(32)}`;

/** An image's options as the module gets them. @throws what the module would answer */
export function imageOf(given: Record<string, unknown>): ImageOptions {
  const read = readOptions(spec, validate, {
    path: '',
    options: { name: 'i.qcow2', ...given },
  }) as ImageOptions;
  image.check?.(read);
  return read;
}

/** What the module says is wrong with images, a line each, where nothing is to be looked at. */
export async function problems(images: unknown, beside: object = {}): Promise<string[]> {
  const result = (await run(
    { spec, ...image },
    validate,
    noHost,
    JSON.stringify({ ...beside, images }),
  )) as Result;
  const { results } = result as { results?: Result[] };
  return (results ?? [result])
    .flatMap(({ msg = '' }) => msg.split('\n'))
    .filter((msg) => !msg.startsWith('the host was used'));
}
