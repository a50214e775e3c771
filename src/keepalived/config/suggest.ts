/** Edits between two words: insertion, deletion, substitution, or two neighbours swapped. Gives up beyond `limit` (returns limit + 1). */
export function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1
  let before: number[] = []
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1
      let best = Math.min((previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (previous[j - 1] ?? 0) + cost)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, (before[j - 2] ?? 0) + 1)
      row.push(best)
    }
    if (Math.min(...row) > limit) return limit + 1
    before = previous
    previous = row
  }
  return previous[b.length] ?? limit + 1
}

/** The one candidate that is nearest within two edits (one, for words of three letters or fewer); null when none or several are. */
export function didYouMean(word: string, candidates: Iterable<string>): string | null {
  if (word.length > 60) return null
  const limit = word.length <= 3 ? 1 : 2
  let best: string[] = []
  let distance = limit
  for (const candidate of new Set(candidates)) {
    if (candidate.length <= 2) continue
    const edits = editDistance(word.toLowerCase(), candidate.toLowerCase(), distance)
    if (edits < distance) best = [candidate]
    else if (edits === distance) best.push(candidate)
    if (edits <= distance) distance = edits
  }
  return best.length === 1 ? (best[0] ?? null) : null
}
