import type { z } from 'zod'
import type { HostFacts } from '../hosts/host-facts.ts'
import type { Host, Inventory } from '../inventory/inventory.ts'
import type { Finding } from './preflight/finding.ts'
import type { Step } from './step.ts'

/** Facts of one task on one host: what the module's probe found, already parsed. */
export interface PlanContext<F> {
  readonly inventory: Inventory
  readonly host: Host
  readonly peer: Host
  /** Base facts, gathered for every host in the same round trip. */
  readonly facts: HostFacts
  readonly peerFacts: HostFacts
  /** This module's own facts for this task, on this host and on the peer. */
  readonly mine: F
  readonly theirs: F
  /** Task id, for `Step.id`. */
  readonly taskId: string
  /** Task name as written in the playbook, for `Step.title`. */
  readonly taskName: string
  /**
   * Files of this host that earlier steps of the same plan write: what is to be restarted or reloaded after them is no
   * fact yet, and known all the same. Absent when the task's turn has come.
   */
  readonly written?: ReadonlySet<string>
  /** Those of them that are there when this task is looked at again: of earlier plays; for a handler, of its own play, too. */
  readonly settled?: ReadonlySet<string>
}

/** What a probe may know when it is built: no facts yet. */
export interface ProbeContext {
  readonly inventory: Inventory
  readonly host: Host
  readonly peer: Host
}

/**
 * What a task can ask for. `probe` gives read-only sh that prints facts; `plan` is pure and gives the steps that are
 * missing ([] when the host is as it should be). Neither touches a host.
 */
export interface Module<P, F> {
  readonly name: string
  readonly params: z.ZodType<P>
  /** Parameters that name files of this machine: beside the playbook first, else in our installation. */
  readonly localFiles?: readonly string[]
  /** Parameters that are `when` expressions, one or a list: the module gets `{text, holds}[]`. */
  readonly expressions?: readonly string[]
  /** POSIX sh, read-only, no secrets; its stdout goes to `parse`. Must exit 0 also when the thing is not there. */
  probe(params: P, context: ProbeContext): string
  /**
   * Probes that other modules need, too: the same text is run once a survey, and what it prints comes before what
   * `probe` prints.
   */
  shared?(context: ProbeContext): readonly string[]
  parse(stdout: string): F
  /**
   * What can only be asked once both hosts' facts are known: read-only sh, like `probe`, and `parse` then gets what it
   * prints after everything else. null: nothing more to ask; only a host with something costs a round trip of its own.
   */
  closer?(params: P, context: PlanContext<F>): string | null
  plan(params: P, context: PlanContext<F>): readonly Step[]
  /** What a task with `register` leaves of its facts for later ones. No secrets. */
  result?(found: F): Readonly<Record<string, unknown>>
  /** What is to be said before anything is touched; what blocks ends the run. Pure. */
  findings?(params: P, context: PlanContext<F>): readonly Finding[]
  /**
   * Base facts as its steps will leave them, so that the plays after it can be planned before anything is applied; null:
   * nothing changes, or nobody can say. Pure. Only the plan that is shown looks through these eyes: what is applied is
   * planned again from what is really there.
   */
  expect?(params: P, context: PlanContext<F>): Partial<HostFacts> | null
}
