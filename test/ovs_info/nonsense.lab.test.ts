import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Hypervisor } from '../lab/hypervisor.ts';
import { sharedHypervisor } from '../lab/shared.ts';
import { runModule } from '../support/module.ts';

// A database that says anything: to each who connects, what is in a file.
const PLACE = '/run/nonsense';
const SERVER = `
import os, socket, threading
os.makedirs('${PLACE}', exist_ok=True)
server = socket.socket(socket.AF_UNIX)
server.bind('${PLACE}/db.sock')
server.listen()
def serve(peer):
    with open('${PLACE}/answer', 'rb') as answer: peer.sendall(answer.read())
    while peer.recv(65536): pass
while True: threading.Thread(target=serve, args=(server.accept()[0],)).start()
`;

let hypervisor: Hypervisor;
beforeAll(async () => {
  hypervisor = await sharedHypervisor();
  const start = `rm -rf ${PLACE}; cat >${PLACE}.py; systemd-run -q --collect --unit=nonsense python3 ${PLACE}.py
    until [ -S ${PLACE}/db.sock ]; do sleep 0.05; done`;
  await hypervisor.exec(['sh', '-c', start], { input: SERVER });
});
afterAll(() => hypervisor.exec(['sh', '-c', `systemctl stop nonsense; rm -rf ${PLACE} ${PLACE}.py`]));

const DEEP = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
const answer = (result: string) => `{"id":0,"error":null,"result":${result}}`;

describe('what a database says that is not one', () => {
  it.each([
    ['no JSON', 'HTTP/1.1 400 Bad Request\r\n\r\n', /sent invalid JSON/],
    ['the end of an object', '}', /sent invalid JSON/],
    ['an object that is none', '{"id":0,,}', /sent invalid JSON/],
    ['a question nested deep', `{"method":"echo","id":7,"params":${DEEP}}`, /sent invalid JSON/],
    ['an error nested deep', `{"id":0,"error":${DEEP}}`, /sent invalid JSON/],
    ['an answer nested deep', answer(DEEP), /sent an invalid answer|can't be read/],
    ['an answer that is no list', answer('5'), /sent an invalid answer/],
    ['rows that are none', answer('[{"rows":[5]}]'), /sent an invalid answer/],
    [
      'fewer results than were asked for',
      answer('[]'),
      /table Open_vSwitch of Open vSwitch's database can't be read/,
    ],
    [
      'values that are none',
      answer(
        `[${'{"rows":[{"_uuid":1,"external_ids":["map",[3]],"name":{"toString":1},"iface_types":{}}]},'.repeat(5).slice(0, -1)}]`,
      ),
      /has invalid content/,
    ],
  ])('is an error: %s', async (_, said, message) => {
    await hypervisor.exec(['sh', '-c', `cat >${PLACE}/answer`], { input: said });
    const task = { database_socket: `${PLACE}/db.sock`, timeout: 20 };
    for (const [name, more] of [
      ['ovs_info', {}],
      ['ovs_topology', { bridges: [{ name: 'br-none' }] }],
    ] as const) {
      const result = await runModule(hypervisor, name, { ...task, ...more });
      expect(result).toMatchObject({ changed: false, failed: true, msg: expect.stringMatching(message) });
      expect(result).not.toHaveProperty('exception');
    }
  });
});
