import { MmhaError } from './error.ts'

/**
 * Several hosts' troubles as one error: the second must not be found only after the first is mended. Its code, exit and
 * place are the first one's; what to do is said of all.
 * @returns what to throw: the error itself when there is one, the first that is no MmhaError when there is such a bug
 */
export function together(errors: readonly unknown[]): unknown {
  const known = errors.filter((error) => error instanceof MmhaError)
  const [first] = known
  if (first === undefined || known.length < errors.length) return errors.find((error) => !(error instanceof MmhaError))
  if (known.length === 1) return first
  const { code, source, exit, where } = first
  const hints = [...new Set(known.flatMap(({ hint }) => hint ?? []))]
  return new MmhaError(known.map(({ message }) => message).join('\n'), {
    code,
    source,
    exit,
    cause: first,
    ...(where === undefined ? {} : { where }),
    ...(hints.length === 0 ? {} : { hint: hints.join('\n  or: ') }),
  })
}
