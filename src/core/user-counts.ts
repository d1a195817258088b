/** Users whose count is kept although it is zero. */
const USERS_KEPT = 64;

/** How much of something each user has, in whatever unit it is counted. */
export class UserCounts {
  readonly #counts = new Map<string, number>();

  of(user: string): number {
    return this.#counts.get(user) ?? 0;
  }

  /** `difference` may be negative; a user has nothing before the first one. */
  add(user: string, difference: number): void {
    const count = this.of(user) + difference;
    // An entry may stay for what the user has next: see SlotTable for why they do not come and go.
    if (count !== 0 || this.#counts.size <= USERS_KEPT) this.#counts.set(user, count);
    else this.#counts.delete(user);
  }
}
