import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { ROOT } from '../../build/modules.ts';

/** The variables of the blog, as a test may change them. */
export interface CloudVariables {
  ovs: { bridges: Record<string, unknown>[]; ports: Record<string, unknown>[] };
  vms: Record<string, unknown>[];
}

/** A copy of the example inventory whose host hv1 has changed variables. */
export class ChangedInventory {
  readonly path = mkdtempSync(join(tmpdir(), 'piecewise-inventory-'));

  constructor(change: (variables: CloudVariables) => void) {
    cpSync(join(ROOT, 'examples', 'blog'), this.path, { recursive: true });
    const file = join(this.path, 'host_vars', 'hv1', 'cloud.yml');
    const variables = parse(readFileSync(file, 'utf8')) as CloudVariables;
    change(variables);
    writeFileSync(file, stringify(variables));
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
