// Child of the abuse bench: the tenants that do not behave. Each does several things of `attacks` at a time, at random.
import { randomNumbers } from '../../test/support/runtime.ts';
import { childInput } from '../harness/child.ts';
import type { Attacker } from './attacks/attacker.ts';
import { ATTACKS } from './attacks/attacks.ts';
import type { Tenant } from './host.ts';
import { type Send, sender } from './http.ts';

/** What the child is asked. */
export interface HostileOrder {
  readonly port: number;
  readonly tenants: readonly Tenant[];
  /** Names of the others. */
  readonly victims: readonly string[];
  readonly seconds: number;
}

/** How often each attack was made and how requests ended, by error code; and what should never have succeeded. */
export interface HostileAnswer {
  readonly attacks: Readonly<Record<string, number>>;
  readonly endings: Readonly<Record<string, number>>;
  readonly breaches: readonly string[];
}

/** Attacks that a tenant makes at the same time. */
const LANES = 3;
/** Of a lane, between two attacks. */
const PAUSE_MS = 20;

const { port, tenants, victims, seconds } = childInput<HostileOrder>();
const attacks: Record<string, number> = {};
const endings: Record<string, number> = {};
const breaches: string[] = [];
const end = performance.now() + seconds * 1000;

function count(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}

/** Counts how requests end; broken connections are what attackers live with. */
function counted(send: Send): Send {
  return async (method, path, wish) => {
    try {
      const answer = await send(method, path, wish);
      count(endings, answer.code === '' ? String(answer.status) : answer.code);
      return answer;
    } catch (error) {
      count(endings, String((error as { code?: unknown }).code ?? error));
      return { status: 0, code: '', body: Buffer.alloc(0) };
    }
  };
}

async function lane(tenant: Tenant, seed: number): Promise<void> {
  const attacker: Attacker = {
    ...tenant,
    port,
    victims,
    send: counted(sender(port, tenant.token)),
    random: randomNumbers(seed),
    breach: (what) => breaches.push(`${tenant.user}: ${what}`),
  };
  const names = Object.keys(ATTACKS);
  while (performance.now() < end) {
    const name = names[attacker.random(names.length)] ?? '';
    count(attacks, name);
    await ATTACKS[name]?.(attacker);
    await new Promise((done) => setTimeout(done, PAUSE_MS));
  }
}

const lanes = tenants.flatMap((tenant, index) =>
  Array.from({ length: LANES }, (_, of) => lane(tenant, index * LANES + of + 1)),
);
// A tenant's calls wait behind its own; nobody needs their answers.
await Promise.race([Promise.all(lanes), new Promise((over) => setTimeout(over, seconds * 1000))]);
const answer: HostileAnswer = { attacks, endings, breaches };
// All of it, before connections that are kept open are let go.
process.stdout.write(`${JSON.stringify(answer)}\n`, () => process.exit(0));
