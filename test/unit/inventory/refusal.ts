import { MmhaError } from '../../../src/events/error.ts'

/** What the user would be told. */
export function refusal(work: () => unknown): MmhaError {
  try {
    work()
  } catch (error) {
    if (error instanceof MmhaError) return error
    throw error
  }
  throw new Error('it was accepted')
}
