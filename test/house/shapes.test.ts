import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { loadSpecs } from '../../build/modules.ts';
import { shapesSource } from '../../build/shapes.ts';

const specs = (await loadSpecs()).filter(({ module }) =>
  ['cloud_info', 'disk_image', 'disk_template', 'image', 'vm'].includes(module),
);

describe('what action plugins know of what modules return', () => {
  it('is what the specs say, in Python', () => {
    const script = `${shapesSource(specs)}
import json
print(json.dumps(RETURNS, default=lambda kind: kind.__name__))`;
    const shapes = JSON.parse(execFileSync('python3', ['-c', script]).toString());
    expect(Object.keys(shapes)).toEqual(specs.map(({ module }) => module));
    for (const { module, returns } of specs)
      expect(Object.keys(shapes[module])).toEqual(Object.keys(returns));
    expect(shapes.disk_template.needed).toEqual({ '*': ['str'] });
    const ofOvn = { network: 'str', port: 'str', aliases: ['str'], security_groups: ['str'] };
    expect(shapes.vm.interfaces).toEqual([
      { name: 'str', target: 'str', mac: 'str', addresses: ['str'], ...ofOvn },
    ]);
    expect(shapes.vm.restart_required).toBe('bool');
    expect(shapes.cloud_info.host.cpu).toEqual({ model: 'str', count: 'int', load: 'float' });
  });
});
