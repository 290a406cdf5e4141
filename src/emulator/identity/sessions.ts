import { type House, hex } from '../house.ts';
import type { Principal, Session } from '../rules/caller.ts';

/** Temporary credentials, new and not yet committed. Their ids look like AWS's: `ASIA` and sixteen characters. */
export const newSession = ({ random, clock, state }: House, principal: Principal, life?: number): Session => {
  const now = clock.now();
  return {
    accessKeyId: `ASIA${hex(random, 16).toUpperCase()}`,
    secretAccessKey: random.bytes(30).toString('base64'),
    sessionToken: random.bytes(96).toString('base64'),
    issuedAt: now,
    expiresAt: now + (life ?? state.settings.credentialLife),
    principal,
  };
};

const isSame = (one: Principal, other: Principal): boolean => JSON.stringify(one) === JSON.stringify(other);

/** The credential endpoints hand out the same credentials until half of their life is over; then new ones. */
export const currentSession = (house: House, principal: Principal): { session: Session; isNew: boolean } => {
  const now = house.clock.now();
  for (const session of [...house.state.sessions.values()].toReversed()) {
    if (!isSame(session.principal, principal) || session.expiresAt === undefined) continue;
    if (now < session.issuedAt || now > (session.issuedAt + session.expiresAt) / 2) break;
    return { session, isNew: false };
  }
  return { session: newSession(house, principal), isNew: true };
};
