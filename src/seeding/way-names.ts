/** The ways to make a copy; a word of the command line each. */
export const WAY_NAMES = ['dump', 'clone', 'backup'] as const

export type WayName = (typeof WAY_NAMES)[number]

export function isWay(name: string): name is WayName {
  return WAY_NAMES.some((way) => way === name)
}
