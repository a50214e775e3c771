import { MmhaError } from '../../../src/events/error.ts'

/** The error that some work must end with. */
export async function refusal(work: Promise<unknown>): Promise<MmhaError> {
  const error = await work.then(
    () => new Error('it was accepted'),
    (caught: unknown) => caught,
  )
  if (error instanceof MmhaError) return error
  throw error
}
