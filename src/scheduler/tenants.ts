import { Budget, type Resource } from '../core/budget.ts';

/** Debt that a user may have towards the others, and stay behind them for, in ms of CPU time. */
const DEBT_MAX_MS = 250;
/** Users that are remembered; beyond that those who have nothing under way are forgotten. */
const TENANTS_MAX = 10_000;
/** How long the calls of a user keep to themselves after one of them held up those of others; doubles each time. */
const DISTRUST_MS = 600_000;
const DISTRUST_DOUBLINGS = 4;

/** A user of this host and what its calls have of it. The scheduler gives each the same chance. */
export interface Tenant {
  readonly user: string;
  /** Shared with the threads: memory of its calls under way. */
  readonly budget: Budget;
  /** Calls under way. */
  active: number;
  /** Those of them that wait for a thread, or to be tried again. */
  waiting: number;
  /** Those that wait for the host to have memory for them. */
  roomless: number;
  /** Those that have a thread for themselves. */
  exclusive: number;
  /** Those that were thought to be short, and hold up a thread that they share. */
  stuck: number;
  /** CPU time in ms that its calls had or are about to have; counts from where the others are when it comes. */
  servedMs: number;
  /** Until then (epoch ms) its calls get threads for themselves. */
  distrustedUntil: number;
  /** How often it was distrusted. */
  distrusts: number;
}

/** The users of this host. */
export class Tenants {
  readonly #limits: Readonly<Record<Resource, number>>;
  readonly #byUser = new Map<string, Tenant>();
  /** What the user who had its turn last had been served: those who come count from here. */
  #clockMs = 0;
  /** Calls under way, of all users. */
  #active = 0;

  /** `limits`: what one user may have of the host's budget. */
  constructor(limits: Readonly<Record<Resource, number>>) {
    this.#limits = limits;
  }

  /** The user of that name, from its first function on. */
  of(user: string): Tenant {
    const known = this.#byUser.get(user);
    if (known !== undefined) return known;
    if (this.#byUser.size >= TENANTS_MAX) this.#forgetIdle();
    const tenant: Tenant = {
      user,
      budget: Budget.of(this.#limits),
      active: 0,
      waiting: 0,
      roomless: 0,
      exclusive: 0,
      stuck: 0,
      servedMs: 0,
      distrustedUntil: 0,
      distrusts: 0,
    };
    this.#byUser.set(user, tenant);
    return tenant;
  }

  /** All of them, those without calls included. */
  all(): Iterable<Tenant> {
    return this.#byUser.values();
  }

  /** Its first call waits: it takes its place among the others, neither ahead for the time it was away nor far behind. */
  arrives(tenant: Tenant): void {
    tenant.servedMs = Math.min(Math.max(tenant.servedMs, this.#clockMs), this.#clockMs + DEBT_MAX_MS);
  }

  /** It is its turn. */
  turn(tenant: Tenant): void {
    this.#clockMs = Math.max(this.#clockMs, tenant.servedMs);
  }

  /** Charges CPU time, or gives it back where `ms` is negative. */
  charge(tenant: Tenant, ms: number): void {
    tenant.servedMs = Math.min(tenant.servedMs + ms, this.#clockMs + DEBT_MAX_MS);
  }

  /** One of its calls, thought to be short, held up a thread that it shared. */
  distrust(tenant: Tenant, now: number): void {
    // What was under way already says nothing new.
    if (tenant.distrustedUntil > now) return;
    tenant.distrustedUntil = now + DISTRUST_MS * 2 ** Math.min(tenant.distrusts, DISTRUST_DOUBLINGS);
    tenant.distrusts += 1;
  }

  /** Whether its calls should have threads for themselves, whatever is known of their functions. */
  isDistrusted(tenant: Tenant, now: number): boolean {
    if (tenant.stuck === 0 && tenant.distrustedUntil <= now) return false;
    // Where nobody else has calls, nobody is held up.
    return tenant.active < this.#active;
  }

  /** Counts the calls under way. */
  began(tenant: Tenant): void {
    tenant.active += 1;
    this.#active += 1;
  }

  ended(tenant: Tenant): void {
    tenant.active -= 1;
    this.#active -= 1;
  }

  #forgetIdle(): void {
    for (const [user, { active }] of this.#byUser) if (active === 0) this.#byUser.delete(user);
  }
}
