/** Why dnsmasq doesn't take a name: it refuses what IDNA (RFC 5891, 4.2.3.1) keeps for internationalised names. */
export const nameProblem = (name: string): string | undefined =>
  name.split('.').some((label) => /^..--/.test(label) && !/^xn--/i.test(label))
    ? `'${name}' has "--" after two characters, which is kept for internationalised names: take another name`
    : undefined;
