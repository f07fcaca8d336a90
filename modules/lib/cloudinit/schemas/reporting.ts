import { any, atLeastZero, choice, each, is, keys, mapping, mappingOf, text, texts } from './dsl.ts';

/** How events are reported: cloudinit/reporting/handlers.py. */
export const reporting = mappingOf({
  ...mapping({ type: choice('log', 'print', 'webhook', 'hyperv') }, { open: true, required: ['type'] }),
  cases: {
    key: 'type',
    of: {
      log: keys({ type: any, level: choice('DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL') }),
      print: keys({ type: any }),
      webhook: keys(
        {
          type: any,
          ...each(text, 'endpoint consumer_key token_key token_secret consumer_secret'),
          timeout: atLeastZero,
          retries: is('a whole number, 0 or more', { type: 'integer', minimum: 0 }),
        },
        { required: ['endpoint'] },
      ),
      hyperv: keys({ type: any, kvp_file_path: text, event_types: texts }),
    },
  },
});
