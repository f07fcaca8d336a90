import {
  any,
  anyMapping,
  both,
  choice,
  count,
  either,
  filled,
  filledListOf,
  filledTexts,
  flag,
  is,
  keys,
  listOf,
  mapping,
  mappingOf,
  number,
  oneOfKeys,
  outdated,
  renamed,
  type Schema,
  scalar,
  text,
  texts,
} from './dsl.ts';

const withVersion = both(count('must be a name and a version', 2), { items: text });
const A_PACKAGE = 'the name of a package, or a list of a name and a version';
const aPackage = either(A_PACKAGE, ['string', 'array'], withVersion);

const mirrors = filledListOf(
  mapping(
    {
      arches: filledTexts,
      uri: text,
      search: filledTexts,
      search_dns: flag,
      keyid: text,
      key: text,
      keyserver: text,
    },
    { required: ['arches'] },
  ),
  'mirrors',
);

const source = both(
  mapping({ source: text, keyid: text, key: text, keyserver: text, filename: text, append: flag }),
  filled,
);

const repository = both(
  mapping({ baseurl: text, metalink: text, mirrorlist: text, name: text, enabled: flag }, { others: scalar }),
  oneOfKeys("needs 'baseurl', 'metalink' or 'mirrorlist'", 'baseurl', 'metalink', 'mirrorlist'),
);

/** cc_package_update_upgrade_install, and other modules for packages. */
export const packages: Record<string, Schema> = {
  packages: filledListOf(
    either(
      A_PACKAGE,
      ['string', 'array', 'object'],
      withVersion,
      keys({ apt: listOf(aPackage, 'packages'), snap: listOf(aPackage, 'packages') }),
    ),
    'packages',
  ),
  package_update: flag,
  package_upgrade: flag,
  package_reboot_if_required: flag,
  apt_update: renamed(flag, 'package_update'),
  apt_upgrade: renamed(flag, 'package_upgrade'),
  apt_reboot_if_required: renamed(flag, 'package_reboot_if_required'),
  apt: both(
    mapping({
      preserve_sources_list: flag,
      generate_mirrorlists: flag,
      disable_suites: filledTexts,
      primary: mirrors,
      security: mirrors,
      add_apt_repo_match: text,
      debconf_selections: both(mappingOf(text), filled),
      sources_list: text,
      conf: text,
      proxy: text,
      http_proxy: text,
      https_proxy: text,
      ftp_proxy: text,
      sources: mappingOf(source),
    }),
    filled,
  ),
  apt_pipelining: outdated(
    is("'os', true, false, or a whole number", {
      anyOf: [{ type: ['integer', 'boolean'] }, { enum: ['none', 'unchanged', 'os'] }],
    }),
    " as a text other than 'os': write false for 'none', 'os' for 'unchanged'",
    { enum: ['none', 'unchanged'] },
  ),
  apk_repos: both(
    mapping({
      preserve_repositories: flag,
      local_repo_base_url: text,
      alpine_repo: either(
        'a mapping, or null',
        ['object', 'null'],
        keys(
          { base_url: text, community_enabled: flag, testing_enabled: flag, version: text },
          { required: ['version'] },
        ),
      ),
    }),
    filled,
  ),
  yum_repo_dir: text,
  yum_repos: both(mappingOf(repository), filled),
  zypper: both(
    mapping(
      {
        repos: filledListOf(
          mapping({ id: text, baseurl: text }, { open: true, required: ['id', 'baseurl'] }),
          'mappings',
        ),
        config: anyMapping,
      },
      { open: true },
    ),
    filled,
  ),
  rh_subscription: mapping({
    username: text,
    password: text,
    'activation-key': text,
    org: outdated(either('a text', ['string', 'integer']), ' as a number: quote it', { type: 'integer' }),
    'auto-attach': flag,
    'service-level': text,
    'add-pool': texts,
    'enable-repo': texts,
    'disable-repo': texts,
    'rhsm-baseurl': text,
    'server-hostname': text,
  }),
  spacewalk: mapping({ server: text, proxy: text, activation_key: text }),
  drivers: mapping({
    nvidia: mapping({ 'license-accepted': flag, version: text }, { required: ['license-accepted'] }),
  }),
  byobu_by_default: choice(
    'enable-system',
    'enable-user',
    'disable-system',
    'disable-user',
    'enable',
    'disable',
    'user',
    'system',
  ),
  autoinstall: mapping({ version: number }, { open: true, required: ['version'] }),
  version: any,
};
