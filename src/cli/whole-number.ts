import { InvalidArgumentError } from 'commander'

/** Parser of an option that is a whole number from `least` to `most`. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (/^\d+$/.test(text) && value >= least && value <= most) return value
    throw new InvalidArgumentError(`a whole number from ${least} to ${most}`)
  }
}
