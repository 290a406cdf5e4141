import { accept, type Decision, error, refuse } from '../answer.ts';
import type { Caller } from '../caller.ts';
import { type Findings, stringOf } from '../values/shape.ts';
import type { World } from '../world.ts';

export const readResolveCustomer = (found: Findings, body: Readonly<Record<string, unknown>>): string =>
  stringOf(found, body, '', 'RegistrationToken', { required: true, min: 1 }) ?? '';

/**
 * The customer behind a registration token, for the account that published the product (API reference, ResolveCustomer).
 * What another account gets is not stated; assumed: the token is invalid to it.
 */
export const resolveCustomer = (world: World, caller: Caller, token: string): Decision => {
  const customer = world.customers.find(({ tokens }) => tokens.some(({ value }) => value === token));
  if (customer === undefined || world.products[customer.product]?.seller !== caller.account) {
    return refuse(error('InvalidTokenException', 'Registration token is invalid.'));
  }
  if (customer.tokens.some(({ value, expired }) => value === token && expired)) {
    return refuse(error('ExpiredTokenException', 'The submitted registration token has expired.'));
  }
  return accept({
    ...(customer.identifier !== undefined && { CustomerIdentifier: customer.identifier }),
    CustomerAWSAccountId: customer.account,
    ProductCode: customer.product,
    LicenseArn: customer.licenseArn,
    Metadata: { AgreementId: customer.agreementId },
  });
};
