import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './modules.ts';

const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Record<string, string>;

export const VERSION = manifest.version ?? '0.0.0';
export const DESCRIPTION = manifest.description ?? '';
export const LICENCE = manifest.license ?? '';

/** Where the source and its issues are: the one place to set it. */
export const REPOSITORY = 'https://piecewise.cloud/source';

/** The line at the top of each file that is built. `ansible-test` looks for the licence's name in words. */
export const HEADER = `SPDX-License-Identifier: ${LICENCE} (GNU General Public License v3.0). Source: ${REPOSITORY}. Code of others: see THIRD-PARTY-NOTICES.`;
