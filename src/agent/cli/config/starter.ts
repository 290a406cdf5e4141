import { SETTINGS, type Setting } from '../../core/configuration/schema/settings.ts';
import { STARTER_CODE } from '../../core/configuration/starterCode.ts';

const HEAD = `# The configuration of Tollgate. "tollgate config check" says what is wrong with it.
# Lines that begin with "# " and a name show what holds without them.
product:
  # The product code of the listing, from the AWS Marketplace Management Portal. Quote it if it is all digits.
  code: ${STARTER_CODE}
  # The price model of the listing: usage, hourly, monthly, byol or free.
  pricing: usage
  # hourly and monthly: the public keys that the answers of RegisterUsage are signed with.
  # publicKeys:
  #   - { version: 1, file: /etc/tollgate/key-1.pem }

# What is metered, by the dimension's API name in the listing. pricing: usage only.
dimensions:
  # sum adds the reports of an hour up. per: so many make one unit on the bill.
  requests: { meter: sum, per: 1000 }
  # max takes the highest report of an hour. scope: pod adds tasks and pods up, product does not.
  # seats: { meter: max, scope: product }
  # counter adds up what the readings of a counter grew by.
  # data_gb: { meter: counter, decimals: 3 }
  # average is a level over time, such as node-hours.
  # node_hours: { meter: average, scope: pod, decimals: 2 }
  # last takes the newest level of an hour.
  # licences: { meter: last, scope: product }
  # unique counts what is seen for the first time.
  # users: { meter: unique, scope: product, within: day }
`;

/** What the head shows already, or what depends on other settings. */
const isShown = ({ path }: Setting): boolean =>
  path.startsWith('product.code') || ['product.pricing', 'product.publicKeys', 'dimensions'].includes(path);

const written = (standard: unknown): string => (typeof standard === 'string' ? standard : JSON.stringify(standard));

/** The commented lines of a setting, and of the sections that begin with it. */
const linesOf = (setting: Setting, before: readonly string[]): readonly string[] => {
  const depth = setting.keys.length - 1;
  const opened = setting.keys.slice(0, -1).flatMap((key, index) => {
    const isOpen = setting.keys.slice(0, index + 1).every((step, at) => before[at] === step);
    return isOpen ? [] : [...(index === 0 ? [''] : []), `# ${'  '.repeat(index)}${key}:`];
  });
  const indent = '  '.repeat(depth);
  const value = setting.standard === undefined ? '' : ` ${written(setting.standard)}`;
  return [
    ...opened,
    ...(depth === 0 ? [''] : []),
    `# ${indent}# ${setting.description}`,
    `# ${indent}${setting.keys.at(-1)}:${value}`,
  ];
};

/** A configuration to start from: valid as it stands, with every other setting and its default as a comment. */
export const starter = (): string => {
  const rest = SETTINGS.filter((setting) => !isShown(setting) && setting.keys[0] !== 'product');
  const lines = rest
    .filter(({ standard }) => standard !== undefined)
    .flatMap((setting, index, all) => linesOf(setting, all[index - 1]?.keys.slice(0, -1) ?? []));
  return `${HEAD}${lines.join('\n')}\n`;
};
