import type { Role } from '../world.ts';

const escaped = (text: string): string => text.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&');

/** IAM's StringLike: `*` and `?` stand for anything, case counts (IAM user guide, "String condition operators"). */
export const isLike = (value: string, pattern: string): boolean =>
  new RegExp(`^${escaped(pattern).replaceAll('*', '.*').replaceAll('?', '.')}$`, 's').test(value);

/** Whether a role's trust policy lets this token in. */
export const trustsToken = ({ trust }: Role, subject: string, audience: readonly string[]): boolean =>
  isLike(subject, trust.sub) && audience.some((one) => isLike(one, trust.aud));

/** Whether a role's trust policy lets an AWS service hand it out. */
export const trustsService = ({ trust }: Role, service: string): boolean => trust.services.includes(service);
