import { CUTS, type Cut } from './cut-run.ts'

/**
 * `all`: passes that are cut after each step, one after another, each kind of cut by itself. `each`: every place of the matrix
 * by itself, from a run that was not cut, in an order that is drawn. Else a few of these places.
 */
const WHAT = process.env.MMHA_CUT ?? 'drawn'
const FEW = 2

/** A run that failed is had again by its seed, which is said. */
export const SEED = Number(process.env.MMHA_CUT_SEED ?? Date.now() % 100_000)

/** The kinds of cuts of the passes over all steps; MMHA_CUT_KINDS names fewer. */
export const KINDS =
  WHAT === 'all' ? CUTS.filter((kind) => process.env.MMHA_CUT_KINDS?.split(',').includes(kind) ?? true) : []

/** Numerical Recipes' generator: whole numbers from 0 to `below`, without it; the same seed, the same numbers. */
export function numbers(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32
    return Math.floor((state / 2 ** 32) * below)
  }
}

/** A kind and a place for each cut of a pass. */
export function draws(): () => { readonly kind: Cut; readonly step: number } {
  const next = numbers(SEED)
  return () => ({ kind: CUTS[next(CUTS.length)] ?? 'killed', step: 2 + next(4) })
}

/** What of a matrix is tried by itself. @param few so many, where not all are */
export function drawn<T>(places: readonly T[], few = FEW): readonly T[] {
  if (WHAT === 'all') return []
  // Not the same place of each list.
  const next = numbers(SEED + places.length)
  const left = [...places]
  const order: T[] = []
  while (left.length > 0) order.push(...left.splice(next(left.length), 1))
  process.stdout.write(`MMHA_CUT_SEED=${SEED}\n`)
  return WHAT === 'each' ? order : order.slice(0, few)
}
