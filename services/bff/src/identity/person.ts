import { digest } from '@plumbline/kernel';

/** What a person may do beside buying. Others that a token names mean nothing here. */
export const roles = ['operator', 'approver'] as const;
export type Role = (typeof roles)[number];

/** Who somebody is to this platform. */
export interface Person {
  /** Opaque: buyer, account and actor. */
  readonly id: string;
  /** As the token has it, for the session only; kept nowhere else. */
  readonly name: string | null;
  readonly roles: readonly Role[];
}

/**
 * `u` and 30 hex of a digest: the same person is the same id on every machine, and the id says
 * nothing about the person. A subject means something together with its issuer only.
 */
export const personIdOf = (issuer: string, subject: string): string =>
  `u${digest('buyer', issuer, subject).toString('hex').slice(0, 30)}`;
