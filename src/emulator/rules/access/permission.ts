import { error, type Refusal } from '../answer.ts';
import type { Caller } from '../caller.ts';

const ANY = ['*', 'aws-marketplace:*'];

/**
 * The signer's role needs `aws-marketplace:<Operation>` on `*`
 * (Service authorization reference, "AWS Marketplace Metering Service"). The text is IAM's own.
 */
export const checkPermission = (caller: Caller, operation: string): Refusal | undefined => {
  const action = `aws-marketplace:${operation}`;
  if (caller.actions.some((allowed) => allowed === action || ANY.includes(allowed))) return undefined;
  return error(
    'AccessDeniedException',
    `User: ${caller.arn} is not authorized to perform: ${action} on resource: * because no identity-based policy allows the ${action} action`,
  );
};
