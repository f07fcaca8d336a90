import {
  any,
  both,
  choice,
  either,
  filled,
  filledListOf,
  is,
  mapping,
  number,
  outdated,
  type Schema,
  text,
} from './dsl.ts';

const command = either(
  'a text (for the shell), or a list of texts (a program and its arguments)',
  ['string', 'array'],
  {
    items: text,
  },
);

const commandOrNull = either(
  'a text (for the shell), or a list of texts (a program and its arguments)',
  ['string', 'array', 'null'],
  { items: text },
);

const filledWith = (what: string, value: Schema) =>
  either(`a list or a mapping of ${what}`, ['array', 'object'], { items: value, others: value }, filled);

/** cc_runcmd, cc_bootcmd, cc_snap, cc_power_state_change, cc_phone_home, cc_final_message, cc_scripts_vendor. */
export const commands: Record<string, Schema> = {
  runcmd: filledListOf(commandOrNull, 'commands'),
  bootcmd: filledListOf(command, 'commands'),
  snap: both(
    mapping({ commands: filledWith('commands', command), assertions: filledWith('texts', text) }),
    filled,
  ),
  power_state: mapping(
    {
      mode: choice('poweroff', 'reboot', 'halt'),
      delay: outdated(
        is("'now', or a number of minutes", {
          anyOf: [
            { type: 'integer', minimum: 0 },
            { type: 'string', pattern: '^(?:\\+?[0-9]+|now)$' },
          ],
        }),
        ' as a text of digits: write the number',
        { type: 'string', not: { enum: ['now'] } },
      ),
      message: text,
      timeout: number,
      condition: either('true, false, a text, or a list of texts', ['string', 'boolean', 'array'], {
        items: any,
      }),
    },
    { required: ['mode'] },
  ),
  phone_home: mapping(
    {
      url: text,
      tries: number,
      post: {
        ...is("'all', or a list of texts", { anyOf: [{ enum: ['all'] }, { type: 'array' }] }),
        items: outdated(
          choice(
            'pub_key_rsa',
            'pub_key_ecdsa',
            'pub_key_ed25519',
            'instance_id',
            'hostname',
            'fqdn',
            'pub_key_dsa',
          ),
          ' as DSA: newer cloud-init refuses it',
          { enum: ['pub_key_dsa'] },
        ),
      },
    },
    { required: ['url'] },
  ),
  final_message: text,
  vendor_data: mapping({
    enabled: outdated(
      either('true or false', ['boolean', 'string']),
      ' as a text: write true or false, without quotes',
      { type: 'string' },
    ),
    prefix: either('a text, or a list of texts', ['string', 'array'], {
      items: either('a text or a whole number', ['string', 'integer']),
    }),
  }),
};
