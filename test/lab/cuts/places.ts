import { CUTS, type Cut } from '../support/cut-run.ts'

export type Role = 'standby' | 'holder'

/** A place of the matrix. */
export interface Place {
  readonly kind: Cut
  readonly role: Role
  /** Of the steps of this host; it is cut before it, with the one before done. */
  readonly number: number
}

/** All places of a run with so many steps on each host. */
export function placesOf(steps: Readonly<Record<Role, number>>): readonly Place[] {
  return CUTS.flatMap((kind) =>
    (['standby', 'holder'] as const).flatMap((role) =>
      Array.from({ length: steps[role] }, (_, i) => ({ kind, role, number: i + 1 })),
    ),
  )
}
