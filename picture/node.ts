import { readFileSync } from 'node:fs';
import type { Cloud } from './cloud.ts';
import { mermaidOf } from './mermaid.ts';
import { svgOf } from './svg.ts';

// picture.cjs svg|mermaid: reads the cloud's JSON from stdin, and writes the file to stdout.

const FORMATS: Readonly<Record<string, (cloud: Cloud) => string>> = { svg: svgOf, mermaid: mermaidOf };

/** @throws Error that says what is wrong with the input */
function run(format: string | undefined, input: string): string {
  const make = format !== undefined && Object.hasOwn(FORMATS, format) ? FORMATS[format] : undefined;
  if (!make) throw new Error(`unknown format '${format ?? ''}': use ${Object.keys(FORMATS).join(' or ')}`);
  const cloud = JSON.parse(input) as Cloud;
  if (cloud?.version !== 1 || !Array.isArray(cloud.hosts)) {
    throw new Error(
      'stdin has no data of a cloud: it needs version 1 and hosts, as the playbook picture writes them',
    );
  }
  return make(cloud);
}

try {
  process.stdout.write(run(process.argv[2], readFileSync(0, 'utf8')));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
