import { MmhaError } from './error.ts'
import { english, joined, type Text } from './message.ts'
import { frame } from './messages/frame.ts'

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
  const { code, source, exit, whereSaid: where } = first
  const hints = [
    ...new Map(known.flatMap(({ hintSaid: hint }) => (hint === undefined ? [] : [[english(hint), hint]]))).values(),
  ]
  return new MmhaError(
    joined(
      known.map(({ said }) => said),
      'line',
    ),
    {
      code,
      source,
      exit,
      cause: first,
      ...(where === undefined ? {} : { where }),
      ...(hints.length === 0 ? {} : { hint: alternatives(hints) }),
    },
  )
}

/** One below the other. */
function alternatives(hints: readonly Text[]): Text {
  return joined(
    hints.flatMap((hint, at) => (at === 0 ? [hint] : [frame('error.or'), hint])),
    'nothing',
  )
}
