import { setPriority } from 'node:os'

/** What measures must not wait for what it measures: goes before ordinary processes, where we may (root). */
export function goFirst(): void {
  try {
    setPriority(-10)
  } catch {
    // Not root: the times are then as good as the machine's load lets them be; the report shows the samplers' worst one.
  }
}
