import { createHash, randomBytes } from 'node:crypto';

const tokensMax = 32;
const sessionsMax = 64;

function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** Secrets are looked up by hash, so the time a look-up takes says nothing about them. */
function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** Compares in a time that says nothing about where two secrets differ. */
export function isSameSecret(given: string, expected: string): boolean {
  return hashOf(given) === hashOf(expected);
}

function addBounded(set: Set<string>, hash: string, sizeMax: number): void {
  set.add(hash);
  const [oldest] = set;
  if (set.size > sizeMax && oldest !== undefined) set.delete(oldest);
}

/** Who may talk to the server: one-time launch tokens, and the sessions they were exchanged for. */
export class Sessions {
  readonly #tokens = new Set<string>();
  readonly #sessions = new Set<string>();

  /** A token for one new window. The oldest of more than 32 unused ones is forgotten. */
  issueToken(): string {
    const token = newSecret();
    addBounded(this.#tokens, hashOf(token), tokensMax);
    return token;
  }

  /** A session for a token that was not used before; undefined for every other text. */
  exchange(token: string): string | undefined {
    if (!this.#tokens.delete(hashOf(token))) return undefined;
    const session = newSecret();
    addBounded(this.#sessions, hashOf(session), sessionsMax);
    return session;
  }

  has(session: string | undefined): boolean {
    return session !== undefined && this.#sessions.has(hashOf(session));
  }
}
